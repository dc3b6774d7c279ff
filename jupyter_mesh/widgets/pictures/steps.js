// A promotion on its way as a picture: its steps, its cells, its checks with failing rows.
import { el } from './dom.js';

const STEPS = ['plan', 'run', 'stage', 'check', 'gate', 'publish', 'announce'];
const MARKS = { done: '✓', failed: '✗', running: '●', waiting: '○' };
const ORDER = ['failed', 'not evaluated', 'warned', 'passed'];
const OUTCOMES = {
  passed: '✓',
  warned: '!',
  failed: '✗',
  'not evaluated': '?'
};
/** More columns than this make a table nobody can read in a notebook. */
const COLUMNS = 12;

/** Where each step stands; one never told of lies ahead, or was passed in silence. */
export function stepsOf(job) {
  const told = new Map(job.steps.map(one => [one.step, one]));
  const at = STEPS.indexOf(job.step);
  return STEPS.map((step, index) => {
    const isPassed = job.state === 'published' || index < at;
    const known = told.get(step);
    if (known) {
      const isOver = known.state === 'running' && isPassed;
      return { ...known, state: isOver ? 'done' : known.state };
    }
    const isNow = job.state === 'running' && index === at;
    const state = isNow ? 'running' : isPassed ? 'done' : 'waiting';
    return { step, state, text: '' };
  });
}

export function steps(job) {
  return el(
    'ol',
    { class: 'mesh-steps', 'aria-label': 'Steps' },
    stepsOf(job).map(({ step, state, text }) =>
      el(
        'li',
        {
          'data-state': state,
          'aria-label': `${step}: ${state}`,
          'aria-current': state === 'running' ? 'step' : undefined,
          title: text || state
        },
        el('span', { 'aria-hidden': true }, MARKS[state] ?? ''),
        ` ${step}`
      )
    )
  );
}

/** How many of the notebook's cells have run. */
export function cells({ cells: { done, total }, step }) {
  return step === 'run' && total > 0
    ? el(
        'p',
        {},
        el('progress', { max: total, value: done, 'aria-label': 'Cells' }),
        ` ${done} of ${total} cells`
      )
    : null;
}

export function checks(job) {
  const sorted = [...job.checks].sort(
    (one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome)
  );
  const counts = ORDER.map(outcome => [
    sorted.filter(check => check.outcome === outcome).length,
    outcome
  ]).filter(([count]) => count);
  return sorted.length
    ? el(
        'section',
        { 'aria-label': 'Checks' },
        el(
          'h4',
          {},
          'Checks ',
          el('small', {}, counts.map(one => one.join(' ')).join(', '))
        ),
        el('ul', { class: 'mesh-checks' }, sorted.map(check))
      )
    : null;
}

function check(one) {
  const isGood = one.outcome === 'passed';
  return el(
    'li',
    { 'data-outcome': one.outcome },
    el(
      'span',
      { class: 'mesh-outcome', 'aria-hidden': true },
      OUTCOMES[one.outcome] ?? '?'
    ),
    ` ${one.port}.${one.rule} `,
    el('span', { class: 'mesh-quiet' }, one.outcome),
    !isGood && one.message && el('p', {}, one.message),
    !isGood && rows(one.rows ?? [])
  );
}

/** Failing rows as a small table; a value is text, whatever stands in it. */
export function rows(failing) {
  if (!failing.length) {
    return null;
  }
  const names = [...new Set(failing.flatMap(row => Object.keys(row)))];
  const shown = names.slice(0, COLUMNS);
  return el(
    'div',
    {
      class: 'mesh-rows',
      tabindex: 0,
      role: 'region',
      'aria-label': 'Failing rows'
    },
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          shown.map(name => el('th', { scope: 'col' }, name))
        )
      ),
      el(
        'tbody',
        {},
        failing.map(row =>
          el(
            'tr',
            {},
            shown.map(name => value(row[name]))
          )
        )
      )
    ),
    names.length > shown.length &&
      el(
        'p',
        { class: 'mesh-quiet' },
        `and ${names.length - shown.length} more columns`
      )
  );
}

function value(one) {
  if (one === null || one === undefined) {
    return el('td', { class: 'mesh-null' }, 'NULL');
  }
  const text = typeof one === 'object' ? JSON.stringify(one) : String(one);
  return el('td', { title: text.slice(0, 1000) }, text.slice(0, 200));
}
