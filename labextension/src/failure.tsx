// The pictures of waiting and of failing, the same everywhere.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import type { MeshError, Place } from './errors';

/** What went wrong, what to do about it, the way to its file and a way to try again. */
export function Failure(props: {
  error: MeshError;
  trans: TranslationBundle;
  retry?: () => void;
  open?: (place: Place) => void;
}): JSX.Element {
  const { error, trans, retry, open } = props;
  const { place } = error;
  return (
    <div className="jp-mesh-failure" role="alert">
      <p>{error.message}</p>
      {error.remedy && <p>{error.remedy}</p>}
      {place && open && (
        <button
          type="button"
          className="jp-mesh-button"
          onClick={() => open(place)}
        >
          {trans.__('Open the file')}
        </button>
      )}
      {retry && (
        <button type="button" className="jp-mesh-button" onClick={retry}>
          {trans.__('Try again')}
        </button>
      )}
    </div>
  );
}

/** Something is on its way. */
export function Waiting(props: { text: string }): JSX.Element {
  return (
    <div className="jp-mesh-waiting" role="status">
      {props.text}
    </div>
  );
}
