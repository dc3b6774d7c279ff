import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Found } from '../../src/api';
import { PAUSE, SearchModel } from '../../src/catalog/found';

const hit = (label: string): Found => ({
  id: `table:lake.raw.${label}`,
  label,
  kind: 'table',
  path: 'lake.raw',
  comment: '',
  score: 1
});
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('asks once for a word typed quickly', async () => {
  const fetch = vi.fn(async (q: string) => ({ items: [hit(q)] }));
  const search = new SearchModel(fetch);
  for (const text of ['f', 'fl', 'fli']) {
    search.ask(text);
  }
  await vi.advanceTimersByTimeAsync(PAUSE);
  expect(fetch.mock.calls.map(([q]) => q)).toEqual(['fli']);
  expect(search.items!.map(item => item.label)).toEqual(['fli']);
});

it('never shows the answer to an older question', async () => {
  const answers: Record<string, (value: { items: Found[] }) => void> = {};
  const search = new SearchModel(
    q => new Promise(resolve => (answers[q] = resolve))
  );
  search.ask('a', 0);
  await vi.advanceTimersByTimeAsync(0);
  search.ask('ab', 0);
  await vi.advanceTimersByTimeAsync(0);
  answers.ab({ items: [hit('new')] });
  answers.a({ items: [hit('old')] });
  await vi.advanceTimersByTimeAsync(0);
  expect(search.items!.map(item => item.label)).toEqual(['new']);
});

it('tells why it failed and ends with an empty text', async () => {
  const search = new SearchModel(async () => {
    throw new Error('No index.');
  });
  search.ask('a', 0);
  await vi.advanceTimersByTimeAsync(0);
  expect(search.error!.message).toBe('No index.');
  expect(search.isWaiting).toBe(false);
  search.ask('');
  expect([search.error, search.items]).toEqual([null, null]);
});

it('keeps the choice among what was found', async () => {
  const search = new SearchModel(async () => ({ items: [hit('a'), hit('b')] }));
  search.ask('x', 0);
  await vi.advanceTimersByTimeAsync(0);
  search.choose(5);
  expect(search.chosen).toBe(1);
  search.choose(-1);
  expect(search.chosen).toBe(0);
});
