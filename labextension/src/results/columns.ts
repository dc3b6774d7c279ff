// The loaded rows, column by column: what is in a place, as text and as something to compare.
import { type Batch, type Table, Type } from '@uwdata/flechette';

import { textOf, wholeText } from './values';

export type Key = number | bigint | string | null;

/** What may be done with a column: added up, laid on a line, or told apart only. */
export type Measure = 'number' | 'moment' | 'text';

/** One column over all pages that were loaded. */
export class Column {
  readonly name: string;
  readonly type: string;
  /** Digits of a second that the type declares. */
  private readonly digits: number | undefined;
  private batches: Batch<unknown>[] = [];
  private starts: number[] = [];
  private length = 0;

  constructor(named: { name: string; type: string }) {
    this.name = named.name;
    this.type = named.type;
    const digits = /^time(?:stamp)?\((\d+)\)/.exec(named.type);
    this.digits = digits ? Number(digits[1]) : undefined;
  }

  get measure(): Measure {
    if (
      /^(tinyint|smallint|integer|bigint|real|double|decimal)/.test(this.type)
    ) {
      return 'number';
    }
    return /^(date|timestamp)/.test(this.type) ? 'moment' : 'text';
  }

  add(batches: readonly Batch<unknown>[]): void {
    for (const batch of batches) {
      this.starts.push(this.length);
      this.batches.push(batch);
      this.length += batch.length;
    }
  }

  text(row: number): string | null {
    const [batch, place] = this.find(row);
    return textOf(batch, place, this.digits);
  }

  /** The value over several lines, where it is nested. */
  whole(row: number): string | null {
    const [batch, place] = this.find(row);
    return wholeText(batch, place, this.digits);
  }

  /** Something that sorts as the value does. */
  key(row: number): Key {
    const [batch, place] = this.find(row);
    return keyOf(batch, place, this.digits);
  }

  /** The keys of all rows; much faster than asking for each. */
  keys(): Key[] {
    const keys: Key[] = new Array(this.length);
    let at = 0;
    for (const batch of this.batches) {
      for (let place = 0; place < batch.length; place++) {
        keys[at++] = keyOf(batch, place, this.digits);
      }
    }
    return keys;
  }

  /** A value as a number, as near as a number comes: for pictures, never for reading. */
  number(row: number): number | null {
    const key = this.key(row);
    if (key === null) {
      return null;
    }
    const type = this.find(row)[0].type;
    if (type.typeId === Type.Decimal) {
      return Number(key) / 10 ** type.scale;
    }
    if (type.typeId === Type.Date) {
      return Number(key) * (type.unit === 0 ? 86_400_000 : 1);
    }
    if (type.typeId === Type.Timestamp) {
      return Number(key) * 1000 ** (1 - type.unit);
    }
    return Number(key);
  }

  /** Digits after the point, which a decimal's keys have left out. */
  get scale(): number {
    const type = this.batches[0]?.type;
    return type?.typeId === Type.Decimal ? type.scale : 0;
  }

  private find(row: number): [Batch<unknown>, number] {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= row) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return [this.batches[low], row - this.starts[low]];
  }
}

function keyOf(batch: Batch<unknown>, place: number, digits?: number): Key {
  const value = batch.at(place);
  if (value === null || value === undefined) {
    return null;
  }
  switch (batch.type.typeId) {
    case Type.Int:
    case Type.Float:
    case Type.Decimal:
      return value as number | bigint;
    case Type.Utf8:
      return value as string;
    case Type.Bool:
      return value ? 'true' : 'false';
    case Type.Date:
    case Type.Time:
    case Type.Timestamp:
    case Type.Duration:
      return (batch.values as ArrayLike<number | bigint>)[place];
    default:
      return textOf(batch, place, digits);
  }
}

/** The rows of pages, one column beside the other. */
export class Rows {
  readonly columns: readonly Column[];
  private loaded = 0;

  constructor(columns: readonly { name: string; type: string }[]) {
    this.columns = columns.map(column => new Column(column));
  }

  get length(): number {
    return this.loaded;
  }

  add(table: Table): void {
    this.columns.forEach((column, place) =>
      column.add(table.getChildAt(place).data)
    );
    this.loaded += table.numRows;
  }
}
