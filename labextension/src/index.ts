// The plug-ins of the extension: a list, nothing else.
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import catalog from './catalog/plugin';
import editor from './editor/plugin';
import jobs from './jobs/plugin';
import language from './language';
import pages from './pages/plugin';
import promotion from './promotion/plugin';
import results from './results/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  language,
  ...catalog,
  ...pages,
  ...jobs,
  ...promotion,
  ...editor,
  ...results
];

export default plugins;
