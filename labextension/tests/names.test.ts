import { expect, it } from 'vitest';

import { pageOf, parts, productOf, spoken, tableOf } from '../src/names';
import { row } from './rows';

it('splits names at the dots that no quotes hold', () => {
  expect(parts('lake.raw.flights')).toEqual(['lake', 'raw', 'flights']);
  expect(parts('lake."a.b"."say ""hi"""')).toEqual([
    'lake',
    '"a.b"',
    '"say ""hi"""'
  ]);
});

it('knows the table of a table and of a port', () => {
  expect(tableOf(row('table:lake.raw."x y"'))).toBe('lake.raw."x y"');
  const detail = { table: 'lake.aviation_delays.carriers' };
  const port = row('port:aviation/delays/carriers', { detail });
  expect(tableOf(port)).toBe('lake.aviation_delays.carriers');
  expect(productOf(port)).toBe('aviation/delays');
  expect(pageOf(port)).toBe('table:lake.aviation_delays.carriers');
  expect(tableOf(row('schema:lake.raw'))).toBeNull();
});

it('leads from a column to its table', () => {
  const column = row('column:lake.raw."a.b"."c d"');
  expect(pageOf(column)).toBe('table:lake.raw."a.b"');
  expect(spoken(column)).toBe('"c d"');
});
