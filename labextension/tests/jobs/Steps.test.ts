// Where each step of a promotion stands.
import { expect, it } from 'vitest';

import { spent } from '../../src/jobs/clock';
import { stepsOf } from '../../src/jobs/Steps';
import { job } from './job';

const states = (more: Parameters<typeof job>[0]): string[] =>
  stepsOf(job(more)).map(({ state }) => state);

it('draws seven steps, with those ahead waiting', () => {
  expect(states({})).toEqual([
    'done',
    'running',
    'waiting',
    'waiting',
    'waiting',
    'waiting',
    'waiting'
  ]);
});

it('counts a step that was passed in silence as done once it is published', () => {
  expect(new Set(states({ state: 'published', step: 'announce' }))).toEqual(
    new Set(['done'])
  );
});

it('moves with an event before the steps are told', () => {
  expect(states({ step: 'check' }).slice(0, 4)).toEqual([
    'done',
    'done',
    'done',
    'running'
  ]);
});

it('lets a refused promotion end at its gate', () => {
  const steps = [
    ...job().steps.map(one => ({ ...one, state: 'done' })),
    { step: 'gate', state: 'failed', text: 'refused' }
  ];
  expect(states({ state: 'refused', step: 'gate', steps }).slice(4)).toEqual([
    'failed',
    'waiting',
    'waiting'
  ]);
});

it('reads time as people do', () => {
  expect([3.7, 75, 3720, -2].map(spent)).toEqual([
    '3 s',
    '1 min 15 s',
    '1 h 2 min',
    '0 s'
  ]);
});
