// The picture of a promotion on its way and at its end: the release, or why there is none.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import type { Job, Release } from '../api';
import { Checks, Rows } from '../jobs/Checks';
import { Elapsed } from '../jobs/clock';
import { Log } from '../jobs/Log';
import { stateText } from '../jobs/states';
import { Steps } from '../jobs/Steps';
import { moment } from '../words';
import type { Props } from './given';

type Told = Props & { job: Job };

export function Outcome(props: Told): JSX.Element {
  const { model, job, trans } = props;
  const isRunning = job.state === 'running';
  return (
    <>
      <header className="jp-mesh-plan-head">
        <h2>
          {job.release?.replace('@', ' ') ?? job.product}{' '}
          <span className="jp-mesh-state" data-state={job.state}>
            {stateText(job.state, trans)}
          </span>
        </h2>
        <p className="jp-mesh-quiet">
          {trans.__('by %1, %2', job.actor, moment(job.started))} ·{' '}
          <Elapsed job={job} isSeen={model.isSeen} />
        </p>
      </header>
      <Steps job={job} trans={trans} />
      {isRunning && <Underway {...props} />}
      {model.release && <Published {...props} release={model.release} />}
      {job.error && <Refused {...props} />}
      {!job.error && !isRunning && !model.release && (
        <p className="jp-mesh-note" role="status">
          {job.text}
        </p>
      )}
      <Checks checks={job.checks} trans={trans} />
      <Log lines={job.log ?? []} trans={trans} />
      <Footer {...props} />
    </>
  );
}

function Underway({ job, trans }: Told): JSX.Element {
  const { done, total } = job.cells;
  return (
    <div className="jp-mesh-underway" role="status" aria-live="polite">
      <p>{job.text || trans.__('Waiting for its turn')}</p>
      {job.step === 'run' && total > 0 && (
        <div className="jp-mesh-cells">
          <progress
            max={total}
            value={done}
            aria-label={trans.__('Cells of the notebook')}
          />
          <span className="jp-mesh-quiet">
            {trans.__('%1 of %2 cells', done, total)}
          </span>
        </div>
      )}
    </div>
  );
}

function Published(props: Told & { release: Release }): JSX.Element {
  const { release, ways, trans } = props;
  return (
    <section
      className="jp-mesh-release"
      role="status"
      aria-label={trans.__('Release')}
    >
      <p>{release.reason}</p>
      <ul className="jp-mesh-ports">
        {release.tables.map(({ port, table, rows }) => (
          <li key={port}>
            <code>{table}</code>{' '}
            <span className="jp-mesh-quiet">
              {rows === null ? '' : counted(rows, trans)}
            </span>
            <code className="jp-mesh-line">{readLine(release, port)}</code>
            <button
              type="button"
              className="jp-mesh-button"
              aria-label={trans.__('Copy the line that reads %1', port)}
              onClick={() => ways.copy(readLine(release, port))}
            >
              {trans.__('Copy')}
            </button>
          </li>
        ))}
      </ul>
      <p className="jp-mesh-quiet">
        {trans.__('digest')} <code>{release.digest}</code>
      </p>
    </section>
  );
}

/** The line of Python that reads a port of a release. */
export function readLine(
  release: Pick<Release, 'product' | 'version'>,
  port: string
): string {
  return `mesh.read("${release.product}@${release.version}", port="${port}")`;
}

const counted = (rows: number, trans: TranslationBundle): string =>
  trans._n('%1 row', '%1 rows', rows).replace(`${rows}`, rows.toLocaleString());

function Refused({ job, model, ways, trans }: Told): JSX.Element {
  const error = job.error!;
  const reasons = (Array.isArray(error.reasons) ? error.reasons : []).map(
    String
  );
  const remedies = error.remedy
    .split('\n')
    .filter(line => line && !reasons.includes(line));
  const rows = Array.isArray(error.rows) ? error.rows : [];
  const isToldByChecks = job.checks.some(check => check.rows?.length);
  const cell = Number(error.cell ?? 0);
  const notebook = model.source;
  const ports = new Set(
    job.checks
      .filter(check => check.outcome === 'failed')
      .map(check => check.port)
  );
  return (
    <section className="jp-mesh-failure" role="alert">
      <p>{error.message}</p>
      {reasons.length > 0 && (
        <ul aria-label={trans.__('Reasons')}>
          {reasons.map((reason, at) => (
            <li key={at}>{reason}</li>
          ))}
        </ul>
      )}
      {remedies.map((line, at) => (
        <p key={at}>{line}</p>
      ))}
      {!isToldByChecks && <Rows rows={rows} trans={trans} />}
      {cell > 0 && notebook && (
        <button
          type="button"
          className="jp-mesh-link"
          onClick={() => ways.goto(notebook, cell, 0)}
        >
          {trans.__('Go to cell %1', cell)}
        </button>
      )}
      {notebook &&
        [...ports].map(port => (
          <button
            key={port}
            type="button"
            className="jp-mesh-link"
            onClick={() => ways.gotoStage(notebook, port)}
          >
            {trans.__('Go to the cell that stages %1', port)}
          </button>
        ))}
    </section>
  );
}

function Footer({ model, job, ways, trans }: Told): JSX.Element {
  const { openRelease, openExecuted } = ways;
  if (job.state === 'running') {
    return (
      <footer className="jp-mesh-actions">
        <button
          type="button"
          className="jp-mesh-button"
          disabled={model.isStopping}
          onClick={() => void model.cancel()}
        >
          {model.isStopping ? trans.__('Stopping…') : trans.__('Cancel')}
        </button>
      </footer>
    );
  }
  return (
    <footer className="jp-mesh-actions">
      {job.release && openRelease && (
        <button
          type="button"
          className="jp-mesh-button jp-mod-primary"
          onClick={() => openRelease(job.product)}
        >
          {trans.__('Open its page')}
        </button>
      )}
      {job.executed && openExecuted && (
        <button
          type="button"
          className="jp-mesh-button"
          onClick={() => openExecuted(job)}
        >
          {trans.__('Executed notebook')}
        </button>
      )}
      <button
        type="button"
        className="jp-mesh-button"
        onClick={() => void model.again()}
      >
        {trans.__('Plan again')}
      </button>
    </footer>
  );
}
