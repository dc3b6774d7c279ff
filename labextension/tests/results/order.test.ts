import { describe, expect, it } from 'vitest';

import { Rows } from '../../src/results/columns';
import { arranged, type Filter, type View } from '../../src/results/order';
import { fromBase64, readRows } from '../../src/results/rows';
import { arrow, columns } from './kinds';
import { stream, types, type Values } from './rows';

const all: View = { sort: null, filters: [], anywhere: '' };

function seen(values: Values, view: Partial<View>): number[] | null {
  const rows = new Rows(types(values));
  rows.add(readRows(stream(values)));
  const found = arranged(rows, { ...all, ...view });
  return found && [...found];
}

describe('sorting', () => {
  const n = { n: [3, null, 1, 2, 1] };

  it('leaves the rows as they came when nothing is asked', () => {
    expect(seen(n, {})).toBeNull();
  });

  it('puts NULL last, up and down, and keeps equal rows as they came', () => {
    const sort = (descending: boolean): number[] | null =>
      seen(n, { sort: { column: 0, descending } });
    expect(sort(false)).toEqual([2, 4, 3, 0, 1]);
    expect(sort(true)).toEqual([0, 3, 2, 4, 1]);
  });

  it('takes text for text', () => {
    expect(
      seen(
        { t: ['b', '', 'a10', 'a9'] },
        {
          sort: { column: 0, descending: false }
        }
      )
    ).toEqual([1, 2, 3, 0]);
  });
});

describe('filtering', () => {
  const values = { n: [1, 2, null, 10], t: ['One', '', null, '<b>'] };
  const by = (column: number, operator: Filter['operator'], value = '') =>
    seen(values, { filters: [{ column, operator, value }] });

  it.each([
    [0, '=', '1.0', [0]],
    [0, '≠', '1', [1, 3]],
    [0, '<', '10', [0, 1]],
    [0, '≥', '1.5', [1, 3]],
    [0, '>', 'words', []],
    [0, '=', '', []],
    [0, 'is null', '', [2]],
    [0, 'is not null', '', [0, 1, 3]],
    [1, 'contains', 'ON', [0]],
    [1, '=', '', [1]],
    [1, 'contains', '<b>', [3]]
  ] as const)('column %s %s %j', (column, operator, value, rows) => {
    expect(by(column, operator, value)).toEqual([...rows]);
  });

  it('finds text in any column, whatever its case', () => {
    expect(seen(values, { anywhere: 'one' })).toEqual([0]);
    expect(seen(values, { anywhere: '10' })).toEqual([3]);
  });

  it('compares numbers beyond those of a page to the last digit', () => {
    const rows = new Rows(columns);
    rows.add(readRows(fromBase64(arrow)));
    const equal = (name: string, value: string): number[] => {
      const column = columns.findIndex(one => one.name === name);
      const filters: Filter[] = [{ column, operator: '=', value }];
      return [...arranged(rows, { ...all, filters })!];
    };
    expect(equal('big', '9223372036854775807')).toEqual([0]);
    expect(equal('big', '9223372036854775806')).toEqual([]);
    const money = '123456789012345678901234567890123456.78';
    expect(equal('money', money)).toEqual([0]);
    expect(equal('money', `${money}1`)).toEqual([]);
    expect(equal('money', '-0.050')).toEqual([1]);
    expect(equal('day', '2024-02-29')).toEqual([0]);
    expect(equal('double', 'NaN')).toEqual([]);
  });
});
