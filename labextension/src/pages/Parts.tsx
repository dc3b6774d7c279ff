// What a page tells of columns, ports, contracts and checks: plain tables.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, ReactNode } from 'react';

import type { Check, ProductDetails, Rule, TableDetails } from '../api';
import { Commands } from '../tokens';
import type { Run } from './panel';

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

/** Any plain value in words. */
export function said(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (typeof value === 'number') {
    return value.toLocaleString('en-US');
  }
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${said(one)}`)
      .join(', ');
  }
  return moment(String(value));
}

/** A moment as one reads it; whatever else as it is. */
export function moment(text: string): string {
  const isMoment = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text);
  return isMoment ? text.replace('T', ' ').slice(0, 19) : text;
}

export function Columns(props: {
  table: TableDetails;
  trans: TranslationBundle;
}): JSX.Element {
  const { table, trans } = props;
  const { metadata, ...facts } = table.facts;
  return (
    <>
      <Facts facts={facts} />
      <Table
        label={trans.__('Columns')}
        headings={[
          trans.__('Column'),
          trans.__('Type'),
          trans.__('Null'),
          trans.__('Comment')
        ]}
        rows={table.columns.map(column => [
          column.name,
          <code key="type">{column.type}</code>,
          column.required ? trans.__('required') : '',
          column.comment
        ])}
      />
      {typeof metadata === 'string' && <Facts facts={{ metadata }} />}
    </>
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
        rule.description || promise(rule),
        rule.severity
      ])}
    />
  );
}

/** A rule in the words of its contract; options of a type say it all by themselves. */
const promise = (rule: Rule): string => {
  const options = said(rule.arguments);
  return rule.metric === 'logicalTypeOptions'
    ? options
    : [rule.metric, rule.operator, said(rule.threshold), rule.unit, options]
        .filter(Boolean)
        .join(' ');
};

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
