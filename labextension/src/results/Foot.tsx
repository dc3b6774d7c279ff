// The picture below a grid: how many rows there are, more of them, and how it went.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import type { ResultModel } from './model';

export interface FootProps {
  model: ResultModel;
  more(): void;
  count(): void;
  trans: TranslationBundle;
}

export function Foot(props: FootProps): JSX.Element {
  const { model, trans } = props;
  return (
    <div className="jp-mesh-result-foot">
      <span>{extent(model, trans)}</span>
      {model.waiting !== null ? (
        <>
          <span role="status" className="jp-mesh-result-waiting">
            {model.waiting}
          </span>
          <button
            type="button"
            className="jp-mesh-result-deed"
            onClick={() => model.stop()}
          >
            {trans.__('Stop')}
          </button>
        </>
      ) : (
        <Steps {...props} />
      )}
      <span className="jp-mesh-result-space" />
      <span>{facts(model)}</span>
      <Said {...props} />
    </div>
  );
}

function Steps(props: FootProps): JSX.Element {
  const { model, trans } = props;
  return (
    <>
      {model.hasMore && (
        <button
          type="button"
          className="jp-mesh-result-deed"
          onClick={props.more}
        >
          {trans.__(
            'Load %1 more',
            (model.step - model.rows.length).toLocaleString()
          )}
        </button>
      )}
      {model.total === null && model.canAsk && (
        <button
          type="button"
          className="jp-mesh-result-deed"
          onClick={props.count}
        >
          {trans.__('Count All')}
        </button>
      )}
    </>
  );
}

function Said(props: FootProps): JSX.Element | null {
  const { model, trans } = props;
  const { failure, done } = model;
  if (!failure && !done) {
    return null;
  }
  return (
    <div
      className={failure ? 'jp-mesh-failure' : 'jp-mesh-result-done'}
      role={failure ? 'alert' : 'status'}
    >
      <p>{failure ? failure.message : done}</p>
      {failure?.remedy && <p>{failure.remedy}</p>}
      <button
        type="button"
        className="jp-mesh-result-deed"
        onClick={() => model.clear()}
      >
        {trans.__('Dismiss')}
      </button>
    </div>
  );
}

/** `12 of 1,000 loaded rows · 3,000,000 in all`. */
function extent(model: ResultModel, trans: TranslationBundle): string {
  const loaded = model.rows.length;
  const said = (count: number): string => count.toLocaleString();
  const seen =
    model.length === loaded
      ? trans._n('%2 row', '%2 rows', loaded, said(loaded))
      : trans.__('%1 of %2 loaded rows', said(model.length), said(loaded));
  if (model.total === loaded || !model.isKept) {
    return seen;
  }
  return model.total === null
    ? trans.__(
        '%1 · more than %2 in all',
        seen,
        said(Math.max(loaded, model.record.rows))
      )
    : trans.__('%1 of %2', seen, said(model.total));
}

function facts(model: ResultModel): string {
  const { seconds, engine, staged } = model.record;
  return [
    staged && `→ ${staged}`,
    seconds !== undefined && `${seconds.toFixed(2)} s`,
    engine
  ]
    .filter(Boolean)
    .join(' · ');
}
