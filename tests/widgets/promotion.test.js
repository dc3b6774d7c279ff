// Promises of the promotion's picture: nothing starts without a click on what was shown.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import promotion from '../../jupyter_mesh/widgets/pictures/promotion.js';
import { stepsOf } from '../../jupyter_mesh/widgets/pictures/steps.js';
import { HOSTILE, host, named, shown, until } from './host.js';

const PLAN = {
  product: 'shop/orders',
  version: '1.1.0',
  previous: '1.0.0',
  change: 'minor',
  reasons: ['orders: column tax was added'],
  inputs: [
    { table: 'lake.raw.orders', snapshot_id: '9007199254740993' },
    { table: 'crm.main.c' }
  ],
  ports: [{ name: 'orders', table: 'lake.shop_orders.orders' }],
  obstacles: [
    { text: HOSTILE, remedy: 'Mend it.', cell: 3, line: 2, blocking: false }
  ],
  checks: 6,
  gates: ['owner'],
  notebook: 'orders.ipynb',
  clear: true,
  parameters: {},
  schema: {
    properties: {
      spoil: { type: 'integer', default: 0, description: 'rows to spoil' },
      dry: { type: 'boolean', default: false }
    }
  }
};
const JOB = {
  id: 'j-1',
  product: 'shop/orders',
  state: 'running',
  step: 'run',
  steps: [{ step: 'run', state: 'running', text: 'cell 2' }],
  cells: { done: 2, total: 5 },
  checks: [],
  text: 'Running cell 2',
  actor: 'ana',
  started: '2026-11-23T01:02:03+00:00',
  release: null,
  error: null
};
const CHECK = {
  port: 'orders',
  rule: 'country.required',
  outcome: 'failed',
  message: 'country is null in 1 row.',
  rows: [{ country: null, words: HOSTILE }]
};

let model, place, leave, answers;
beforeEach(() => {
  answers = {
    plan: () => PLAN,
    start: () => ({ id: 'j-1' }),
    cancel: () => ({}),
    again: () => ({})
  };
  model = host({ product: 'shop/orders', job: {}, release: {} }, answers);
  ({ place, leave } = shown(promotion, model));
});
afterEach(() => leave());

const asked = name => model.asked.filter(one => one.ask === name);
const start = () => until(() => named(place, 'Promote 1.1.0'));

test('the plan tells all before anything happens', async () => {
  await start();
  for (const words of [
    '1.0.0 is current; this one is minor: orders: column tax was added',
    'pinned to snapshot 9007199254740993',
    'as it is when the notebook runs',
    'note, cell 3, line 2',
    'Mend it.',
    '6 rules will be held',
    'rows to spoil'
  ]) {
    expect(place.textContent).toContain(words);
  }
  expect(place.querySelector('img')).toBeNull();
  expect(asked('start')).toEqual([]);
});

test('a click starts what was shown, with what was typed and nothing else', async () => {
  await start();
  const field = place.querySelector('input[type=text]');
  field.value = '9007199254740993';
  field.dispatchEvent(new Event('input'));
  expect(named(place, 'Promote 1.1.0').disabled).toBe(true);
  await until(
    () => asked('plan').length === 2 && !named(place, 'Promote 1.1.0').disabled
  );
  named(place, 'Promote 1.1.0').click();
  const [question] = await until(() => asked('start').length && asked('start'));
  expect(question.values).toEqual({
    parameters: { spoil: { type: 'integer', value: '9007199254740993' } }
  });
});

test('a plan that is another by now is shown, not started', async () => {
  await start();
  answers.plan = () => ({ ...PLAN, version: '2.0.0' });
  named(place, 'Promote 1.1.0').click();
  await until(() => place.textContent.includes('The plan is another by now'));
  expect(named(place, 'Promote 2.0.0').disabled).toBe(false);
  expect(asked('start')).toEqual([]);
});

test('what stands in the way keeps the button off', async () => {
  leave();
  answers.plan = () => ({ ...PLAN, clear: false });
  ({ place, leave } = shown(promotion, model));
  expect((await start()).disabled).toBe(true);
  expect(place.textContent).toContain('It cannot be promoted yet');
});

