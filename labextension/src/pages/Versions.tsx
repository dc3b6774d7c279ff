// Versions of a table, releases of a product, and what changed between any two.
import type { TranslationBundle } from '@jupyterlab/translation';
import { type JSX, useState } from 'react';

import * as api from '../api';
import type {
  Difference,
  ProductDetails,
  TableDetails,
  TableVersion
} from '../api';
import { useAnswer } from '../asking';
import { Failure, Waiting } from '../failure';
import { Commands } from '../tokens';
import { moment, said } from '../words';
import type { Run } from './run';
import { Table } from './Parts';

export function Versions(props: {
  table: TableDetails;
  run: Run;
  trans: TranslationBundle;
}): JSX.Element {
  const { table, run, trans } = props;
  const { versions } = table;
  if (!versions.length) {
    return <p>{trans.__('This catalog keeps no versions of its tables.')}</p>;
  }
  const refs = versions.flatMap(({ release }) => (release ? [release] : []));
  return (
    <>
      <Compare refs={[...new Set(refs)]} port={table.port} trans={trans} />
      <Table
        label={trans.__('Versions')}
        headings={[
          trans.__('Committed'),
          trans.__('Rows'),
          trans.__('What changed'),
          trans.__('Release'),
          trans.__('Snapshot')
        ]}
        rows={versions.map((version, at) => [
          moment(version.committed),
          said(version.rows),
          news(version, versions[at + 1], trans),
          version.release && (
            <button
              key="link"
              type="button"
              className="jp-mesh-link"
              onClick={() =>
                run(Commands.openPage, {
                  id: `product:${table.product}`,
                  tab: 'releases'
                })
              }
            >
              {version.release}
            </button>
          ),
          <code key="id">{version.snapshot_id}</code>
        ])}
      />
    </>
  );
}

export function Releases(props: {
  product: ProductDetails;
  run: Run;
  trans: TranslationBundle;
}): JSX.Element {
  const { product, run, trans } = props;
  const { releases } = product;
  if (!releases.length) {
    return (
      <p>
        {trans.__(
          'Nothing is released yet. Promote the notebook to publish the first version.'
        )}
      </p>
    );
  }
  const refs = releases.map(one => `${one.product}@${one.version}`);
  return (
    <>
      <Compare refs={refs} trans={trans} />
      <Table
        label={trans.__('Releases')}
        headings={[
          trans.__('Version'),
          trans.__('State'),
          trans.__('Published'),
          trans.__('By'),
          trans.__('Reason'),
          trans.__('Rows'),
          trans.__('Evidence')
        ]}
        rows={releases.map((one, at) => [
          one.version,
          one.state,
          moment(one.created),
          one.actor,
          one.reason,
          one.tables.map(each => `${each.port} ${said(each.rows)}`).join(', '),
          one.run?.executed ? (
            <button
              key="executed"
              type="button"
              className="jp-mesh-link"
              onClick={() => run(Commands.openExecuted, { release: refs[at] })}
            >
              {trans.__('executed notebook')}
            </button>
          ) : null
        ])}
      />
    </>
  );
}

/** Two choices and what changed between them; newest first in `refs`. */
function Compare(props: {
  refs: string[];
  port?: string | null;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { refs, trans } = props;
  const [before, setBefore] = useState(refs[1] ?? '');
  const [after, setAfter] = useState(refs[0] ?? '');
  if (refs.length < 2) {
    return null;
  }
  const choice = (
    label: string,
    value: string,
    set: (ref: string) => void
  ): JSX.Element => (
    <label>
      {label}
      <select value={value} onChange={event => set(event.target.value)}>
        {refs.map(ref => (
          <option key={ref} value={ref}>
            {ref.split('@')[1]}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <section className="jp-mesh-compare" aria-label={trans.__('Differences')}>
      <div>
        {choice(trans.__('What changed from'), before, setBefore)}
        {choice(trans.__('to'), after, setAfter)}
      </div>
      {before === after ? (
        <p>{trans.__('Choose two versions.')}</p>
      ) : (
        <Changes {...props} before={before} after={after} />
      )}
    </section>
  );
}

function Changes(props: {
  before: string;
  after: string;
  port?: string | null;
  trans: TranslationBundle;
}): JSX.Element {
  const { before, after, port, trans } = props;
  const { value, error, retry } = useAnswer<Difference>(
    signal => api.diff(before, after, signal),
    `${before} ${after}`
  );
  if (error) {
    return <Failure error={error} trans={trans} retry={retry} />;
  }
  if (!value) {
    return <Waiting text={trans.__('Comparing…')} />;
  }
  const ports = value.ports.filter(one => !port || one.port === port);
  const isAsked = (text: string): boolean =>
    !port || text.startsWith(`${port}:`) || text.startsWith(`${port}.`);
  const parts: [string, string[]][] = [
    [trans.__('Contract'), value.decision.reasons.filter(isAsked)],
    [
      trans.__('Columns'),
      ports.flatMap(one =>
        columnNews(one, trans).map(line => `${one.port}: ${line}`)
      )
    ],
    [
      trans.__('Rows'),
      ports.map(one =>
        trans.__(
          '%1: %2 rows before, %3 after',
          one.port,
          said(one.rows_before) || '–',
          said(one.rows_after) || '–'
        )
      )
    ],
    [trans.__('Inputs'), value.inputs_changed],
    [trans.__('Checks'), value.checks_changed.filter(isAsked)]
  ];
  if (!port && value.views_changed.length) {
    parts.push([trans.__('Views'), value.views_changed]);
  }
  return (
    <dl className="jp-mesh-differences">
      {parts.map(([name, lines]) => (
        <div key={name}>
          <dt>{name}</dt>
          {lines.length ? (
            lines.map(line => <dd key={line}>{line}</dd>)
          ) : (
            <dd className="jp-mesh-quiet">{trans.__('the same')}</dd>
          )}
        </div>
      ))}
    </dl>
  );
}

/** Columns that came, went or changed, a line each. */
function columnNews(
  { added = [], removed = [], retyped = [] }: Partial<Difference['ports'][0]>,
  trans: TranslationBundle
): string[] {
  return [
    ...added.map(name => trans.__('added %1', name)),
    ...removed.map(name => trans.__('removed %1', name)),
    ...retyped.map(name => trans.__('retyped %1', name))
  ];
}

/** What a state of a table brought, held against the one before. */
function news(
  version: TableVersion,
  before: TableVersion | undefined,
  trans: TranslationBundle
): string {
  const { rows, added, removed, retyped } = version;
  const isCounted = rows !== null && before && before.rows !== null;
  const more = isCounted ? rows - (before.rows ?? 0) : 0;
  const change = [
    more
      ? trans.__('%1 rows', `${more > 0 ? '+' : '−'}${said(Math.abs(more))}`)
      : '',
    ...columnNews({ added, removed, retyped }, trans)
  ];
  return change.filter(Boolean).join(' · ');
}
