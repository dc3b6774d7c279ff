import { describe, expect, it, vi } from 'vitest';

import { MeshError } from '../../src/errors';
import type { Answer } from '../../src/results/kernel';
import type { Ask } from '../../src/results/model';
import { result, stream } from './rows';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, place) => from + place);

/** A kernel that holds so many rows. */
function kernel(length: number): Ask {
  return vi.fn(async (asked): Promise<Answer> => {
    const first = Number(asked.first);
    const end = Math.min(length, first + Number(asked.limit));
    return {
      rows: end - first,
      bytes: stream({ n: range(first, end) }),
      ...(end === length ? { total: length } : {})
    };
  });
}

describe('more rows', () => {
  it('come in steps until there are no more', async () => {
    const model = result(
      { n: range(0, 10) },
      { ask: kernel(15_000), rows: 12_000, whole: false }
    );
    expect(model.total).toBeNull();
    expect(model.step).toBe(10_000);
    await model.load(model.step, 'Loading');
    expect([model.rows.length, model.total]).toEqual([10_000, null]);
    await model.load(model.step, 'Loading');
    expect([model.rows.length, model.total]).toEqual([15_000, 15_000]);
    expect(model.hasMore).toBe(false);
    expect(model.text(14_999, 0)).toBe('14999');
  });

  it('are sorted among those that were here', async () => {
    const model = result({ n: range(0, 2) }, { ask: kernel(5), rows: 5 });
    model.look({ sort: { column: 0, descending: true } });
    await model.load(5, 'Loading');
    expect(model.text(0, 0)).toBe('4');
  });

  it('can be given up', async () => {
    const ask: Ask = (_asked, stop) =>
      new Promise((_, fail) =>
        stop.addEventListener('abort', () => fail(new MeshError('Stopped.')))
      );
    const model = result({ n: [1] }, { ask, rows: 5 });
    const loading = model.load(5, 'Loading');
    expect(model.waiting).toBe('Loading');
    model.stop();
    await loading;
    expect([model.waiting, model.failure]).toEqual([null, null]);
  });

  it('are not offered where no kernel can be asked', () => {
    const model = result({ n: [1] }, { rows: 5 });
    expect([model.hasMore, model.canAsk]).toEqual([false, false]);
  });
});

it('shows what failed, with its remedy, until the next try', async () => {
  const ask = vi
    .fn<Ask>()
    .mockRejectedValueOnce(new MeshError('Gone.', 'Run the cell again.'))
    .mockResolvedValueOnce({ total: 7, bytes: null });
  const model = result({ n: [1] }, { ask, rows: 5, whole: false });
  await model.count('Counting');
  expect(model.failure?.remedy).toBe('Run the cell again.');
  await model.count('Counting');
  expect([model.failure, model.total]).toEqual([null, 7]);
});

it('does one thing at a time', async () => {
  const ask = vi.fn<Ask>(() => new Promise(() => undefined));
  const model = result({ n: [1] }, { ask, rows: 5 });
  void model.load(5, 'Loading');
  await model.count('Counting');
  expect(ask).toHaveBeenCalledTimes(1);
});

it('tells where a file went and why it did not go there', async () => {
  const ask = vi
    .fn<Ask>()
    .mockRejectedValueOnce(new MeshError('There.', '', 409, 'ConflictError'))
    .mockResolvedValueOnce({ path: '/work/r.csv', bytes: null });
  const model = result({ n: [1] }, { ask });
  const save = (replaces: boolean) =>
    model.save('r.csv', replaces, 'Saving', path => `In ${path}`);
  expect((await save(false))?.type).toBe('ConflictError');
  expect(await save(true)).toBeNull();
  expect(model.done).toBe('In /work/r.csv');
  expect(ask.mock.calls[1][0]).toMatchObject({ replaces: true, handle: 'h1' });
});

it('turns a column up, down and back', () => {
  const model = result({ n: [2, 3, 1] });
  const first = (): string | null => model.text(0, 0);
  model.turn(0);
  expect(first()).toBe('1');
  model.turn(0);
  expect(first()).toBe('3');
  model.turn(0);
  expect(first()).toBe('2');
});

describe('a glance', () => {
  it('counts numbers in bins', () => {
    const { glance } = spread(range(0, 100));
    expect(glance).toMatchObject({ kind: 'spread', low: '0', high: '99' });
  });

  it('names the most frequent words', () => {
    const model = result({ t: ['a', 'b', 'a', null] });
    expect(model.glance(0)).toMatchObject({
      kind: 'top',
      distinct: 2,
      nulls: 0.25,
      values: [
        { text: 'a', share: 0.5 },
        { text: 'b', share: 0.25 }
      ]
    });
  });

  it('follows the rows in sight', () => {
    const model = result({ t: ['a', 'b'] });
    model.look({ filters: [{ column: 0, operator: '=', value: 'b' }] });
    expect(model.glance(0)).toMatchObject({ distinct: 1 });
  });

  it('of nothing is nothing', () => {
    expect(result({ t: [null, null] }).glance(0)).toEqual({
      kind: 'nothing',
      nulls: 1
    });
  });
});

function spread(numbers: number[]) {
  return { glance: result({ n: numbers }).glance(0) };
}
