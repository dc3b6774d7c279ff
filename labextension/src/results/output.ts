// A result in a cell's output: finds its kernel, and draws the grid when it is seen.
import type { ISessionContext } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';

import { gone, KernelDesk } from './kernel';
import type { Ask } from './model';
import { MIME, readRecord } from './record';

/** What draws results of a registry's notebooks; those that only show what was have no kernel. */
export function drawing(
  rendermime: IRenderMimeRegistry,
  trans: TranslationBundle,
  hasKernel: boolean
): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [MIME],
    // Ahead of the text/html that comes along for other viewers.
    defaultRank: 0,
    createRenderer: () => new ResultOutput(rendermime, trans, hasKernel)
  };
}

class ResultOutput extends Panel implements IRenderMime.IRenderer {
  private desk: KernelDesk | null = null;

  constructor(
    private readonly rendermime: IRenderMimeRegistry,
    private readonly trans: TranslationBundle,
    private readonly hasKernel: boolean
  ) {
    super();
    this.addClass('jp-mesh-result-output');
  }

  async renderModel(mime: IRenderMime.IMimeModel): Promise<void> {
    const record = readRecord(mime.data[MIME]);
    for (const widget of [...this.widgets]) {
      widget.dispose();
    }
    if (!record) {
      this.addWidget(plain(mime));
      return;
    }
    const { drawn } = await import('./drawn');
    const ask: Ask = (...asked) => this.open().ask(...asked);
    const asked = this.hasKernel ? ask : null;
    this.addWidget(drawn(record, asked, this.rendermime, this.trans));
  }

  override dispose(): void {
    this.desk?.close();
    super.dispose();
  }

  /** The desk of the kernel that the notebook or console has right now. */
  private open(): KernelDesk {
    if (this.desk?.isOpen) {
      return this.desk;
    }
    for (let at: Widget | null = this.parent; at; at = at.parent) {
      const { sessionContext } = at as { sessionContext?: ISessionContext };
      const kernel = sessionContext?.session?.kernel;
      if (kernel) {
        this.desk = new KernelDesk(kernel);
        return this.desk;
      }
    }
    throw gone();
  }
}

/** A record without rows, as older notebooks have it: its text. */
function plain(mime: IRenderMime.IMimeModel): Widget {
  const node = document.createElement('pre');
  node.textContent = String(mime.data['text/plain'] ?? '');
  return new Widget({ node });
}
