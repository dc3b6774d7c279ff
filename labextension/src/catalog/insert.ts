// Puts a `%%mesh` cell into a notebook.
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

const LOAD = '%load_ext jupyter_mesh';

/** Put a cell below the active one; the first of a notebook brings the magic along. */
export function insert(
  panel: NotebookPanel,
  what: ReadonlyPartialJSONObject
): void {
  const notebook = panel.content;
  const sql = what.sql ?? `SELECT *\nFROM ${what.table}\nLIMIT 100`;
  const isLoaded = notebook.widgets.some(cell =>
    cell.model.sharedModel.getSource().includes(LOAD)
  );
  for (const source of [...(isLoaded ? [] : [LOAD]), `%%mesh\n${sql}`]) {
    // A fresh notebook's only, empty cell is used rather than left behind.
    const active = notebook.activeCell?.model;
    if (active?.type !== 'code' || active.sharedModel.getSource() !== '') {
      NotebookActions.insertBelow(notebook);
    }
    notebook.activeCell?.model.sharedModel.setSource(source);
  }
  NotebookActions.focusActiveCell(notebook);
}
