// Completion from the server's knowledge of the mesh: it answers while the kernel is busy.
import type {
  CompletionHandler,
  ICompletionContext,
  ICompletionProvider
} from '@jupyterlab/completer';

import * as api from '../api';
import { placeIn, statementStart } from './cell';

// What the server takes for the name that is being typed.
const FRAGMENT = /[\w."$/@^~]*$/;
// An address has room for so much of a statement; what is longer is completed by the kernel.
const LONGEST = 16_000;

export class MeshCompleter implements ICompletionProvider {
  readonly identifier = 'jupyter-mesh:names';
  readonly rank = 1100;
  readonly renderer = null;

  constructor(private readonly ask: typeof api.completions = api.completions) {}

  /**
   * Let the server open what it answers from. JupyterLab waits a second for a completion, which
   * the very first one would not keep.
   */
  async warm(): Promise<void> {
    // Without a mesh there is nothing to open; whoever asks for something is told.
    await this.ask('SELECT * FROM ', 0, 14).catch(() => undefined);
  }

  async isApplicable(context: ICompletionContext): Promise<boolean> {
    const text = context.editor?.model.sharedModel.getSource() ?? '';
    return statementStart(text) !== null;
  }

  async fetch(
    request: CompletionHandler.IRequest
  ): Promise<CompletionHandler.ICompletionItemsReply> {
    const { text, offset } = request;
    const start = statementStart(text);
    const fragment = FRAGMENT.exec(text.slice(0, offset))?.[0] ?? '';
    const nothing = { start: offset, end: offset, items: [] };
    if (start === null || offset < start) {
      return nothing;
    }
    const statement = text.slice(start);
    if (encodeURIComponent(statement).length > LONGEST) {
      return nothing;
    }
    const { line, column } = placeIn(statement, offset - start);
    const found = await this.ask(statement, line, column);
    return {
      start: offset - fragment.length,
      end: offset,
      items: found.items.map(({ text: name, kind, detail }) => ({
        label: name,
        insertText: name,
        type: kind,
        documentation: detail || undefined
      }))
    };
  }
}
