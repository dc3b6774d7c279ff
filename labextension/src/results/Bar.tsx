// The picture above a grid: a place to look for text, the filters, what to do with the rows.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import type { Column } from './columns';
import type { Filter, View } from './order';
import { visible } from './values';

export interface BarProps {
  columns: readonly Column[];
  view: View;
  /** Missing where no kernel can be asked for the rows. */
  save: (() => void) | null;
  stage: (() => void) | null;
  busy: boolean;
  charted: boolean;
  look(view: Partial<View>): void;
  addFilter(): void;
  /** Missing where nobody can draw a chart. */
  chart: (() => void) | null;
  trans: TranslationBundle;
}

export function Bar(props: BarProps): JSX.Element {
  const { view, look, trans } = props;
  const without = (gone: Filter): Filter[] =>
    view.filters.filter(filter => filter !== gone);
  return (
    <div className="jp-mesh-result-bar">
      <input
        type="search"
        className="jp-mesh-result-find"
        placeholder={trans.__('Find in the loaded rows')}
        aria-label={trans.__('Find in the loaded rows')}
        value={view.anywhere}
        onChange={event => look({ anywhere: event.target.value })}
      />
      {view.filters.map((filter, place) => (
        <span key={place} className="jp-mesh-result-chip">
          {spoken(filter, props.columns)}
          <button
            type="button"
            aria-label={trans.__('Remove this filter')}
            onClick={() => look({ filters: without(filter) })}
          >
            ×
          </button>
        </span>
      ))}
      <Deed does={props.addFilter} text={trans.__('Filter…')} />
      <span className="jp-mesh-result-space" />
      {props.chart && (
        <Deed
          does={props.chart}
          text={props.charted ? trans.__('Hide Chart') : trans.__('Chart')}
          pressed={props.charted}
        />
      )}
      {props.stage && (
        <Deed
          does={props.stage}
          text={trans.__('Stage as…')}
          disabled={props.busy}
          title={trans.__(
            "All rows for an output port of this notebook's product, unseen until it is promoted"
          )}
        />
      )}
      {props.save && (
        <Deed
          does={props.save}
          text={trans.__('Save as…')}
          disabled={props.busy}
          title={trans.__('All rows as csv or Parquet, beside the notebook')}
        />
      )}
    </div>
  );
}

function Deed(props: {
  does: () => void;
  text: string;
  title?: string;
  disabled?: boolean;
  pressed?: boolean;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-mesh-result-deed"
      onClick={props.does}
      disabled={props.disabled}
      aria-pressed={props.pressed}
      title={props.title}
    >
      {props.text}
    </button>
  );
}

function spoken(filter: Filter, columns: readonly Column[]): string {
  const name = visible(columns[filter.column].name);
  return `${name} ${filter.operator} ${visible(filter.value)}`.trim();
}
