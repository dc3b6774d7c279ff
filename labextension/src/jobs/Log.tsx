// What a promotion said on its way, folded until somebody wants to read it.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

export function Log(props: {
  lines: string[];
  trans: TranslationBundle;
}): JSX.Element | null {
  const { lines, trans } = props;
  if (!lines.length) {
    return null;
  }
  return (
    <details className="jp-mesh-log">
      <summary>
        {trans._n('Log, %1 line', 'Log, %1 lines', lines.length)}
      </summary>
      <pre tabIndex={0}>{lines.join('\n')}</pre>
    </details>
  );
}
