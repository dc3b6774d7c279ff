import { nullTranslator } from '@jupyterlab/translation';
import { act, type ReactElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type {
  Difference,
  ProductDetails,
  Release,
  TableDetails
} from '../../src/api';
import { Columns, sized } from '../../src/pages/Columns';
import { Page } from '../../src/pages/Page';
import { Releases, Versions } from '../../src/pages/Versions';
import { Refusal, serve } from '../server';

const trans = nullTranslator.load('jupyter_mesh');
const run = vi.fn();
const TABLE: TableDetails = {
  name: 'lake.shop_orders.orders',
  columns: [
    {
      name: 'id',
      type: 'bigint',
      required: true,
      primary_key: true,
      unique: true,
      comment: 'Its number.',
      nulls: 0,
      low: '1',
      high: '400'
    },
    {
      name: 'share',
      type: 'decimal(9,2)',
      required: false,
      comment: 'What is paid.',
      unit: 'EUR',
      tags: ['money'],
      classification: 'internal',
      nulls: 20,
      low: '0.05',
      high: '99.90'
    },
    { name: 'list', type: 'array(bigint)', required: false, comment: '' }
  ],
  facts: { rows: 400, bytes: 1_234_567, files: 3 },
  product: 'shop/orders',
  port: 'orders',
  versions: [
    {
      snapshot_id: '3',
      committed: '2026-01-03T10:00:00Z',
      rows: 400,
      release: 'shop/orders@1.1.0',
      added: ['share decimal(9,2)'],
      removed: [],
      retyped: ['id integer -> bigint']
    },
    {
      snapshot_id: '2',
      committed: '2026-01-02T10:00:00Z',
      rows: 1400,
      release: 'shop/orders@1.0.0'
    },
    {
      snapshot_id: '1',
      committed: '2026-01-01T10:00:00Z',
      rows: null,
      release: null
    }
  ]
};
const release = (version: string): Release => ({
  product: 'shop/orders',
  version,
  state: 'current',
  created: '',
  actor: 'ana',
  reason: '',
  digest: '',
  tables: []
});
const DIFFERENCE: Difference = {
  before: release('1.0.0'),
  after: release('1.1.0'),
  decision: {
    change: 'minor',
    reasons: ['orders: column share was added', 'items: column n was added']
  },
  ports: [
    {
      port: 'orders',
      rows_before: 1400,
      rows_after: 400,
      added: ['share decimal(9,2)'],
      removed: [],
      retyped: []
    },
    {
      port: 'items',
      rows_before: 1,
      rows_after: 2,
      added: ['n bigint'],
      removed: [],
      retyped: []
    }
  ],
  inputs_changed: [],
  views_changed: ['added lake.shop_orders.late'],
  checks_changed: ['orders.share.type: new -> passed', 'items.n.type: new']
};
let frame: HTMLElement;
let root: Root;

async function shown(picture: ReactElement): Promise<void> {
  await act(async () => root.render(picture));
  await act(() => new Promise<void>(done => setTimeout(done, 10)));
}
const words = (selector: string): string[] =>
  [...frame.querySelectorAll(selector)].map(one => one.textContent ?? '');

beforeEach(() => {
  frame = document.body.appendChild(document.createElement('div'));
  root = createRoot(frame);
});
afterEach(async () => {
  await act(async () => root.unmount());
  frame.remove();
  vi.unstubAllGlobals();
});

it('shows of every column what it is held to and what is known of its values', async () => {
  await shown(<Columns table={TABLE} trans={trans} />);
  const rows = [...frame.querySelectorAll('tbody tr')].map(row =>
    [...row.querySelectorAll('td')].map(cell => cell.textContent)
  );
  expect(rows).toEqual([
    ['id', 'bigint', 'key, required', 'none', '1', '400', 'Its number.'],
    [
      'shareinternalmoney',
      'decimal(9,2)',
      '',
      '20\u00a0(5.0\u00a0%)',
      '0.05',
      '99.90',
      'What is paid. (EUR)'
    ],
    ['list', 'array(bigint)', '', '', '', '', '']
  ]);
  expect(words('dd')).toEqual(['400', '3', '1.2 MB']);
});

it('leads from a fault to the line of its file, where the server tells a path', async () => {
  const error = {
    type: 'DescriptorError',
    message: 'product.odps.yaml:2: kind: expected DataProduct.',
    remedy: ''
  };
  const page = (place: string): ReactElement => (
    <Page place={place} tab="" choose={vi.fn()} run={run} trans={trans} />
  );
  serve({ 'GET product': () => new Refusal(400, error) });
  await shown(page('product:shop/orders'));
  expect(frame.textContent).toContain('expected DataProduct');
  expect(frame.textContent).not.toContain('Open the file');
  const path = 'work/shop/product.odps.yaml';
  serve({ 'GET product': () => new Refusal(400, { ...error, path, line: 2 }) });
  await shown(page('product:shop/returns'));
  const buttons = [...frame.querySelectorAll('button')];
  buttons.find(one => one.textContent === 'Open the file')?.click();
  expect(run).toHaveBeenLastCalledWith('mesh:open-file', { path, line: 2 });
});

it('leaves out what nothing is known of', async () => {
  const columns = [{ name: 'a', type: 'bigint', required: false, comment: '' }];
  await shown(<Columns table={{ ...TABLE, columns }} trans={trans} />);
  expect(words('th')).toEqual(['Column', 'Type']);
});

it('writes sizes as people read them', () => {
  expect([0, 999, 1000, 12_345_678, 5e15].map(sized)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '12 MB',
    '5000 TB'
  ]);
});

it('tells of each version what it brought, and of two releases what differs', async () => {
  serve({ 'GET diff': () => DIFFERENCE });
  await shown(<Versions table={TABLE} run={run} trans={trans} />);
  expect(words('tbody tr td:nth-child(3)')).toEqual([
    '−1,000 rows · added share decimal(9,2) · retyped id integer -> bigint',
    '',
    ''
  ]);
  const parts = words('.jp-mesh-differences > div');
  expect(parts).toEqual([
    'Contractorders: column share was added',
    'Columnsorders: added share decimal(9,2)',
    'Rowsorders: 1,400 rows before, 400 after',
    'Inputsthe same',
    'Checksorders.share.type: new -> passed'
  ]);
});

it('tells of two releases what became of their views, where anything did', async () => {
  const releases = [release('1.1.0'), release('1.0.0')];
  const product = { name: 'shop/orders', releases } as ProductDetails;
  const answers = [DIFFERENCE, { ...DIFFERENCE, views_changed: [] }];
  for (const answer of answers) {
    serve({ 'GET diff': () => answer });
    await shown(
      <Releases
        key={answer.views_changed.length}
        product={product}
        run={run}
        trans={trans}
      />
    );
    expect(words('.jp-mesh-differences > div').slice(5)).toEqual(
      answer.views_changed.map(line => `Views${line}`)
    );
  }
});
