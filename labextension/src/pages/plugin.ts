// Wires the pages of tables and products into JupyterLab.
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

import { Commands, DOMAIN, PAGES } from '../tokens';
import type { Workshop } from './executed';
import { showLine } from './line';
import type { PageWidget } from './panel';

const pages: JupyterFrontEndPlugin<void> = {
  id: PAGES,
  description: 'The pages of tables and products.',
  autoStart: true,
  requires: [
    ITranslator,
    NotebookPanel.IContentFactory,
    IRenderMimeRegistry,
    IEditorServices
  ],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator,
    contentFactory: NotebookPanel.IContentFactory,
    rendermime: IRenderMimeRegistry,
    editors: IEditorServices,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load(DOMAIN);
    const tracker = new WidgetTracker<MainAreaWidget<PageWidget>>({
      namespace: 'jupyter-mesh-page'
    });
    app.commands.addCommand(Commands.openPage, {
      label: args => labelOf(String(args.tab ?? ''), trans),
      execute: async args => {
        const id = String(args.id);
        const tab = args.tab ? String(args.tab) : '';
        const { PageWidget } = await import('./panel');
        let page = tracker.find(one => one.content.place === id);
        if (!page) {
          const run = (
            command: string,
            more: ReadonlyPartialJSONObject
          ): void => void app.commands.execute(command, more);
          const content = new PageWidget(id, run, trans);
          const fresh = new MainAreaWidget({ content });
          content.turned.connect(() => void tracker.save(fresh));
          page = fresh;
          page.toolbar.hide();
          page.id = `jp-mesh-page-${id}`;
          app.shell.add(page, 'main', { type: 'Mesh' });
          await tracker.add(page);
        }
        if (tab) {
          page.content.tab = tab;
        }
        app.shell.activateById(page.id);
      }
    });
    void restorer?.restore(tracker, {
      command: Commands.openPage,
      args: page => ({ id: page.content.place, tab: page.content.tab }),
      name: page => page.content.place
    });
    app.commands.addCommand(Commands.openFile, {
      label: trans.__('Open the File'),
      execute: async args => {
        const path = String(args.path);
        const widget = await app.commands.execute('docmanager:open', { path });
        // An application that opens each file in a tab of the browser hands none out.
        if (widget) {
          await showLine(widget, Number(args.line ?? 0));
        }
      }
    });
    const workshop = { contentFactory, rendermime, editors, trans };
    addExecuted(app, workshop, restorer);
  }
};

function addExecuted(
  app: JupyterFrontEnd,
  workshop: Workshop,
  restorer: ILayoutRestorer | null
): void {
  const { trans } = workshop;
  const tracker = new WidgetTracker<MainAreaWidget<Widget>>({
    namespace: 'jupyter-mesh-executed'
  });
  /** What each tab was opened with, to open it again after a reload. */
  const asked = new Map<Widget, ReadonlyPartialJSONObject>();
  app.commands.addCommand(Commands.openExecuted, {
    label: trans.__('Open the Executed Notebook'),
    execute: async args => {
      const of = args.release
        ? { release: String(args.release) }
        : { promotion: String(args.promotion) };
      const name = Object.values(of)[0];
      let widget = tracker.find(one => nameIn(asked.get(one)) === name);
      if (!widget) {
        const { executed } = await import('./executed');
        const label = args.label ? String(args.label) : name;
        const fresh = executed(of, label, workshop);
        asked.set(fresh, { ...of, label });
        fresh.disposed.connect(() => asked.delete(fresh));
        widget = fresh;
        app.shell.add(widget, 'main', { type: 'Mesh' });
        await tracker.add(widget);
      }
      app.shell.activateById(widget.id);
    }
  });
  void restorer?.restore(tracker, {
    command: Commands.openExecuted,
    args: widget => asked.get(widget) ?? {},
    name: widget => nameIn(asked.get(widget))
  });
}

const nameIn = (args: ReadonlyPartialJSONObject | undefined): string =>
  String(args?.release ?? args?.promotion ?? '');

function labelOf(tab: string, trans: TranslationBundle): string {
  switch (tab) {
    case 'releases':
      return trans.__('Releases');
    case 'versions':
      return trans.__('Versions');
    case 'lineage':
      return trans.__('Lineage');
    default:
      return trans.__('Open Page');
  }
}

export default [pages] as JupyterFrontEndPlugin<unknown>[];
