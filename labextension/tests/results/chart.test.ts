import { describe, expect, it } from 'vitest';

import { obstacle, specification, suggested } from '../../src/results/chart';
import { result } from './rows';

const EVIL = "a']; alert(1); datum['<script>";
const model = result({ [EVIL]: ['x', 'y', null], n: [1, 2, 3], m: [1, 1, 1] });

describe('a chart', () => {
  it('is suggested from what the columns are', () => {
    expect(suggested(model.columns)).toEqual({ kind: 'bar', x: 0, y: 1 });
    expect(suggested(model.columns, 1)).toEqual({
      kind: 'histogram',
      x: 1,
      y: -1
    });
  });

  it('never takes a column name for anything but words', () => {
    const drawn = JSON.stringify(
      specification(model, { kind: 'bar', x: 0, y: 1 })
    );
    expect(drawn.split(JSON.stringify(EVIL))).toHaveLength(2);
    expect(drawn).toContain(`"title":${JSON.stringify(EVIL)}`);
  });

  it.each(['bar', 'line', 'scatter'] as const)('%s shows every row', kind => {
    const { data } = specification(model, { kind, x: 1, y: 2 });
    expect((data as { values: unknown[] }).values).toHaveLength(3);
  });

  it('of many rows takes every so many and says so', () => {
    const many = result({ n: Array.from({ length: 20_000 }, (_, n) => n) });
    const drawn = specification(many, { kind: 'histogram', x: 0, y: -1 });
    expect((drawn.data as { values: unknown[] }).values).toHaveLength(5000);
    expect(drawn.title).toBe('One of every 4 of 20,000 rows');
  });

  it('that cannot be drawn says why', () => {
    const why = (kind: 'bar' | 'histogram' | 'scatter', x: number, y: number) =>
      obstacle({ kind, x, y }, model.columns);
    expect(why('bar', 1, 0)).toContain('is not a number');
    expect(why('histogram', 0, -1)).toContain('choose bars');
    expect(why('scatter', 1, -1)).toContain('two numbers');
    expect(why('scatter', 1, 2)).toBe('');
  });
});
