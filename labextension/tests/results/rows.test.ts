import {
  columnFromArray,
  field,
  int64,
  tableFromColumns,
  tableToIPC
} from '@uwdata/flechette';
import { expect, it } from 'vitest';

import { recordOf } from '../../src/results/rows';

const column = columnFromArray([1n, 2n], int64());
const named = (metadata?: Map<string, string>): Uint8Array => {
  const table = tableFromColumns({ x: column });
  table.schema.fields[0] = field('x', int64(), true, metadata ?? null);
  return tableToIPC(table, { format: 'stream' })!;
};

it('reads the types that the server has written beside the rows', () => {
  const { columns } = recordOf(named(new Map([['trino', 'bigint']])), 2);
  expect(columns).toEqual([{ name: 'x', type: 'bigint' }]);
});

it('knows whether there may be more rows', () => {
  expect(recordOf(named(), 2)).toMatchObject({ rows: 2, whole: false });
  expect(recordOf(named(), 3)).toMatchObject({ rows: 2, whole: true });
});
