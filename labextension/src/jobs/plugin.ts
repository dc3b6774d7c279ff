// Wires the promotions of this server into JupyterLab: their panel, and a word when one ends.
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Token } from '@lumino/coreutils';

import type { Job } from '../api';
import { Commands, DOMAIN, JOBS } from '../tokens';
import type { Deeds } from './JobList';
import { EVENT, Jobs, type Moved } from './model';
import { JobsPanel } from './panel';

export const IJobs = new Token<Jobs>(
  'jupyter-mesh:IJobs',
  'The promotions of this server.'
);

const plugin: JupyterFrontEndPlugin<Jobs> = {
  id: JOBS,
  description: 'The panel of running and past promotions.',
  autoStart: true,
  provides: IJobs,
  requires: [ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load(DOMAIN);
    const jobs = new Jobs();
    app.serviceManager.events.stream.connect((_, event) => {
      if (event.schema_id === EVENT) {
        jobs.hear(event as unknown as Moved);
      }
    });
    const panel = new JobsPanel(jobs, deeds(app.commands), trans);
    app.shell.add(panel, 'right', { rank: 900, type: 'Mesh' });
    restorer?.add(panel, panel.id);
    app.commands.addCommand(Commands.showJobs, {
      label: trans.__('Mesh Promotions'),
      execute: () => app.shell.activateById(panel.id)
    });
    palette?.addItem({
      command: Commands.showJobs,
      category: trans.__('Mesh')
    });
    jobs.ended.connect((_, job) => {
      if (document.hidden || !jobs.isWatched(job.id)) {
        announce(job, app.commands, trans);
      }
    });
    // What was running when the page was loaded is followed again.
    void app.restored.then(() => jobs.list({ state: 'running' }));
    return jobs;
  }
};

function deeds(commands: CommandRegistry): Deeds {
  const run = (command: string, args: Record<string, string>): void =>
    void commands.execute(command, args);
  return {
    open: job => run(Commands.promote, { id: job.id }),
    rerun: job =>
      void commands.execute(Commands.promote, {
        product: job.product,
        // Parameters are JSON, as they came from the server.
        parameters: JSON.parse(JSON.stringify(job.parameters ?? {}))
      }),
    // The commands of other parts are there, or not, only once all have started.
    get openExecuted() {
      return commands.hasCommand(Commands.openExecuted)
        ? (job: Job) => run(Commands.openExecuted, executedOf(job))
        : undefined;
    }
  };
}

/** Which executed notebook belongs to a promotion, and what its tab is called. */
export function executedOf(job: Job): Record<string, string> {
  return job.release
    ? { release: job.release }
    : { promotion: job.id, label: `${job.product} ${job.id.slice(0, 8)}` };
}

/** Say how a promotion ended to somebody who looks elsewhere. */
function announce(
  job: Job,
  commands: CommandRegistry,
  trans: TranslationBundle
): void {
  const type =
    job.state === 'published'
      ? 'success'
      : job.state === 'cancelled'
        ? 'info'
        : 'error';
  Notification.emit(job.error?.message ?? job.text, type, {
    autoClose: type === 'error' ? false : 8000,
    actions: [
      {
        label: trans.__('Open'),
        callback: () => void commands.execute(Commands.promote, { id: job.id })
      }
    ]
  });
}

export default [plugin] as JupyterFrontEndPlugin<unknown>[];
