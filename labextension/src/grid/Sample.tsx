// The first rows of a table: fetched, drawn in a grid, or told why not.
import type { TranslationBundle } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { type JSX, useLayoutEffect, useMemo, useRef } from 'react';

import * as api from '../api';
import { useAnswer } from '../asking';
import { Failure, Waiting } from '../failure';
import { ArrowModel } from './model';
import { ArrowGrid } from './widget';

export function Sample(props: {
  table: string;
  limit: number;
  trans: TranslationBundle;
}): JSX.Element {
  const { table, limit, trans } = props;
  const { value, error, retry } = useAnswer(
    signal => api.preview(table, limit, signal),
    `${table} ${limit}`
  );
  const model = useMemo(() => value && new ArrowModel(value), [value]);
  if (error) {
    return <Failure error={error} trans={trans} retry={retry} />;
  }
  if (!model) {
    return <Waiting text={trans.__('Fetching rows of %1…', table)} />;
  }
  const rows = model.rowCount('body');
  return (
    <div className="jp-mesh-sample">
      <div className="jp-mesh-sample-head">
        <code>{table}</code>
        <span>
          {rows < limit
            ? trans._n('%1 row, all there is', '%1 rows, all there are', rows)
            : trans.__('The first %1 rows', rows)}
        </span>
        <button type="button" className="jp-mesh-button" onClick={retry}>
          {trans.__('Fetch again')}
        </button>
      </div>
      <Grid model={model} />
    </div>
  );
}

/** Lets a widget live inside of a picture, as large as its place. */
function Grid(props: { model: ArrowModel }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const frame = place.current;
    if (!frame) {
      return;
    }
    const grid = new ArrowGrid(props.model);
    Widget.attach(grid, frame);
    const resize = new ResizeObserver(() =>
      MessageLoop.sendMessage(grid, Widget.ResizeMessage.UnknownSize)
    );
    resize.observe(frame);
    return () => {
      resize.disconnect();
      grid.dispose();
    };
  }, [props.model]);
  return <div ref={place} className="jp-mesh-sample-grid" />;
}
