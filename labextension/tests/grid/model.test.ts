import * as arrow from '@uwdata/flechette';
import { expect, it } from 'vitest';

import { text } from '../../src/grid/cells';
import { ArrowModel } from '../../src/grid/model';

function shown(values: unknown[], type: arrow.DataType): string[] {
  const column = arrow.columnFromArray(values as never[], type);
  const stream = arrow.tableToIPC(arrow.tableFromColumns({ x: column }), {
    format: 'stream'
  });
  const model = new ArrowModel(stream!);
  return values.map((_value, at) => String(model.data('body', at, 0)));
}

it('keeps every digit of integers and decimals', () => {
  expect(shown([9007199254740993n, -1n, null], arrow.int64())).toEqual([
    '9007199254740993',
    '-1',
    'null'
  ]);
  expect(text(-12345n, arrow.decimal128(12, 2))).toBe('-123.45');
  expect(text(5n, arrow.decimal128(12, 3))).toBe('0.005');
  expect(text(-7n, arrow.decimal128(38, 0))).toBe('-7');
});

it('keeps microseconds, days before 1970 and the zone', () => {
  const type = arrow.timestamp(2, 'UTC');
  expect(text(1_357_034_400_123_456n, type)).toBe(
    '2013-01-01 10:00:00.123456 UTC'
  );
  expect(text(-1n, arrow.timestamp(2, null))).toBe(
    '1969-12-31 23:59:59.999999'
  );
  expect(text(3_723_000_001n, arrow.time(2))).toBe('01:02:03.000001');
  expect(text(86_400_000, arrow.date(0))).toBe('1970-01-02');
});

it('shows what is nested, and bytes as hexadecimal digits', () => {
  expect(text([1n, null], arrow.list(arrow.int64()))).toBe('[1, null]');
  expect(text({ a: 1n }, arrow.struct([arrow.field('a', arrow.int64())]))).toBe(
    '{a: 1}'
  );
  expect(text(new Uint8Array([0, 255]), arrow.binary())).toBe('00ff');
});

it('cuts what is out of sight anyway', () => {
  expect(text('x'.repeat(10_000_000), arrow.utf8()).length).toBeLessThan(3000);
});

it('knows nulls and numbers apart from texts', () => {
  const column = arrow.columnFromArray(['null', null], arrow.utf8());
  const stream = arrow.tableToIPC(arrow.tableFromColumns({ x: column }), {
    format: 'stream'
  });
  const model = new ArrowModel(stream!);
  expect(model.metadata('body', 0, 0)).toEqual({
    isNull: false,
    isNumber: false
  });
  expect(model.metadata('body', 1, 0).isNull).toBe(true);
});
