// Wires the grid into JupyterLab: the drawing of our results wherever outputs are shown.
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';

import { DOMAIN, RESULTS } from '../tokens';
import { ResultOutput } from './output';
import { MIME } from './record';

const results: JupyterFrontEndPlugin<void> = {
  id: RESULTS,
  description:
    'Results of %%mesh cells in a grid that sorts, filters and saves.',
  autoStart: true,
  requires: [IRenderMimeRegistry, ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator
  ) => {
    const trans = translator.load(DOMAIN);
    rendermime.addFactory(
      {
        safe: true,
        mimeTypes: [MIME],
        // Ahead of the text/html that comes along for other viewers.
        defaultRank: 0,
        createRenderer: () => new ResultOutput(rendermime, trans)
      },
      0
    );
  }
};

export default [results] as JupyterFrontEndPlugin<unknown>[];
