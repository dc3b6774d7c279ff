// The picture that chooses what a chart shows.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import { type Chart, type Kind, KINDS } from './chart';
import type { Column } from './columns';
import { visible } from './values';

export function ChartForm(props: {
  chart: Chart;
  columns: readonly Column[];
  obstacle: string;
  choose(chart: Chart): void;
  /** Missing where there is no notebook to keep it in. */
  keep: (() => void) | null;
  trans: TranslationBundle;
}): JSX.Element {
  const { chart, columns, choose, trans } = props;
  const names = columns.map((column, place) => (
    <option key={place} value={place}>
      {visible(column.name)}
    </option>
  ));
  return (
    <div className="jp-mesh-result-chart-form">
      <label>
        {trans.__('Chart')}
        <select
          value={chart.kind}
          onChange={event =>
            choose({ ...chart, kind: event.target.value as Kind })
          }
        >
          {KINDS.map(kind => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
      </label>
      <label>
        {trans.__('Across')}
        <select
          value={chart.x}
          onChange={event =>
            choose({ ...chart, x: Number(event.target.value) })
          }
        >
          {names}
        </select>
      </label>
      {chart.kind !== 'histogram' && (
        <label>
          {trans.__('Height')}
          <select
            value={chart.y}
            onChange={event =>
              choose({ ...chart, y: Number(event.target.value) })
            }
          >
            <option value={-1}>{trans.__('number of rows')}</option>
            {names}
          </select>
        </label>
      )}
      {props.keep && !props.obstacle && (
        <button
          type="button"
          className="jp-mesh-result-deed"
          title={trans.__(
            'A cell below that runs the query again and draws it'
          )}
          onClick={props.keep}
        >
          {trans.__('Keep as a Cell')}
        </button>
      )}
      {props.obstacle && <span role="alert">{props.obstacle}</span>}
    </div>
  );
}
