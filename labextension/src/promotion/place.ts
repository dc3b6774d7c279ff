// Where a fault stands: the cell of an open notebook, brought into sight.
import type { NotebookPanel } from '@jupyterlab/notebook';

/** Show a cell and put the cursor on its line; both count from 1, as people do. */
export async function reveal(
  panel: NotebookPanel,
  cell: number,
  line: number
): Promise<void> {
  await panel.context.ready;
  await panel.revealed;
  const notebook = panel.content;
  const widget = notebook.widgets[cell - 1];
  if (!widget) {
    return;
  }
  notebook.deselectAll();
  notebook.activeCellIndex = cell - 1;
  notebook.mode = 'command';
  await notebook.scrollToCell(widget, 'center');
  await widget.ready;
  if (line > 0 && widget.editor && line <= widget.editor.lineCount) {
    widget.editor.setCursorPosition({ line: line - 1, column: 0 });
  }
  widget.node.focus();
}

/** The cell, counted from 1, that stages a port; 0 where none says so. */
export function stagingCell(panel: NotebookPanel, port: string): number {
  const name = port.replace(/[^\w]/g, '\\$&');
  const stage = new RegExp(
    `--stage[ =]${name}(?!\\w)|\\bstage\\(\\s*["']${name}["']`
  );
  const at = panel.content.widgets.findIndex(cell =>
    stage.test(cell.model.sharedModel.getSource())
  );
  return at + 1;
}
