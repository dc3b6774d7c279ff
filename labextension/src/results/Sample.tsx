// The first rows of a table: fetched, drawn in a grid, or told why not.
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { type JSX, useLayoutEffect, useMemo, useRef } from 'react';

import * as api from '../api';
import { useAnswer } from '../asking';
import { Failure, Waiting } from '../failure';
import { sampled } from './drawn';
import { recordOf } from './rows';

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
  const rows = useMemo(
    () => value && recordOf(value, limit).rows,
    [value, limit]
  );
  if (error) {
    return <Failure error={error} trans={trans} retry={retry} />;
  }
  if (!value || rows === null) {
    return <Waiting text={trans.__('Fetching rows of %1…', table)} />;
  }
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
      <Grid bytes={value} limit={limit} trans={trans} />
    </div>
  );
}

/** Lets a widget live inside of a picture, as large as its place. */
function Grid(props: {
  bytes: Uint8Array;
  limit: number;
  trans: TranslationBundle;
}): JSX.Element {
  const { bytes, limit, trans } = props;
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const frame = place.current;
    if (!frame) {
      return;
    }
    const panel = sampled(bytes, limit, trans);
    Widget.attach(panel, frame);
    return () => panel.dispose();
  }, [bytes, limit, trans]);
  return <div ref={place} className="jp-mesh-sample-grid" />;
}
