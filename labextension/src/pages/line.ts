// A line of a file, brought into sight in the editor that has opened it.
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IDocumentWidget } from '@jupyterlab/docregistry';

type Opened = IDocumentWidget & { content: { editor?: CodeEditor.IEditor } };

/** Put the cursor on a line, counted from 1; what is no text is left as it opened. */
export async function showLine(widget: Opened, line: number): Promise<void> {
  await widget.context.ready;
  await widget.revealed;
  const { editor } = widget.content;
  if (!editor || line < 1 || line > editor.lineCount) {
    return;
  }
  const start = { line: line - 1, column: 0 };
  editor.setCursorPosition(start);
  editor.revealPosition(start);
  editor.focus();
}
