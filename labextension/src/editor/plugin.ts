// Wires what cells know about SQL into JupyterLab: colours, completion, places of errors.
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { ICompletionProviderManager } from '@jupyterlab/completer';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';

import { COMPLETER, DOMAIN, EDITOR, PLACES } from '../tokens';
import { colourCells } from './colours';
import { MeshCompleter } from './completer';
import formatter from './formatter';
import loader from './loader';
import orphans from './orphans';
import { MIME, PlaceOutput } from './place';

const colours: JupyterFrontEndPlugin<void> = {
  id: EDITOR,
  description: 'Colours of Trino SQL in %%mesh cells.',
  autoStart: true,
  requires: [IEditorLanguageRegistry],
  activate: (_app: JupyterFrontEnd, languages: IEditorLanguageRegistry) =>
    colourCells(languages)
};

const completer: JupyterFrontEndPlugin<void> = {
  id: COMPLETER,
  description: 'Completion in %%mesh cells while the kernel is busy.',
  autoStart: true,
  requires: [ICompletionProviderManager, INotebookTracker],
  activate: (
    _app: JupyterFrontEnd,
    manager: ICompletionProviderManager,
    notebooks: INotebookTracker
  ) => {
    const provider = new MeshCompleter();
    manager.registerProvider(provider);
    notebooks.widgetAdded.connect(function first() {
      notebooks.widgetAdded.disconnect(first);
      void provider.warm();
    });
  }
};

const places: JupyterFrontEndPlugin<void> = {
  id: PLACES,
  description: 'Marks in a %%mesh cell where its statement is wrong.',
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
        defaultRank: 0,
        createRenderer: () => new PlaceOutput(trans)
      },
      0
    );
  }
};

export default [
  colours,
  completer,
  places,
  formatter,
  loader,
  orphans
] as JupyterFrontEndPlugin<unknown>[];