test('a plan that fails says what to do, and is made again', async () => {
  await start();
  answers.plan = () => {
    throw {
      message: 'product.odps.yaml is wrong at line 3.',
      remedy: 'Mend line 3.'
    };
  };
  named(place, 'Plan again').click();
  await until(() =>
    place.querySelector('[role=alert]')?.textContent.includes('Mend line 3.')
  );
  expect(named(place, 'Promote 1.1.0').disabled).toBe(true);
  answers.plan = () => PLAN;
  named(place, 'Try again').click();
  await until(() => !named(place, 'Promote 1.1.0').disabled);
  expect(place.querySelector('[role=alert]')).toBeNull();
});

test('steps, cells and checks appear as they come, and Cancel asks once', async () => {
  await start();
  model.change('job', JOB);
  expect(place.textContent).toContain('2 of 5 cells');
  expect(place.querySelector('[aria-current=step]').textContent).toContain(
    'run'
  );
  named(place, 'Cancel').click();
  expect(named(place, 'Stopping…').disabled).toBe(true);
  expect(asked('cancel').length).toBe(1);
  model.change('job', {
    ...JOB,
    step: 'check',
    checks: [{ ...CHECK, outcome: 'passed' }]
  });
  expect(place.textContent).toContain('1 passed');
  expect(place.textContent).not.toContain('2 of 5 cells');
});

test("who began it is told with the moment in the reader's own time zone", () => {
  vi.stubEnv('TZ', 'Asia/Tokyo');
  model.change('job', JOB);
  expect(place.textContent).toMatch(/by ana, Nov 23, 2026, 10:02:03\sAM/);
  vi.unstubAllEnvs();
});

test('a stop that fails can be asked for again', async () => {
  answers.cancel = () => {
    throw { message: 'It runs on another machine.', remedy: 'Stop it there.' };
  };
  model.change('job', JOB);
  named(place, 'Cancel').click();
  await until(() =>
    place.querySelector('[role=alert]')?.textContent.includes('Stop it there.')
  );
  expect(named(place, 'Cancel').disabled).toBe(false);
});

test('a release is told with the line that reads it', async () => {
  model.change('job', {
    ...JOB,
    state: 'published',
    release: 'shop/orders@1.1.0',
    text: 'Done.'
  });
  model.change('release', {
    product: 'shop/orders',
    version: '1.1.0',
    reason: 'a column more',
    digest: 'd'.repeat(64),
    tables: [{ port: 'orders', table: 'lake.shop_orders.orders', rows: 1234 }]
  });
  expect(place.textContent).toContain(
    'mesh.read("shop/orders@1.1.0", port="orders")'
  );
  expect(place.textContent).toContain('1,234 rows');
  expect(named(place, 'Cancel')).toBeUndefined();
});

test('a refusal tells reasons, remedy and the failing rows as text', () => {
  const error = {
    type: 'PromotionRefused',
    message: 'shop/orders 1.1.0 was not published.',
    reasons: ['country is null'],
    remedy: 'country is null\nMend the notebook.',
    cell: 4
  };
  model.change('job', { ...JOB, state: 'refused', error, checks: [CHECK] });
  const alert = place.querySelector('[role=alert]').textContent;
  expect(alert.match(/country is null/g).length).toBe(1);
  expect(alert).toContain('Mend the notebook.');
  expect(alert).toContain('It stopped in cell 4.');
  const rows = place.querySelector('[aria-label="Failing rows"]');
  expect(rows.textContent).toContain('NULL');
  expect(rows.textContent).toContain('<img');
  expect(place.querySelector('img')).toBeNull();
});

test('a fault that the kernel tells unasked is shown', () => {
  model.change('job', JOB);
  model.tell('msg:custom', {
    fault: { message: 'The database is away.', remedy: 'Wait.' }
  });
  expect(place.querySelector('[role=alert]').textContent).toContain(
    'The database is away.'
  );
});

test('steps never told of lie ahead or were passed', () => {
  const states = job => stepsOf(job).map(one => one.state);
  expect(states(JOB)).toEqual([
    'done',
    'running',
    ...Array.from({ length: 5 }, () => 'waiting')
  ]);
  expect(
    new Set(states({ ...JOB, state: 'published', step: 'announce' }))
  ).toEqual(new Set(['done']));
  const failed = {
    ...JOB,
    state: 'refused',
    step: 'gate',
    steps: [{ step: 'gate', state: 'failed' }]
  };
  expect(states(failed).slice(3)).toEqual([
    'done',
    'failed',
    'waiting',
    'waiting'
  ]);
});

test('nothing listens any more when it is gone', () => {
  expect(model.listening()).toBeGreaterThan(0);
  leave();
  expect(model.listening()).toBe(0);
});
