// Loads the magic into every kernel of a notebook, for those who have asked for that.
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { LOADER } from '../tokens';

// A kernel of an environment without us says nothing and goes on.
const LOAD = `try:
    get_ipython().extension_manager.load_extension('jupyter_mesh')
except Exception:
    pass`;

const loader: JupyterFrontEndPlugin<void> = {
  id: LOADER,
  description: 'Loads %%mesh into the kernels of notebooks, when that is set.',
  autoStart: true,
  requires: [INotebookTracker, ISettingRegistry],
  activate: (
    _app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    settings: ISettingRegistry
  ) => {
    const isWanted = async (): Promise<boolean> =>
      (await settings.get(LOADER, 'autoLoad')).composite === true;
    notebooks.widgetAdded.connect((_, panel) => follow(panel, isWanted));
  }
};

/** Load into the kernel that a notebook has, and into each that it gets later. */
function follow(panel: NotebookPanel, isWanted: () => Promise<boolean>): void {
  const { sessionContext } = panel;
  const load = async (): Promise<void> => {
    const kernel = sessionContext.session?.kernel;
    if (kernel && (await isWanted()) && (await isPython(kernel))) {
      await kernel.requestExecute({
        code: LOAD,
        silent: true,
        store_history: false
      }).done;
    }
  };
  // A kernel that goes away meanwhile is followed by another, which is loaded then.
  const soon = (): void => void load().catch(() => undefined);
  sessionContext.kernelChanged.connect(soon);
  sessionContext.statusChanged.connect((_, status) => {
    if (status === 'restarting') {
      void sessionContext.session?.kernel?.info.then(soon, () => undefined);
    }
  });
}

async function isPython(kernel: Kernel.IKernelConnection): Promise<boolean> {
  return (await kernel.info).language_info.name === 'python';
}

export default loader;
