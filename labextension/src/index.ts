// The plug-ins of the extension: a list, nothing else.
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import catalog from './catalog/plugin';
import pages from './pages/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [...catalog, ...pages];

export default plugins;
