// The place of an error in a cell's output: marks it in the editor above, and leads there.
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { wrongRange } from './cell';
import { mark } from './mark';

export const MIME = 'application/vnd.jupyter-mesh.error+json';

interface ErrorRecord {
  message: string;
  remedy: string;
  line: number;
  column: number;
  /** The line of the statement as it was run. */
  text: string;
}

export class PlaceOutput extends Widget implements IRenderMime.IRenderer {
  private record: ErrorRecord | null = null;
  private editor: CodeMirrorEditor | null = null;
  private readonly button = document.createElement('button');

  constructor(private readonly trans: TranslationBundle) {
    super();
    this.button.type = 'button';
    this.button.className = 'jp-mesh-place';
    this.button.onclick = () => this.go();
    this.node.append(this.button);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.record = model.data[MIME] as unknown as ErrorRecord;
    this.button.textContent = this.trans.__(
      'Go to line %1, column %2 of the statement',
      this.record.line,
      Math.max(1, this.record.column)
    );
    this.point();
  }

  override dispose(): void {
    // The output goes when the cell runs again: then the place is wrong no longer.
    if (this.editor && !this.editor.isDisposed) {
      mark(this.editor.editor, null);
    }
    super.dispose();
  }

  protected override onAfterAttach(): void {
    this.point();
  }

  private point(): void {
    const found = this.find();
    if (found && found.editor !== this.editor) {
      this.editor = found.editor;
      const { message, remedy } = found.record;
      mark(found.editor.editor, {
        ...found.range,
        words: [message.split('\n')[0], remedy].filter(Boolean).join('\n')
      });
    }
  }

  private go(): void {
    const found = this.find();
    if (!found) {
      this.button.disabled = true;
      this.button.textContent = this.trans.__(
        'That line was changed since; run the cell again.'
      );
      return;
    }
    const place = found.editor.getPositionAt(found.range.from);
    found.editor.focus();
    found.editor.setCursorPosition(place ?? { line: 0, column: 0 });
  }

  /** The editor of the cell this output belongs to, and the range that is meant there. */
  private find(): {
    editor: CodeMirrorEditor;
    record: ErrorRecord;
    range: { from: number; to: number };
  } | null {
    for (let at: Widget | null = this.parent; at; at = at.parent) {
      const { editor } = at as { editor?: CodeMirrorEditor | null };
      if (editor?.editor && this.record) {
        const text = editor.model.sharedModel.getSource();
        const range = wrongRange(text, this.record);
        return range && { editor, record: this.record, range };
      }
    }
    return null;
  }
}
