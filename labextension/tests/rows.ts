// Rows and trees for tests.
import type { Page, Row } from '../src/api';

export function row(id: string, more: Partial<Row> = {}): Row {
  const [kind, name = ''] = id.split(/:(.*)/);
  return {
    id,
    label: name.split(/[./]/).at(-1) || id,
    kind: (name ? kind : 'group') as Row['kind'],
    type: '',
    comment: '',
    detail: {},
    leaf: kind === 'column',
    ...more
  };
}

/** Children by parent; a number stands for that many tables. */
export type Shape = Record<string, string[] | number>;

/** A fetch over a shape, as the server would page it. */
export function fetching(shape: Shape) {
  const asked: [string, number][] = [];
  const fetch = async (
    parent: string,
    offset: number,
    limit: number
  ): Promise<Page<Row>> => {
    asked.push([parent, offset]);
    const below = shape[parent];
    if (below === undefined) {
      throw new Error(`There is no ${parent}.`);
    }
    if (typeof below === 'number') {
      const count = Math.max(0, Math.min(limit, below - offset));
      const name = parent.split(':')[1];
      const items = Array.from({ length: count }, (_, at) =>
        row(`table:${name}.t${offset + at}`)
      );
      return { items, total: below };
    }
    const items = below.slice(offset, offset + limit).map(id => row(id));
    return { items, total: below.length };
  };
  return { fetch, asked };
}

export const SMALL: Shape = {
  '': ['products', 'catalogs'],
  products: ['domain:aviation'],
  'domain:aviation': ['product:aviation/delays'],
  'product:aviation/delays': [],
  catalogs: ['catalog:lake'],
  'catalog:lake': ['schema:lake.raw', 'schema:lake.empty'],
  'schema:lake.raw': ['table:lake.raw.flights', 'table:lake.raw.planes'],
  'schema:lake.empty': [],
  'table:lake.raw.flights': ['column:lake.raw.flights.carrier']
};
