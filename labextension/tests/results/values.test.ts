import {
  columnFromArray,
  list,
  tableFromColumns,
  tableToIPC,
  utf8
} from '@uwdata/flechette';
import { describe, expect, it } from 'vitest';

import { Rows } from '../../src/results/columns';
import { fromBase64, readRows } from '../../src/results/rows';
import { visible } from '../../src/results/values';
import { arrow, columns } from './kinds';

const rows = new Rows(columns);
rows.add(readRows(fromBase64(arrow)));

function texts(name: string): (string | null)[] {
  const column = rows.columns.find(one => one.name === name)!;
  return [0, 1, 2].map(row => column.text(row));
}

describe('a cell', () => {
  it.each([
    ['big', '9223372036854775807', '-9223372036854775808'],
    ['small', '-128', '127'],
    ['money', '123456789012345678901234567890123456.78', '-0.05'],
    ['double', '0.1', 'NaN'],
    ['real', '0.1', '16777216.0'],
    ['yes', 'true', 'false'],
    ['text', '', 'a\nb\u202e'],
    ['bytes', '00ff', ''],
    ['day', '2024-02-29', '0001-01-01'],
    ['clock', '13:05:00.250000', '00:00:00.000000'],
    ['at', '2024-02-29 13:05:00.123456', '1969-12-31 23:59:59.999999'],
    ['at3', '2024-02-29 13:05:00.123', '1970-01-01 00:00:00.000'],
    ['at9', '2024-02-29 13:05:00.123456789', '1969-12-31 23:59:59.999999999'],
    [
      'zoned',
      '2024-06-30 14:00:00.000 Europe/Berlin',
      '2024-01-01 01:00:00.000 Europe/Berlin'
    ],
    ['span', '2 03:04:05.678', '-0 00:00:01.000'],
    ['months', '1-3', '-1-1'],
    ['list', '[1, NULL]', '[]'],
    ['map', '{k: 1.50}', '{}'],
    ['row', '{a: 1, b: "NULL"}', '{a: NULL, b: NULL}'],
    [
      'id',
      '12151fd2-7586-11e9-8f9e-2a86e4085a59',
      '00000000-0000-0000-0000-000000000000'
    ]
  ])('of kind %s loses nothing', (name, first, second) => {
    expect(texts(name)).toEqual([first, second, null]);
  });

  it('of no type is NULL', () => {
    expect(texts('none')).toEqual([null, null, null]);
  });
});

it('spells out what would not be seen or would turn the text around', () => {
  expect(visible('a\nb\tc\u202ed\u0000é')).toBe('a↵b c\\u202ed\\u0000é');
});

it('writes a long nested value over several lines', () => {
  const names = Array.from({ length: 12 }, (_, place) => `value ${place}`);
  const table = new Rows([{ name: 'list', type: 'array(varchar)' }]);
  table.add(readRows(nested(names)));
  expect(table.columns[0].whole(0)?.split('\n')).toHaveLength(14);
  expect(table.columns[0].text(0)).not.toContain('\n');
});

function nested(names: string[]): Uint8Array {
  const column = columnFromArray([names], list(utf8()));
  return tableToIPC(tableFromColumns([['list', column]]), {
    format: 'stream'
  })!;
}
