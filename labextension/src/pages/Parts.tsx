// What a page tells of columns, ports, contracts and checks: plain tables.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, ReactNode } from 'react';

import type { Check, ProductDetails, Rule } from '../api';
import { Commands } from '../tokens';
import { promise, said } from '../words';
import type { Run } from './run';

/** A table of words. */
export function Table(props: {
  headings: string[];
  rows: ReactNode[][];
  label: string;
}): JSX.Element {
  return (
    <table className="jp-mesh-table" aria-label={props.label}>
      <thead>
        <tr>
          {props.headings.map(heading => (
            <th key={heading} scope="col">
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row, at) => (
          <tr key={at}>
            {row.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Plain facts, name by name; what is empty is left out. */
export function Facts(props: { facts: Record<string, unknown> }): JSX.Element {
  const shown = Object.entries(props.facts)
    .map(([name, value]) => [name, said(value)])
    .filter(([, value]) => value !== '');
  return (
    <dl className="jp-mesh-facts">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Rules(props: {
  rules: Rule[];
  trans: TranslationBundle;
}): JSX.Element {
  const { rules, trans } = props;
  if (!rules.length) {
    return <p>{trans.__('The contract promises columns and types only.')}</p>;
  }
  return (
    <Table
      label={trans.__('Contract')}
      headings={[
        trans.__('Rule'),
        trans.__('Column'),
        trans.__('Promise'),
        trans.__('Severity')
      ]}
      rows={rules.map(rule => [
        rule.id,
        rule.column,
        promise(rule),
        rule.severity
      ])}
    />
  );
}

export function About(props: {
  product: ProductDetails;
  run: Run;
  trans: TranslationBundle;
}): JSX.Element {
  const { product, run, trans } = props;
  const link = (table: string): JSX.Element => (
    <button
      key="link"
      type="button"
      className="jp-mesh-link"
      onClick={() => run(Commands.openPage, { id: `table:${table}` })}
    >
      {table}
    </button>
  );
  return (
    <>
      {product.description && <p>{product.description}</p>}
      <Facts
        facts={{
          [trans.__('owner')]: product.owner,
          [trans.__('version')]: product.version ?? trans.__('not released')
        }}
      />
      <p>
        {product.notebook.startsWith('/') ? (
          // It lies outside of the folder that Jupyter shows.
          product.notebook
        ) : (
          <button
            type="button"
            className="jp-mesh-link"
            onClick={() =>
              run('docmanager:open', {
                path: product.notebook,
                factory: 'Notebook'
              })
            }
          >
            {product.notebook}
          </button>
        )}
      </p>
      <h3>{trans.__('Serves')}</h3>
      <Table
        label={trans.__('Ports')}
        headings={[
          trans.__('Port'),
          trans.__('Table'),
          trans.__('Columns'),
          trans.__('Description')
        ]}
        rows={product.ports.map(port => [
          port.name,
          link(port.table),
          (port.columns ?? []).map(column => column.name).join(', '),
          port.description
        ])}
      />
      <h3>{trans.__('Reads')}</h3>
      <Table
        label={trans.__('Inputs')}
        headings={[trans.__('Table'), trans.__('Release')]}
        rows={product.inputs.map(input => [link(input.table), input.release])}
      />
      {product.ports.map(port => (
        <section key={port.name}>
          <h3>{trans.__('Contract of %1', port.name)}</h3>
          <Rules rules={port.rules ?? []} trans={trans} />
        </section>
      ))}
    </>
  );
}

export function Checks(props: {
  checks: Check[];
  trans: TranslationBundle;
}): JSX.Element {
  const { checks, trans } = props;
  if (!checks.length) {
    return (
      <p>
        {trans.__(
          'Nothing has been checked yet; a promotion checks every rule.'
        )}
      </p>
    );
  }
  const order = ['failed', 'not evaluated', 'warned', 'passed'];
  const sorted = [...checks].sort(
    (a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome)
  );
  return (
    <Table
      label={trans.__('Checks')}
      headings={[
        trans.__('Outcome'),
        trans.__('Port'),
        trans.__('Rule'),
        trans.__('What was found')
      ]}
      rows={sorted.map(check => [
        <span
          key="outcome"
          className="jp-mesh-outcome"
          data-outcome={check.outcome}
        >
          {check.outcome}
        </span>,
        check.port,
        check.rule,
        check.message ?? ''
      ])}
    />
  );
}
