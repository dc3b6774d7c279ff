import { expect, it } from 'vitest';

import { ago, moment, promise, said } from '../src/words';

const NOW = Date.parse('2026-03-31T12:00:00Z');

it('tells how long ago a moment was, in the largest unit that fits', () => {
  const of = (text: string): string => ago(text, NOW);
  expect(of('2026-03-31T11:59:30Z')).toBe('now');
  expect(of('2026-03-31T11:01:00Z')).toBe('59 min');
  expect(of('2026-03-31T10:59:00.123456+00:00')).toBe('1 h');
  expect(of('2026-03-30T12:00:01Z')).toBe('23 h');
  expect(of('2026-03-01T12:00:00Z')).toBe('30 d');
  expect(of('2026-02-01T12:00:00Z')).toBe('2026-02-01');
  expect(of('')).toBe('');
  expect(of('yesterday')).toBe('');
});

it('does not wonder about clocks that go before', () => {
  expect(ago('2026-03-31T12:05:00Z', NOW)).toBe('now');
});

it("tells a moment in the reader's own time zone, and leaves alone what is none", () => {
  const spoken = new Date(Date.UTC(2026, 2, 31, 11, 59, 30)).toLocaleString(
    undefined,
    { dateStyle: 'medium', timeStyle: 'medium' }
  );
  expect(moment('2026-03-31T11:59:30.125000+00:00')).toBe(spoken);
  expect(moment('2026-03-31T13:59:30+02:00')).toBe(spoken);
  expect(moment('2026-03-31T11:59:30Z')).toBe(spoken);
  expect(moment('2026-03-31 11:59:30.125')).toBe('2026-03-31 11:59:30.125');
  expect(moment('2026-99-31T11:59:30Z')).toBe('2026-99-31T11:59:30Z');
  expect(moment('12 apples')).toBe('12 apples');
});

it('says any plain value', () => {
  expect(
    [null, undefined, 1234567, 'a', ['a', 2], { from: 1 }].map(said)
  ).toEqual(['', '', '1,234,567', 'a', 'a, 2', 'from: 1']);
});

it("says what a rule promises, in the contract's words where it has some", () => {
  const rule = {
    id: 'r',
    metric: 'nullValues',
    column: 'a',
    description: '',
    severity: ''
  };
  expect(promise({ ...rule, description: 'No gaps.' })).toBe('No gaps.');
  expect(
    promise({ ...rule, operator: 'mustBe', threshold: 0, unit: 'rows' })
  ).toBe('nullValues mustBe 0 rows');
  expect(
    promise({
      ...rule,
      metric: 'type',
      operator: 'mustBe',
      arguments: { type: 'bigint' }
    })
  ).toBe('type: bigint');
});
