// Says of a query whose kernel has ended what became of it, where its progress was shown.
import type { ICodeCellModel } from '@jupyterlab/cells';
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';

import { DOMAIN, ORPHANS } from '../tokens';

/** What the kernel writes beside the line of a running cell. */
const MARK = 'jupyter_mesh';

const orphans: JupyterFrontEndPlugin<void> = {
  id: ORPHANS,
  description: 'Says in a cell that its kernel ended while its query ran.',
  autoStart: true,
  requires: [INotebookTracker, ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    translator: ITranslator
  ) => {
    const trans = translator.load(DOMAIN);
    notebooks.widgetAdded.connect((_, panel) => {
      const look = (): void => settle(panel, trans);
      panel.sessionContext.statusChanged.connect((_, status) => {
        if (/restarting|dead/.test(status)) {
          look();
        }
      });
      panel.sessionContext.kernelChanged.connect((_, { newValue }) => {
        if (!newValue) {
          look();
        }
      });
    });
  }
};

/** Every line of a running query in a notebook whose kernel runs no more. */
function settle(panel: NotebookPanel, trans: TranslationBundle): void {
  for (const cell of panel.model?.cells ?? []) {
    if (cell.type === 'code') {
      settled((cell as ICodeCellModel).outputs, trans);
    }
  }
}

type Outputs = Pick<ICodeCellModel['outputs'], 'length' | 'get' | 'set'>;

/** Put what became of it in the place of the line that would run for ever. */
export function settled(outputs: Outputs, trans: TranslationBundle): void {
  for (let at = 0; at < outputs.length; at++) {
    const told = outputs.get(at).metadata[MARK] as
      { state?: string } | undefined;
    if (told?.state === 'running') {
      outputs.set(at, {
        output_type: 'error',
        ename: 'KernelEnded',
        evalue: '',
        traceback: [
          trans.__(
            'The kernel ended while this query ran, and the query with it.'
          ),
          trans.__('Run the cell again as soon as the kernel is there again.')
        ]
      });
    }
  }
}

export default orphans;
