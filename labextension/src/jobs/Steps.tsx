// The seven steps of a promotion drawn as a row: what is done, what runs, where it stopped.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import type { Job } from '../api';

const STEPS = [
  'plan',
  'run',
  'stage',
  'check',
  'gate',
  'publish',
  'announce'
] as const;
const MARKS: Record<string, string> = {
  done: '✓',
  failed: '✗',
  running: '●',
  waiting: ''
};

/** Where each step stands; one that was never told of lies ahead or was passed in silence. */
export function stepsOf(
  job: Pick<Job, 'steps' | 'state' | 'step'>
): { step: string; state: string; text: string }[] {
  const told = new Map(job.steps.map(one => [one.step, one]));
  const at = STEPS.indexOf(job.step as (typeof STEPS)[number]);
  const isPublished = job.state === 'published';
  return STEPS.map((step, index) => {
    const known = told.get(step);
    if (known) {
      const state =
        known.state === 'running' && index < at ? 'done' : known.state;
      return { ...known, state };
    }
    if (job.state === 'running' && index === at) {
      return { step, state: 'running', text: '' };
    }
    const isPassed = isPublished || (job.steps.length > 0 && index < at);
    return { step, state: isPassed ? 'done' : 'waiting', text: '' };
  });
}

export function Steps(props: {
  job: Job;
  trans: TranslationBundle;
  small?: boolean;
}): JSX.Element {
  const { job, trans, small } = props;
  const states: Record<string, string> = {
    done: trans.__('done'),
    failed: trans.__('failed'),
    running: trans.__('running'),
    waiting: trans.__('not yet')
  };
  const names: Record<string, string> = {
    plan: trans.__('plan'),
    run: trans.__('run'),
    stage: trans.__('stage'),
    check: trans.__('check'),
    gate: trans.__('gate'),
    publish: trans.__('publish'),
    announce: trans.__('announce')
  };
  return (
    <ol
      className={`jp-mesh-steps${small ? ' jp-mod-small' : ''}`}
      aria-label={trans.__('Steps')}
    >
      {stepsOf(job).map(({ step, state, text }) => (
        <li
          key={step}
          data-step={step}
          data-state={state}
          aria-current={state === 'running' ? 'step' : undefined}
          aria-label={`${names[step]}: ${states[state] ?? state}`}
          title={`${names[step]}: ${text || (states[state] ?? state)}`}
        >
          <span className="jp-mesh-step-mark" aria-hidden="true">
            {MARKS[state] ?? ''}
          </span>
          {!small && <span className="jp-mesh-step-name">{names[step]}</span>}
        </li>
      ))}
    </ol>
  );
}
