// An executed notebook to be read: the evidence of a release, with its outputs, not to be changed.
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import {
  NotebookModel,
  type NotebookPanel,
  StaticNotebook
} from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { notebookIcon, ReactWidget } from '@jupyterlab/ui-components';
import { Panel, type Widget } from '@lumino/widgets';
import { createElement } from 'react';

import * as api from '../api';
import { MeshError } from '../errors';
import { Failure, Waiting } from '../failure';
import { drawing } from '../results/output';

/** What notebooks are drawn with. */
export interface Workshop {
  contentFactory: NotebookPanel.IContentFactory;
  rendermime: IRenderMimeRegistry;
  editors: IEditorServices;
  trans: TranslationBundle;
}

/** A tab with the executed notebook of a release or a promotion. */
export function executed(
  of: { release: string } | { promotion: string },
  name: string,
  workshop: Workshop
): MainAreaWidget<Widget> {
  const { trans } = workshop;
  const content = new Panel();
  content.addClass('jp-mesh-executed');
  content.title.label = trans.__('%1 (executed)', name);
  content.title.caption = trans.__(
    'What ran for %1; it cannot be changed',
    name
  );
  content.title.icon = notebookIcon;
  const widget = new MainAreaWidget<Widget>({ content });
  widget.toolbar.hide();
  widget.id = `jp-mesh-executed-${name}`;
  const load = async (): Promise<void> => {
    show(content, createElement(Waiting, { text: trans.__('Opening…') }));
    try {
      const found = await api.notebook(of);
      if (!content.isDisposed) {
        content.widgets[0]?.dispose();
        content.addWidget(drawn(found, workshop));
      }
    } catch (reason) {
      const error = MeshError.of(reason);
      const retry = (): void => void load();
      show(content, createElement(Failure, { error, trans, retry }));
    }
  };
  void load();
  return widget;
}

function show(panel: Panel, picture: JSX.Element): void {
  if (!panel.isDisposed) {
    panel.widgets[0]?.dispose();
    panel.addWidget(ReactWidget.create(picture));
  }
}

function drawn(
  found: Awaited<ReturnType<typeof api.notebook>>,
  { contentFactory, rendermime, editors, trans }: Workshop
): Widget {
  const kept = rendermime.clone();
  kept.addFactory(drawing(kept, trans, false), 0);
  const model = new NotebookModel();
  model.fromJSON(found);
  model.readOnly = true;
  const notebook = new StaticNotebook({
    contentFactory,
    rendermime: kept,
    mimeTypeService: editors.mimeTypeService,
    notebookConfig: {
      ...StaticNotebook.defaultNotebookConfig,
      windowingMode: 'none'
    }
  });
  notebook.model = model;
  notebook.widgets.forEach(cell => {
    cell.readOnly = true;
  });
  notebook.disposed.connect(() => model.dispose());
  return notebook;
}
