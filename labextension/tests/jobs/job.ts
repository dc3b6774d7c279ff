// A promotion as the server tells it, for tests.
import type { Job } from '../../src/api';

export const job = (more: Partial<Job> = {}): Job => ({
  id: 'one',
  product: 'shop/orders',
  state: 'running',
  started: '2026-01-01T10:00:00+00:00',
  ended: null,
  actor: 'ana',
  step: 'run',
  done: 1,
  total: 4,
  text: 'Cell 2 took 0.1 s',
  steps: [
    { step: 'plan', state: 'done', text: 'Planned' },
    { step: 'run', state: 'running', text: 'Cell 2 took 0.1 s' }
  ],
  cells: { done: 1, total: 4 },
  checks: [],
  release: null,
  error: null,
  executed: '',
  ...more
});
