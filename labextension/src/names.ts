// Names as people type them, and what a row of the tree stands for.
import type { Row } from './shapes';

/** The part of a row that says what it is. */
export type Place = Pick<Row, 'id' | 'kind' | 'label'> &
  Partial<Pick<Row, 'detail' | 'leaf'>>;

/** `product:aviation/delays` -> `aviation/delays`. */
export function nameOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** The parts of a dotted name, with the quotes of each kept. */
export function parts(name: string): string[] {
  return name.match(/(?:"(?:[^"]|"")*"|[^."]+)+/g) ?? [];
}

/** The table a row stands for, as it is written in SQL. */
export function tableOf(row: Place): string | null {
  if (row.kind === 'table') {
    return nameOf(row.id);
  }
  const table = row.detail?.table;
  return row.kind === 'port' && typeof table === 'string' ? table : null;
}

/** The product a row stands for or belongs to. */
export function productOf(row: Place): string | null {
  const name = nameOf(row.id);
  if (row.kind === 'product') {
    return name;
  }
  return row.kind === 'port' ? name.split('/').slice(0, 2).join('/') : null;
}

/** What is copied, dragged or typed for a row. */
export function spoken(row: Place): string {
  if (row.kind === 'column') {
    return parts(nameOf(row.id)).at(-1) ?? row.label;
  }
  return tableOf(row) ?? nameOf(row.id);
}

/** The row whose page tells about this one: a column's is its table's. */
export function pageOf(row: Place): string | null {
  switch (row.kind) {
    case 'table':
    case 'product':
      return row.id;
    case 'port': {
      const table = tableOf(row);
      return table ? `table:${table}` : `product:${productOf(row)}`;
    }
    case 'column':
      return `table:${parts(nameOf(row.id)).slice(0, -1).join('.')}`;
    default:
      return null;
  }
}
