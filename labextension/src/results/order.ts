// Which of the loaded rows are seen, and in which order.
import type { Column, Key, Rows } from './columns';

export interface Sort {
  column: number;
  descending: boolean;
}

export const OPERATORS = [
  'contains',
  '=',
  '≠',
  '<',
  '≤',
  '>',
  '≥',
  'is null',
  'is not null'
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Filter {
  column: number;
  operator: Operator;
  value: string;
}

export interface View {
  sort: Sort | null;
  filters: readonly Filter[];
  /** Text to be found in any column. */
  anywhere: string;
}

/** The numbers of the rows that are seen, in order; null stands for all as they came. */
export function arranged(rows: Rows, view: View): Uint32Array | null {
  if (!view.sort && !view.filters.length && !view.anywhere) {
    return null;
  }
  const kept = chosen(rows, view);
  return view.sort ? sorted(kept, rows, view.sort) : kept;
}

function chosen(rows: Rows, view: View): Uint32Array {
  const tests = view.filters.map(filter => test(rows, filter));
  if (view.anywhere) {
    tests.push(anywhere(rows, view.anywhere.toLowerCase()));
  }
  const kept = new Uint32Array(rows.length);
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    if (tests.every(passes => passes(row))) {
      kept[count++] = row;
    }
  }
  return kept.subarray(0, count);
}

function anywhere(rows: Rows, text: string): (row: number) => boolean {
  return row =>
    rows.columns.some(column =>
      (column.text(row) ?? '').toLowerCase().includes(text)
    );
}

function test(rows: Rows, filter: Filter): (row: number) => boolean {
  const column = rows.columns[filter.column];
  const { operator, value } = filter;
  if (operator === 'is null') {
    return row => column.key(row) === null;
  }
  if (operator === 'is not null') {
    return row => column.key(row) !== null;
  }
  if (operator === 'contains') {
    const text = value.toLowerCase();
    return row => (column.text(row) ?? '').toLowerCase().includes(text);
  }
  const distance = comparison(column, value);
  return row => {
    const found = distance(row);
    return found !== null && holds(operator, found);
  };
}

function holds(operator: Operator, distance: number): boolean {
  switch (operator) {
    case '=':
      return distance === 0;
    case '≠':
      return distance !== 0;
    case '<':
      return distance < 0;
    case '≤':
      return distance <= 0;
    case '>':
      return distance > 0;
    default:
      return distance >= 0;
  }
}

/** How a row's value stands to the one typed: below 0, 0, above 0; null where neither. */
function comparison(
  column: Column,
  typed: string
): (row: number) => number | null {
  if (column.measure !== 'number') {
    return row => {
      const text = column.text(row);
      return text === null ? null : order(text, typed);
    };
  }
  const exact = /^\s*(-?)(\d+)(?:\.(\d*))?\s*$/.exec(typed);
  return row => {
    const key = column.key(row);
    if (key === null) {
      return null;
    }
    if (exact && typeof key === 'bigint') {
      return order(...scaled(key, column.scale, exact));
    }
    const there = column.number(row) ?? NaN;
    const asked = typed.trim() === '' ? NaN : Number(typed);
    return Number.isNaN(there - asked) && there !== asked
      ? null
      : order(there, asked);
  };
}

/** Two whole numbers that stand to each other as the value and the digits typed. */
function scaled(
  key: bigint,
  scale: number,
  [, sign, digits, fraction = '']: RegExpExecArray
): [bigint, bigint] {
  const places = Math.max(scale, fraction.length);
  const asked = BigInt(sign + digits + fraction.padEnd(places, '0'));
  return [key * 10n ** BigInt(places - scale), asked];
}

function order<T extends number | bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows by a column; equal ones stay as they came, NULL comes last either way. */
function sorted(kept: Uint32Array, rows: Rows, sort: Sort): Uint32Array {
  const keys = rows.columns[sort.column].keys();
  const way = sort.descending ? -1 : 1;
  return kept.slice().sort((a, b) => compared(keys[a], keys[b], way) || a - b);
}

function compared(a: Key, b: Key, way: number): number {
  if (a === null || b === null) {
    return a === b ? 0 : a === null ? 1 : -1;
  }
  if (a < b) {
    return -way;
  }
  if (a > b) {
    return way;
  }
  // Only not-a-number is neither: it is the largest of its kind, as in Trino.
  return a === b ? 0 : (Number(a !== a) - Number(b !== b)) * way;
}
