// Results made for a test out of plain values.
import {
  columnFromArray,
  int32,
  tableFromColumns,
  tableToIPC,
  utf8
} from '@uwdata/flechette';

import { type Ask, ResultModel } from '../../src/results/model';

export type Values = Record<string, (number | string | null)[]>;

export const types = (values: Values): { name: string; type: string }[] =>
  Object.entries(values).map(([name, cells]) => ({
    name,
    type: cells.some(cell => typeof cell === 'number') ? 'integer' : 'varchar'
  }));

/** An Arrow stream of these columns. */
export function stream(values: Values): Uint8Array {
  const columns = types(values).map(({ name, type }): [string, never] => [
    name,
    columnFromArray(
      values[name],
      type === 'integer' ? int32() : utf8()
    ) as never
  ]);
  return tableToIPC(tableFromColumns(columns), { format: 'stream' })!;
}

export function result(
  values: Values,
  more: { ask?: Ask; rows?: number; whole?: boolean } = {}
): ResultModel {
  const length = Object.values(values)[0].length;
  const record = {
    arrow: '',
    handle: 'h1',
    columns: types(values),
    rows: more.rows ?? length,
    whole: more.whole ?? true
  };
  return new ResultModel(record, stream(values), more.ask ?? null);
}
