// What a quick chart shows, as a vega-lite specification that JupyterLab draws itself.
import { language } from '../language';
import type { JSONObject } from '@lumino/coreutils';

import type { Column } from './columns';
import type { ResultModel } from './model';
import { visible } from './values';

export const VEGA = 'application/vnd.vegalite.v5+json';
export const KINDS = ['bar', 'line', 'histogram', 'scatter'] as const;
export type Kind = (typeof KINDS)[number];

export interface Chart {
  kind: Kind;
  x: number;
  /** The column that gives the height; -1 counts rows. */
  y: number;
}

// More marks than these cannot be told apart, and make a browser slow.
export const MARKS = 5_000;
const BARS = 30;

/** A chart that suits the columns. */
export function suggested(columns: readonly Column[], x?: number): Chart {
  const numbers = columns.flatMap((column, place) =>
    column.measure === 'number' ? [place] : []
  );
  const chosen =
    x ??
    Math.max(
      0,
      columns.findIndex(column => column.measure !== 'number')
    );
  const y = numbers.find(place => place !== chosen) ?? -1;
  switch (columns[chosen]?.measure) {
    case 'number':
      return { kind: 'histogram', x: chosen, y: -1 };
    case 'moment':
      return { kind: 'line', x: chosen, y };
    default:
      return { kind: 'bar', x: chosen, y };
  }
}

/** Why a chart cannot be drawn; empty when it can. */
export function obstacle(chart: Chart, columns: readonly Column[]): string {
  const trans = language();
  const x = columns[chart.x];
  const y = columns[chart.y];
  if (y && y.measure !== 'number') {
    return trans.__(
      '%1 is not a number: choose another column for the height.',
      visible(y.name)
    );
  }
  if (chart.kind === 'histogram' && x.measure === 'text') {
    return trans.__(
      '%1 is neither a number nor a moment: choose bars, or another column.',
      visible(x.name)
    );
  }
  if (chart.kind === 'scatter' && !y) {
    return trans.__('Choose a column for the height: points need two numbers.');
  }
  return '';
}

/** The specification, with the rows in sight as its data. */
export function specification(model: ResultModel, chart: Chart): JSONObject {
  const x = model.columns[chart.x];
  const y = model.columns[chart.y] as Column | undefined;
  const step = Math.max(1, Math.ceil(model.length / MARKS));
  const values: JSONObject[] = [];
  for (let place = 0; place < model.length; place += step) {
    const row = model.row(place);
    values.push({
      x: x.measure === 'text' ? cut(x.text(row)) : x.number(row),
      ...(y ? { y: y.number(row) } : {})
    });
  }
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    ...(step > 1
      ? {
          title: language().__(
            'One of every %1 of %2 rows',
            step,
            model.length.toLocaleString()
          )
        }
      : {}),
    width: 480,
    height: 240,
    data: { values },
    ...drawn(chart.kind, x, y)
  };
}

// The columns are called x and y in the data: a name of theirs is never read as an expression.
function drawn(kind: Kind, x: Column, y: Column | undefined): JSONObject {
  const across = { field: 'x', title: visible(x.name), type: typeOf(x) };
  const rows = language().__('rows');
  const count = { aggregate: 'count', title: rows, type: 'quantitative' };
  const height = y
    ? { field: 'y', title: visible(y.name), type: 'quantitative' }
    : count;
  switch (kind) {
    case 'histogram':
      return {
        mark: { type: 'bar', tooltip: true },
        encoding: { x: { ...across, bin: { maxbins: 40 } }, y: count }
      };
    case 'scatter':
      return {
        mark: { type: 'point', tooltip: true, opacity: 0.6 },
        encoding: { x: across, y: height }
      };
    case 'line':
      return {
        mark: { type: 'line', tooltip: true },
        encoding: { x: across, y: y ? summed(height, y) : count }
      };
    default:
      return bars(across, y ? summed(height, y) : count, x, y);
  }
}

/** The longest bars; a name on an axis needs room. */
function bars(
  across: JSONObject,
  height: JSONObject,
  x: Column,
  y: Column | undefined
): JSONObject {
  if (x.measure !== 'text') {
    return {
      mark: { type: 'bar', tooltip: true },
      encoding: { x: across, y: height }
    };
  }
  return {
    transform: [
      {
        aggregate: [
          y ? { op: 'sum', field: 'y', as: 'h' } : { op: 'count', as: 'h' }
        ],
        groupby: ['x']
      },
      {
        window: [{ op: 'row_number', as: 'rank' }],
        sort: [{ field: 'h', order: 'descending' }]
      },
      { filter: `datum.rank <= ${BARS}` }
    ],
    mark: { type: 'bar', tooltip: true },
    encoding: {
      x: { ...across, sort: '-y' },
      y: {
        field: 'h',
        title: height.title ?? language().__('rows'),
        type: 'quantitative'
      }
    }
  };
}

function summed(height: JSONObject, y: Column): JSONObject {
  return { ...height, aggregate: 'sum', title: `sum of ${visible(y.name)}` };
}

function typeOf(column: Column): string {
  return { number: 'quantitative', moment: 'temporal', text: 'nominal' }[
    column.measure
  ];
}

function cut(text: string | null): string | null {
  return text === null ? null : visible(text.slice(0, 60));
}
