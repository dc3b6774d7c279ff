// The picture of the jobs panel: what runs and what ran on this server.
import type { TranslationBundle } from '@jupyterlab/translation';
import { type JSX, useState } from 'react';

import type { Job } from '../api';
import { Failure, Waiting } from '../failure';
import { moment } from '../words';
import { Elapsed } from './clock';
import { Log } from './Log';
import type { Jobs } from './model';
import { stateText } from './states';
import { Steps } from './Steps';

/** What can be done with a promotion; what is missing cannot be done in this application. */
export interface Deeds {
  open: (job: Job) => void;
  rerun: (job: Job) => void;
  openExecuted?: (job: Job) => void;
}

export interface ListProps {
  jobs: Jobs;
  deeds: Deeds;
  isSeen: boolean;
  trans: TranslationBundle;
}

export function JobList(props: ListProps): JSX.Element {
  const { jobs, trans } = props;
  const fault = jobs.fault();
  return (
    <div className="jp-mesh-jobs-page">
      {fault && (
        <Failure error={fault} trans={trans} retry={() => void jobs.list()} />
      )}
      {!jobs.isListed && !fault && (
        <Waiting text={trans.__('Asking for the promotions…')} />
      )}
      {jobs.isListed && !jobs.all.length && (
        <p className="jp-mesh-quiet">
          {trans.__(
            'Nothing was promoted from this server yet. Open a notebook and press Promote in its toolbar.'
          )}
        </p>
      )}
      <ul className="jp-mesh-jobs-list" aria-label={trans.__('Promotions')}>
        {jobs.all.map(job => (
          <Entry key={job.id} {...props} job={job} />
        ))}
      </ul>
    </div>
  );
}

function Entry(props: ListProps & { job: Job }): JSX.Element {
  const { job, isSeen, deeds, trans } = props;
  return (
    <li data-state={job.state} data-id={job.id}>
      <div className="jp-mesh-job-head">
        <button
          type="button"
          className="jp-mesh-link"
          onClick={() => deeds.open(job)}
        >
          {job.release?.replace('@', ' ') ?? job.product}
        </button>
        <span className="jp-mesh-state" data-state={job.state}>
          {stateText(job.state, trans)}
        </span>
      </div>
      <p className="jp-mesh-quiet">
        {job.actor}, {moment(job.started)} ·{' '}
        <Elapsed job={job} isSeen={isSeen} />
      </p>
      <Steps job={job} trans={trans} small />
      {(job.state === 'running' || job.error) && (
        <p className={job.error ? 'jp-mesh-job-error' : 'jp-mesh-quiet'}>
          {job.error?.message ?? said(job)}
        </p>
      )}
      {job.error?.remedy && <p className="jp-mesh-quiet">{job.error.remedy}</p>}
      <Log lines={job.log ?? []} trans={trans} />
      <Buttons {...props} />
    </li>
  );
}

const said = (job: Job): string =>
  job.step === 'run' && job.cells.total
    ? `${job.text} (${job.cells.done}/${job.cells.total})`
    : job.text;

function Buttons(props: ListProps & { job: Job }): JSX.Element {
  const { jobs, job, deeds, trans } = props;
  const [isStopping, setStopping] = useState(false);
  const { openExecuted } = deeds;
  return (
    <div className="jp-mesh-actions">
      {job.state === 'running' ? (
        <button
          type="button"
          className="jp-mesh-button"
          disabled={isStopping}
          onClick={() => {
            setStopping(true);
            void jobs.cancel(job.id).finally(() => {
              if (jobs.fault(job.id)) {
                setStopping(false);
              }
            });
          }}
        >
          {isStopping ? trans.__('Stopping…') : trans.__('Cancel')}
        </button>
      ) : (
        <button
          type="button"
          className="jp-mesh-button"
          onClick={() => deeds.rerun(job)}
        >
          {trans.__('Plan again')}
        </button>
      )}
      {job.executed && job.state !== 'running' && openExecuted && (
        <button
          type="button"
          className="jp-mesh-button"
          onClick={() => openExecuted(job)}
        >
          {trans.__('Executed notebook')}
        </button>
      )}
    </div>
  );
}
