// Results of checks as they come in, each failing one with the rows that broke the rule.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import type { Check } from '../api';

const ORDER = ['failed', 'not evaluated', 'warned', 'passed'];
const MARKS: Record<string, string> = {
  passed: '✓',
  warned: '!',
  failed: '✗',
  'not evaluated': '?'
};
/** More columns than this make a table nobody can read beside a notebook. */
const COLUMNS = 12;

export function Checks(props: {
  checks: Check[];
  trans: TranslationBundle;
}): JSX.Element | null {
  const { checks, trans } = props;
  if (!checks.length) {
    return null;
  }
  const outcomes: Record<string, string> = {
    passed: trans.__('passed'),
    warned: trans.__('warned'),
    failed: trans.__('failed'),
    'not evaluated': trans.__('not evaluated')
  };
  const counts = ORDER.map(outcome => [
    outcome,
    checks.filter(check => check.outcome === outcome).length
  ]).filter(([, count]) => count);
  const sorted = [...checks].sort(
    (one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome)
  );
  return (
    <section className="jp-mesh-checks" aria-label={trans.__('Checks')}>
      <h3>
        {trans.__('Checks')}{' '}
        <small>
          {counts
            .map(([outcome, count]) => `${count} ${outcomes[outcome]}`)
            .join(', ')}
        </small>
      </h3>
      <ul>
        {sorted.map(check => (
          <li key={`${check.port}/${check.rule}`} data-outcome={check.outcome}>
            <span className="jp-mesh-mark" aria-hidden="true">
              {MARKS[check.outcome] ?? '?'}
            </span>
            <span className="jp-mesh-check-name">
              {check.port}.{check.rule}
            </span>
            <span className="jp-mesh-quiet">
              {outcomes[check.outcome] ?? check.outcome}
            </span>
            {check.outcome !== 'passed' && check.message && (
              <p>{check.message}</p>
            )}
            {check.outcome !== 'passed' && (
              <Rows rows={check.rows ?? []} trans={trans} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Failing rows as a small table; a value is text, whatever stands in it. */
export function Rows(props: {
  rows: Record<string, unknown>[];
  trans: TranslationBundle;
}): JSX.Element | null {
  const { rows, trans } = props;
  if (!rows.length) {
    return null;
  }
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const shown = names.slice(0, COLUMNS);
  return (
    <div
      className="jp-mesh-rows"
      tabIndex={0}
      role="region"
      aria-label={trans.__('Failing rows')}
    >
      <table>
        <thead>
          <tr>
            {shown.map(name => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {shown.map(name => (
                <Cell key={name} value={row[name]} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {names.length > shown.length && (
        <p className="jp-mesh-quiet">
          {trans.__('and %1 more columns', names.length - shown.length)}
        </p>
      )}
    </div>
  );
}

function Cell({ value }: { value: unknown }): JSX.Element {
  if (value === null || value === undefined) {
    return <td className="jp-mesh-null">null</td>;
  }
  const text = typeof value === 'object' ? JSON.stringify(value) : `${value}`;
  return <td title={text.slice(0, 1000)}>{text.slice(0, 200)}</td>;
}
