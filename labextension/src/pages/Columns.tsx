// The columns of a table: what they are, what they mean, and what the metadata tells of them.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, ReactNode } from 'react';

import type { Column, TableDetails } from '../api';
import { said } from '../words';
import { Facts, Table } from './Parts';

export function Columns(props: {
  table: TableDetails;
  trans: TranslationBundle;
}): JSX.Element {
  const { table, trans } = props;
  const { columns } = table;
  const { metadata, bytes, ...facts } = table.facts;
  const rows = typeof facts.rows === 'number' ? facts.rows : null;
  const size = typeof bytes === 'number' ? { size: sized(bytes) } : {};
  return (
    <>
      <Facts facts={{ ...facts, ...size }} />
      <Told
        label={trans.__('Columns')}
        told={[
          [
            trans.__('Column'),
            columns.map(column => <Name key="name" column={column} />)
          ],
          [
            trans.__('Type'),
            columns.map(column => <code key="type">{column.type}</code>)
          ],
          [
            trans.__('Promised'),
            columns.map(column => promised(column, trans))
          ],
          [
            trans.__('Missing'),
            columns.map(column => missing(column, rows, trans))
          ],
          [trans.__('Least'), columns.map(column => column.low ?? '')],
          [trans.__('Greatest'), columns.map(column => column.high ?? '')],
          [trans.__('Comment'), columns.map(meant)]
        ]}
      />
      {typeof metadata === 'string' && <Facts facts={{ metadata }} />}
    </>
  );
}

/** A table of which only those headings are shown that something is known of. */
function Told(props: {
  label: string;
  told: [string, ReactNode[]][];
}): JSX.Element {
  const told = props.told.filter(([, cells]) => cells.some(Boolean));
  const count = told[0]?.[1].length ?? 0;
  return (
    <Table
      label={props.label}
      headings={told.map(([heading]) => heading)}
      rows={Array.from({ length: count }, (_, at) =>
        told.map(([, cells]) => cells[at])
      )}
    />
  );
}

const meant = ({ comment, unit }: Column): string =>
  unit ? `${comment} (${unit})`.trim() : comment;

function Name({ column }: { column: Column }): JSX.Element {
  const tags = [column.classification, ...(column.tags ?? [])].filter(Boolean);
  return (
    <>
      {column.name}
      {tags.map(tag => (
        <span key={tag} className="jp-mesh-tag">
          {tag}
        </span>
      ))}
    </>
  );
}

/** What the contract or the table itself holds a column to. */
function promised(column: Column, trans: TranslationBundle): string {
  const words = [
    column.primary_key ? trans.__('key') : '',
    column.required ? trans.__('required') : '',
    column.unique && !column.primary_key ? trans.__('unique') : ''
  ];
  return words.filter(Boolean).join(', ');
}

function missing(
  { nulls }: Column,
  rows: number | null,
  trans: TranslationBundle
): string {
  if (nulls === undefined) {
    return '';
  }
  // It stays on one line.
  const share = rows && nulls ? `\u00a0(${percent(nulls / rows)})` : '';
  return nulls ? said(nulls) + share : trans.__('none');
}

const percent = (share: number): string =>
  share < 0.001
    ? '<\u00a00.1\u00a0%'
    : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}\u00a0%`;

/** Bytes as people read them. */
export function sized(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let left = bytes;
  let unit = 0;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${unit ? left.toFixed(left < 10 ? 1 : 0) : left} ${units[unit]}`;
}
