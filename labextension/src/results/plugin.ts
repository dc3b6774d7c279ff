// Wires the grid into JupyterLab: the drawing of our results wherever outputs are shown.
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';

import { DOMAIN, RESULTS } from '../tokens';
import { drawing } from './output';

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
    rendermime.addFactory(drawing(rendermime, trans, true), 0);
  }
};

export default [results] as JupyterFrontEndPlugin<unknown>[];
