// A column at a glance: how its values spread, or which come most often.
import type { Column } from './columns';

export type Summary =
  | {
      kind: 'spread';
      counts: number[];
      low: string;
      high: string;
      nulls: number;
    }
  | {
      kind: 'top';
      values: { text: string; share: number }[];
      distinct: number;
      nulls: number;
    }
  | { kind: 'nothing'; nulls: number };

const BINS = 20;
const TOP = 3;
// A glance need not look at every row of a million.
const SAMPLE = 20_000;

/** The glance at a column over these rows; `row` turns a place in sight into a row. */
export function summary(
  column: Column,
  length: number,
  row: (place: number) => number
): Summary {
  const step = Math.max(1, Math.floor(length / SAMPLE));
  const places: number[] = [];
  for (let place = 0; place < length; place += step) {
    places.push(row(place));
  }
  return column.measure === 'text'
    ? top(column, places)
    : spread(column, places);
}

function spread(column: Column, rows: number[]): Summary {
  const values: { at: number; row: number }[] = [];
  let nulls = 0;
  for (const row of rows) {
    const at = column.number(row);
    if (at === null) {
      nulls++;
    } else if (Number.isFinite(at)) {
      values.push({ at, row });
    }
  }
  const share = rows.length ? nulls / rows.length : 0;
  if (!values.length) {
    return { kind: 'nothing', nulls: share };
  }
  let low = values[0];
  let high = values[0];
  for (const value of values) {
    low = value.at < low.at ? value : low;
    high = value.at > high.at ? value : high;
  }
  if (low.at === high.at) {
    // One value has no spread.
    return top(column, rows);
  }
  const counts = new Array<number>(BINS).fill(0);
  const width = (high.at - low.at) / BINS;
  for (const { at } of values) {
    counts[Math.min(BINS - 1, Math.floor((at - low.at) / width))]++;
  }
  return {
    kind: 'spread',
    counts,
    low: column.text(low.row) ?? '',
    high: column.text(high.row) ?? '',
    nulls: share
  };
}

function top(column: Column, rows: number[]): Summary {
  const counts = new Map<string, number>();
  let nulls = 0;
  for (const row of rows) {
    const text = column.text(row);
    if (text === null) {
      nulls++;
    } else {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  const share = rows.length ? nulls / rows.length : 0;
  if (!counts.size) {
    return { kind: 'nothing', nulls: share };
  }
  const values = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, TOP)
    .map(([text, count]) => ({ text, share: count / rows.length }));
  return { kind: 'top', values, distinct: counts.size, nulls: share };
}
