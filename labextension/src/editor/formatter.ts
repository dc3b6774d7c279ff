// Wires the layout of statements into JupyterLab: one command on the active cell.
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';

import { Commands, DOMAIN, FORMATTER } from '../tokens';
import { statementStart } from './cell';

const formatter: JupyterFrontEndPlugin<void> = {
  id: FORMATTER,
  description: 'A command that lays out the statement of a %%mesh cell.',
  autoStart: true,
  requires: [INotebookTracker, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    translator: ITranslator,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load(DOMAIN);
    const start = (): number | null =>
      statementStart(notebooks.activeCell?.model.sharedModel.getSource() ?? '');
    app.commands.addCommand(Commands.formatCell, {
      label: trans.__('Format the Statement of a %%%%mesh Cell'),
      isEnabled: () => start() !== null,
      execute: async () => {
        const cell = notebooks.activeCell?.model.sharedModel;
        const from = start();
        if (!cell || from === null) {
          return;
        }
        const source = cell.getSource();
        const { format } = await import('./format');
        const text = format(source.slice(from));
        if (text === null) {
          Notification.warning(
            trans.__(
              'This statement cannot be laid out: is a quote or a comment left open? Nothing was changed.'
            ),
            { autoClose: 6000 }
          );
        } else if (cell.getSource() === source) {
          cell.setSource(source.slice(0, from) + text);
        }
      }
    });
    notebooks.activeCellChanged.connect(() =>
      app.commands.notifyCommandChanged(Commands.formatCell)
    );
    palette?.addItem({
      command: Commands.formatCell,
      category: trans.__('Mesh')
    });
  }
};

export default formatter;
