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
  const { metadata, bytes, ...facts } = table.facts;
  const rows = typeof facts.rows === 'number' ? facts.rows : null;
  const size = typeof bytes === 'number' ? { size: sized(bytes) } : {};
  return (
    <>
      <Facts facts={{ ...facts, ...size }} />
      <Table
        label={trans.__('Columns')}
        headings={[
          trans.__('Column'),
          trans.__('Type'),
          trans.__('Promised'),
          trans.__('Missing'),
          trans.__('Least'),
          trans.__('Greatest'),
          trans.__('Comment')
        ]}
        rows={table.columns.map(column => [
          <Name key="name" column={column} />,
          <code key="type">{column.type}</code>,
          promised(column, trans),
          missing(column, rows, trans),
          column.low ?? '',
          column.high ?? '',
          column.unit ? `${column.comment} (${column.unit})` : column.comment
        ])}
      />
      {typeof metadata === 'string' && <Facts facts={{ metadata }} />}
    </>
  );
}

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
): ReactNode {
  if (nulls === undefined) {
    return '';
  }
  const share = rows && nulls ? ` (${percent(nulls / rows)})` : '';
  return nulls ? said(nulls) + share : trans.__('none');
}

const percent = (share: number): string =>
  share < 0.001 ? '< 0.1 %' : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

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
