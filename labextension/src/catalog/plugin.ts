// Wires the sidebar into JupyterLab: its panel, its commands, its memory.
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Clipboard,
  ICommandPalette,
  MainAreaWidget,
  Notification,
  WidgetTracker
} from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';
import { Menu, type Widget } from '@lumino/widgets';

import { insertIcon, tableIcon } from '../icons';
import type { Place } from '../names';
import { CATALOG, Commands, DOMAIN } from '../tokens';
import { type Action, actionsOf } from './actions';
import { insert } from './insert';
import type { Kept } from './model';
import { CatalogPanel } from './panel';
import { CatalogState } from './state';

const catalog: JupyterFrontEndPlugin<void> = {
  id: CATALOG,
  description: 'The sidebar of products, catalogs and tables.',
  autoStart: true,
  requires: [ITranslator],
  optional: [
    ILayoutRestorer,
    IStateDB,
    ICommandPalette,
    INotebookTracker,
    ISettingRegistry
  ],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    memory: IStateDB | null,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null,
    settings: ISettingRegistry | null
  ) => {
    const trans = translator.load(DOMAIN);
    const state = new CatalogState();
    const panel = new CatalogPanel(state, handlers(app.commands), trans);
    app.shell.add(panel, 'left', { rank: 250, type: 'Mesh' });
    restorer?.add(panel, panel.id);
    if (memory) {
      remember(state, memory, app.restored);
    }

    app.commands.addCommand(Commands.showCatalog, {
      label: trans.__('Mesh Catalog'),
      execute: () => app.shell.activateById(panel.id)
    });
    app.commands.addCommand(Commands.refresh, {
      label: trans.__('Refresh the Mesh Catalog'),
      execute: () => state.refresh()
    });
    app.commands.addCommand(Commands.copyName, {
      label: trans.__('Copy Name'),
      execute: args => Clipboard.copyToSystem(String(args.name))
    });
    app.commands.addCommand(Commands.insertCell, {
      label: trans.__('Insert a %%%%mesh Cell'),
      icon: insertIcon,
      execute: args => {
        const panel = notebooks?.currentWidget;
        if (panel) {
          insert(panel, args);
          app.shell.activateById(panel.id);
        } else {
          Notification.warning(
            trans.__(
              'Open a notebook first: the cell goes below its active one.'
            ),
            { autoClose: 6000 }
          );
        }
      }
    });
    previews(app, trans, restorer, settings);
    for (const command of [Commands.showCatalog, Commands.refresh]) {
      palette?.addItem({ command, category: trans.__('Mesh') });
    }
  }
};

/** How rows reach the commands. */
function handlers(
  commands: CommandRegistry
): ConstructorParameters<typeof CatalogPanel>[1] {
  const label = ({ command, args }: Action): string =>
    commands.label(command, args);
  return {
    label,
    act: ({ command, args }) => void commands.execute(command, args),
    menu: (row: Place, x: number, y: number) => {
      const menu = new Menu({ commands });
      actionsOf(row).forEach(({ command, args }) =>
        menu.addItem({ command, args })
      );
      menu.addItem({ type: 'separator' });
      menu.addItem({ command: Commands.refresh });
      menu.open(x, y);
    }
  };
}

/** Keep what is open, chosen and in sight over a reload of the browser. */
function remember(
  state: CatalogState,
  memory: IStateDB,
  restored: Promise<unknown>
): void {
  const known = memory.fetch(CATALOG).then(kept => {
    state.restore((kept as Kept | undefined) ?? null);
  });
  state.ready = Promise.all([known, restored]).then(() => undefined);
  const save = new Debouncer(
    () =>
      memory.save(CATALOG, state.tree.kept as unknown as ReadonlyJSONObject),
    500
  );
  state.tree.changed.connect(() => void save.invoke());
}

/** The command that opens the first rows of a table in the main area. */
function previews(
  app: JupyterFrontEnd,
  trans: TranslationBundle,
  restorer: ILayoutRestorer | null,
  settings: ISettingRegistry | null
): void {
  const tracker = new WidgetTracker<MainAreaWidget<Widget>>({
    namespace: 'jupyter-mesh-preview'
  });
  const tables = new Map<MainAreaWidget<Widget>, string>();
  app.commands.addCommand(Commands.preview, {
    label: trans.__('Preview Rows'),
    icon: tableIcon,
    execute: async args => {
      const table = String(args.table);
      const known = [...tables].find(([, name]) => name === table)?.[0];
      if (known) {
        app.shell.activateById(known.id);
        return;
      }
      const [{ PreviewWidget }, limit] = await Promise.all([
        import('./preview'),
        previewRows(settings)
      ]);
      const content = new PreviewWidget(table, limit, trans);
      const widget = new MainAreaWidget<Widget>({ content });
      widget.toolbar.hide();
      widget.id = `jp-mesh-preview-${table}`;
      tables.set(widget, table);
      widget.disposed.connect(() => tables.delete(widget));
      app.shell.add(widget, 'main', { type: 'Mesh' });
      await tracker.add(widget);
      app.shell.activateById(widget.id);
    }
  });
  void restorer?.restore(tracker, {
    command: Commands.preview,
    args: widget => ({ table: tables.get(widget) ?? '' }),
    name: widget => tables.get(widget) ?? ''
  });
}

async function previewRows(settings: ISettingRegistry | null): Promise<number> {
  const found = await settings?.get(CATALOG, 'previewRows');
  return typeof found?.composite === 'number' ? found.composite : 100;
}

export default [catalog] as JupyterFrontEndPlugin<unknown>[];
