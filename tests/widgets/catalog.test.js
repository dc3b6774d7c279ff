// Promises of the catalog's picture: keys do everything, and names stay text.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import catalog from '../../jupyter_mesh/widgets/pictures/catalog.js';
import {
  cellOf,
  spoken,
  tableOf
} from '../../jupyter_mesh/widgets/pictures/row.js';
import { HOSTILE, host, key, named, shown, until } from './host.js';

const row = (id, label, kind, more = {}) => ({
  id,
  label,
  kind,
  type: '',
  comment: '',
  detail: {},
  leaf: false,
  ...more
});
const BELOW = {
  '': [
    row('products', 'Products', 'group'),
    row('catalogs', 'Catalogs', 'group')
  ],
  products: [],
  catalogs: [row('catalog:lake', 'lake', 'catalog')],
  'catalog:lake': [row('schema:lake.raw', 'raw', 'schema')],
  'schema:lake.raw': [
    row('table:lake.raw.orders', HOSTILE, 'table', {
      comment: HOSTILE,
      type: HOSTILE
    })
  ]
};
const SHEET = {
  sheet: 'lake.raw.orders',
  columns: [{ name: 'id', type: 'bigint', numeric: true }],
  loaded: 1,
  whole: true,
  full: false,
  seen: 1,
  first: 0,
  rows: [['7']]
};

let model, place, leave, tree, answers;
beforeEach(async () => {
  answers = {
    tree: ({ parent }) => {
      const items = BELOW[parent];
      return { items, total: items.length };
    },
    search: ({ q }) => ({
      items:
        q === 'none'
          ? []
          : [{ ...row('table:crm.main.c', q, 'table'), path: 'crm.main' }]
    }),
    preview: () => SHEET
  };
  model = host({ selected: '' }, answers);
  ({ place, leave } = shown(catalog, model));
  tree = place.querySelector('[role=tree]');
  await until(() => tree.textContent.includes('lake'));
});
afterEach(() => leave());

const down = async name => {
  key(tree, name);
  await new Promise(done => setTimeout(done, 20));
};

async function chooseTable() {
  for (const name of ['End', 'ArrowRight', 'End', 'ArrowRight', 'End']) {
    await down(name);
    await until(() => !tree.textContent.includes('Fetching'));
  }
}

test('the chosen row is told to the kernel under its full name', async () => {
  await chooseTable();
  expect(model.get('selected')).toBe('lake.raw.orders');
  expect(
    tree.querySelector('[aria-selected=true]').getAttribute('aria-level')
  ).toBe('4');
});

test("a stranger's name is text wherever it stands", async () => {
  await chooseTable();
  await until(() => tree.textContent.includes('<img'));
  expect(place.querySelector('img')).toBeNull();
  expect(window.hurt).toBeUndefined();
});

test('Enter previews a table', async () => {
  await chooseTable();
  await down('Enter');
  await until(() =>
    place.querySelector('[role=grid]')?.textContent.includes('7')
  );
  expect(model.asked.at(-1).values).toEqual({
    table: 'lake.raw.orders',
    limit: 100
  });
});

test('a preview that fails says why and can be tried again', async () => {
  answers.preview = () => {
    throw { message: 'The lake is dry.', remedy: 'Wait for rain.' };
  };
  await chooseTable();
  named(place, 'Preview').click();
  const alert = await until(() => place.querySelector('[role=alert]'));
  expect(alert.textContent).toContain('Wait for rain.');
  answers.preview = () => SHEET;
  named(place, 'Try again').click();
  await until(() => place.querySelector('[role=grid]'));
});

test('a cell is copied, and shown where the clipboard is kept from it', async () => {
  const written = [];
  vi.stubGlobal('navigator', {
    clipboard: { writeText: async text => written.push(text) }
  });
  await chooseTable();
  named(place, 'Copy a %%mesh cell').click();
  await until(() => place.querySelector('.mesh-copied'));
  expect(written).toEqual([
    '%%mesh\nSELECT *\nFROM lake.raw.orders\nLIMIT 100'
  ]);
  vi.stubGlobal('navigator', {});
  named(place, 'Copy the name').click();
  await until(() => place.textContent.includes('Copy it here'));
  expect(place.querySelector('.mesh-copied').textContent).toBe(
    'lake.raw.orders'
  );
  vi.unstubAllGlobals();
});

test('what is searched is found, and Escape leads back to the tree', async () => {
  const search = place.querySelector('input[type=search]');
  search.value = 'cust';
  search.dispatchEvent(new Event('input'));
  await until(() => tree.textContent.includes('cust'));
  expect(model.get('selected')).toBe('crm.main.c');
  key(tree, 'Escape');
  await until(() => tree.textContent.includes('lake'));
  search.value = 'none';
  search.dispatchEvent(new Event('input'));
  await until(() => place.textContent.includes('Nothing is called “none”.'));
});

test('nothing listens any more when it is gone', () => {
  expect(model.listening()).toBe(1);
  leave();
  expect(model.listening()).toBe(0);
});

test('names are those that are typed', () => {
  const port = row('port:a/b/c', 'c', 'port', {
    detail: { table: 'lake.a_b."c d"' }
  });
  expect(tableOf(port)).toBe('lake.a_b."c d"');
  expect(spoken(row('product:a/b', 'b', 'product'))).toBe('a/b');
  expect(spoken(row('catalogs', 'Catalogs', 'group'))).toBe('');
  expect(cellOf('lake.a."b c"')).toContain('FROM lake.a."b c"\n');
});
