// Wires the promote button into JupyterLab and Notebook 7: its command and its panels.
import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Clipboard,
  Dialog,
  ICommandPalette,
  MainAreaWidget,
  Notification,
  showDialog,
  WidgetTracker
} from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Job, Plan } from '../api';
import { MeshError, type Place } from '../errors';
import { promoteIcon } from '../icons';
import { executedOf, IJobs } from '../jobs/plugin';
import type { Jobs } from '../jobs/model';
import { Commands, DOMAIN, PROMOTION } from '../tokens';
import type { Ways } from './given';
import type { Save, Subject } from './model';
import type { PromotionPanel } from './panel';
import { reveal, stagingCell } from './place';

type Frame = MainAreaWidget<PromotionPanel>;

const plugin: JupyterFrontEndPlugin<void> = {
  id: PROMOTION,
  description: 'The promote button of notebooks.',
  autoStart: true,
  requires: [ITranslator, INotebookTracker, IJobs],
  optional: [ICommandPalette, ILabShell, ILayoutRestorer, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator,
    notebooks: INotebookTracker,
    jobs: Jobs,
    palette: ICommandPalette | null,
    lab: ILabShell | null,
    restorer: ILayoutRestorer | null,
    settings: ISettingRegistry | null
  ) => {
    const trans = translator.load(DOMAIN);
    const tracker = new WidgetTracker<Frame>({
      namespace: 'jupyter-mesh-promotion'
    });
    const save = saver(notebooks, trans);
    const ways: Ways = Object.assign(
      waysOf(app, notebooks, lab !== null, trans),
      { confirm: confirmer(settings, trans) }
    );
    app.commands.addCommand(Commands.promote, {
      label: args =>
        args.toolbar ? trans.__('Promote') : trans.__('Promote Notebook…'),
      caption: trans.__(
        'Plan the promotion of this notebook to a data product'
      ),
      icon: args => (args.isPalette ? undefined : promoteIcon),
      isEnabled: args => subjectOf(args, notebooks) !== null,
      execute: async args => {
        const subject = subjectOf(args, notebooks);
        if (!subject) {
          return;
        }
        const known = tracker.find(({ content }) =>
          isAbout(content.model.subject, subject)
        );
        if (known) {
          app.shell.activateById(known.id);
          if (!subject.id && !isUnderway(known)) {
            await known.content.model.again(subject.parameters);
          }
          return;
        }
        const { PromotionModel, PromotionPanel } = await import('./panel');
        const model = new PromotionModel(subject, jobs, save);
        const content = new PromotionPanel(model, ways, translator, trans);
        const frame: Frame = new MainAreaWidget({ content });
        frame.id = `jp-mesh-promotion-${model.key}`;
        // Notebook 7 has one document in its main area; there the panel stands beside it.
        app.shell.add(frame, lab ? 'main' : 'right', {
          mode: 'split-right',
          ref: notebooks.currentWidget?.id ?? null,
          type: 'Mesh'
        });
        model.changed.connect(() => void tracker.save(frame));
        await tracker.add(frame);
        app.shell.activateById(frame.id);
        // Nobody waits for the plan: JupyterLab brings back its tabs by this command.
        void model.open().then(() => {
          if (app.shell.currentWidget === frame) {
            content.activate();
          }
        });
      }
    });
    notebooks.currentChanged.connect(() =>
      app.commands.notifyCommandChanged(Commands.promote)
    );
    palette?.addItem({
      command: Commands.promote,
      category: trans.__('Mesh'),
      args: { isPalette: true }
    });
    void restorer?.restore(tracker, {
      command: Commands.promote,
      args: ({ content }) => content.model.subject as ReadonlyPartialJSONObject,
      name: ({ content }) => content.model.key
    });
  }
};

