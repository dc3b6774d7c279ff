// Promises of the grid: only what is in sight is in the page, and values are as the kernel says.
import { afterEach, expect, test } from 'vitest';

import { filterOf } from '../../jupyter_mesh/widgets/pictures/columns.js';
import { gridOf } from '../../jupyter_mesh/widgets/pictures/grid.js';
import { HOSTILE, key, named, until } from './host.js';

const COLUMNS = [
  { name: 'id', type: 'bigint', numeric: true },
  { name: HOSTILE, type: 'varchar', numeric: false }
];
let grid, asked;

/** A grid over so many rows of a pretended kernel. */
function open({
  rows = 5,
  loaded = rows,
  columns = COLUMNS,
  fault = null
} = {}) {
  asked = [];
  const page = (values = {}) => {
    const first = values.first ?? 0;
    const last = Math.min(first + (values.limit ?? 100), loaded);
    return {
      columns,
      loaded,
      whole: loaded === rows,
      full: false,
      seen: loaded,
      first,
      rows: Array.from({ length: Math.max(0, last - first) }, (_none, at) =>
        columns.map((_column, place) => (place === 1 ? null : `${first + at}`))
      )
    };
  };
  grid = gridOf({
    page: page(),
    label: 'Rows',
    ask: async (name, values) => {
      asked.push([name, values]);
      if (fault) {
        throw fault;
      }
      if (name === 'cell') {
        return { text: HOSTILE };
      }
      loaded = Math.max(loaded, Math.min(rows, values.loaded ?? 0));
      return page(values);
    }
  });
  document.body.replaceChildren(grid.node);
  return grid.node;
}
afterEach(() => grid.close());

const body = node => node.querySelector('.mesh-ground');

test('null is told from text, names and types stand above', async () => {
  const node = open();
  await until(() => body(node).children.length === 5);
  expect(node.querySelector('.mesh-null').textContent).toBe('NULL');
  const heads = [...node.querySelectorAll('[role=columnheader]')];
  expect(heads.map(one => one.querySelector('.mesh-type').textContent)).toEqual(
    ['bigint', 'varchar']
  );
  expect(heads[1].textContent).toContain('<img');
  expect(node.querySelector('img')).toBeNull();
  expect(node.textContent).toContain('5 rows, all there is');
});

test('of a hundred thousand rows few are in the page, and those in sight are fetched', async () => {
  const node = open({ rows: 100_000 });
  await until(() => body(node).children.length);
  expect(body(node).children.length).toBeLessThan(80);
  const scroller = node.querySelector('[role=grid]');
  scroller.scrollTop = 50_000 * 24;
  scroller.dispatchEvent(new Event('scroll'));
  await until(() => body(node).textContent.includes('50001'));
  await until(() => body(node).textContent.includes('50000NULL'));
  expect(asked.length).toBeLessThan(4);
});

test('of many columns those out of sight are not drawn', async () => {
  const columns = Array.from({ length: 200 }, (_none, at) => ({
    name: `column ${at}`,
    type: 'bigint',
    numeric: true
  }));
  const node = open({ columns });
  await until(() => body(node).children.length);
  expect(body(node).firstChild.children.length).toBeLessThan(30);
});

test('a heading sorts up, down and not at all', async () => {
  const node = open();
  const head = node.querySelector('[role=columnheader]');
  const told = async () => {
    head.querySelector('button').click();
    const count = asked.length;
    await until(
      () => !node.textContent.includes('Fetching') && asked.length >= count
    );
    return [
      asked.at(-1)[1].sort,
      asked.at(-1)[1].descending,
      head.getAttribute('aria-sort')
    ];
  };
  expect(await told()).toEqual([0, false, 'ascending']);
  expect(await told()).toEqual([0, true, 'descending']);
  expect(await told()).toEqual([null, false, 'none']);
});

test('what is typed above a column filters, and its faults are told', async () => {
  const node = open();
  const input = node.querySelector('input');
  input.value = '> 3';
  input.dispatchEvent(new Event('input'));
  await until(() => asked.some(([, values]) => values.filters?.length));
  expect(asked.at(-1)[1].filters).toEqual([
    { column: 0, operator: '>', value: '3' }
  ]);
  grid.close();
  const other = open({ fault: { message: 'No number.', remedy: 'Type one.' } });
  other.querySelector('button').click();
  await until(() =>
    other.querySelector('[role=alert]')?.textContent.includes('Type one.')
  );
});

test('more rows are loaded until there are no more', async () => {
  const node = open({ rows: 1500, loaded: 1000 });
  expect(node.textContent).toContain('The first 1,000 rows');
  named(node, 'Load 1,000 more').click();
  await until(() => node.textContent.includes('1,500 rows, all there is'));
  expect(named(node, 'Load 1,000 more')).toBeUndefined();
});

test('keys move the cursor, and Enter shows the whole cell as text', async () => {
  const node = open();
  const scroller = node.querySelector('[role=grid]');
  for (const name of [
    'ArrowDown',
    'ArrowRight',
    'ArrowRight',
    'PageDown',
    'ArrowUp'
  ]) {
    key(scroller, name);
  }
  await until(
    () => node.querySelector('[aria-selected]')?.textContent === 'NULL'
  );
  key(scroller, 'Enter');
  const whole = await until(() => node.querySelector('.mesh-whole'));
  expect(asked.at(-1)).toEqual([
    'cell',
    { filters: [], sort: null, descending: false, row: 3, column: 1 }
  ]);
  expect(whole.textContent).toBe(HOSTILE);
  named(node, 'Close').click();
  expect(node.querySelector('.mesh-whole')).toBeNull();
  key(scroller, 'Home', { ctrlKey: true });
  await until(() => node.querySelector('[aria-selected]')?.textContent === '0');
});

test('a filter is a part of the text unless it says otherwise', () => {
  expect(filterOf(' abc ')).toEqual({ operator: 'contains', value: 'abc' });
  expect(filterOf('>= 5')).toEqual({ operator: '≥', value: '5' });
  expect(filterOf('<>x')).toEqual({ operator: '≠', value: 'x' });
  expect(filterOf('= null')).toEqual({ operator: '=', value: 'null' });
  expect(filterOf('NOT NULL')).toEqual({ operator: 'not null', value: '' });
});