/** What a command is about: its arguments, or the notebook that is in sight. */
function subjectOf(
  args: ReadonlyPartialJSONObject,
  notebooks: INotebookTracker
): Subject | null {
  const { id, product, notebook, key } = args;
  if (id || product || notebook) {
    return {
      ...(id ? { id: String(id) } : {}),
      ...(product ? { product: String(product) } : {}),
      ...(notebook ? { notebook: String(notebook) } : {}),
      ...(key ? { key: String(key) } : {}),
      ...(args.parameters
        ? { parameters: args.parameters as Record<string, unknown> }
        : {})
    };
  }
  const current = notebooks.currentWidget;
  return current ? { notebook: pathOf(current) } : null;
}

/** Whether a panel that is open already shows what is asked for. */
function isAbout(open: Subject, asked: Subject): boolean {
  if (asked.id) {
    return open.id === asked.id;
  }
  return asked.product
    ? open.product === asked.product
    : open.notebook === asked.notebook;
}

const isUnderway = ({ content }: Frame): boolean =>
  content.model.job?.state === 'running';

/** A notebook's path as the server knows it: those who write together have a prefix. */
const pathOf = (panel: NotebookPanel): string =>
  panel.context.path.replace(/^RTC:/, '');

const opened = (
  notebooks: INotebookTracker,
  path: string
): NotebookPanel | undefined => notebooks.find(panel => pathOf(panel) === path);

function saver(notebooks: INotebookTracker, trans: TranslationBundle): Save {
  return async path => {
    const panel = opened(notebooks, path);
    if (!panel?.context.model.dirty) {
      return false;
    }
    await panel.context.save().catch(() => undefined);
    if (panel.context.model.dirty) {
      throw new MeshError(
        trans.__('%1 could not be saved, so it was not planned.', path),
        trans.__('Save it by hand: JupyterLab then says what is in the way.')
      );
    }
    return true;
  };
}

function confirmer(
  settings: ISettingRegistry | null,
  trans: TranslationBundle
): Ways['confirm'] {
  return async plan => {
    const wanted = await settings?.get(PROMOTION, 'confirm');
    return wanted?.composite !== true || agreed(plan, trans);
  };
}

async function agreed(plan: Plan, trans: TranslationBundle): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Promote %1 %2?', plan.product, plan.version),
    body: trans.__(
      'The notebook runs in a clean kernel. What passes its checks is published for everybody.'
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Promote') })
    ]
  });
  return answer.button.accept;
}

function waysOf(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  hasTabs: boolean,
  trans: TranslationBundle
): Omit<Ways, 'confirm'> {
  const { commands } = app;
  const open = async (path: string): Promise<NotebookPanel | undefined> => {
    if (!opened(notebooks, path)) {
      await commands.execute('docmanager:open', { path });
    }
    const panel = opened(notebooks, path);
    if (panel) {
      app.shell.activateById(panel.id);
    }
    return panel;
  };
  const failed = (reason: unknown): void =>
    void Notification.error(MeshError.of(reason).message);
  const has = (command: string): boolean =>
    hasTabs && commands.hasCommand(command);
  return {
    goto: (path, cell, line) => {
      open(path)
        .then(panel => (panel && cell ? reveal(panel, cell, line) : undefined))
        .catch(failed);
    },
    gotoStage: (path, port) => {
      open(path)
        .then(panel =>
          panel ? reveal(panel, stagingCell(panel, port), 0) : undefined
        )
        .catch(failed);
    },
    copy: text => {
      Clipboard.copyToSystem(text);
      Notification.info(trans.__('Copied.'), { autoClose: 2000 });
    },
    get openFile() {
      return has(Commands.openFile)
        ? ({ path, line }: Place) =>
            void commands.execute(Commands.openFile, { path, line })
        : undefined;
    },
    get openExecuted() {
      return has(Commands.openExecuted)
        ? (job: Job) =>
            void commands.execute(Commands.openExecuted, executedOf(job))
        : undefined;
    },
    get openRelease() {
      return has(Commands.openPage)
        ? (product: string) =>
            void commands.execute(Commands.openPage, {
              id: `product:${product}`,
              tab: 'releases'
            })
        : undefined;
    }
  };
}

export default [plugin] as JupyterFrontEndPlugin<unknown>[];
