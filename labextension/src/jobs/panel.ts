// The frame of the jobs panel: it asks for the promotions while it is in sight, and rests otherwise.
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { createElement } from 'react';

import { promoteIcon } from '../icons';
import { type Deeds, JobList } from './JobList';
import type { Jobs } from './model';

export class JobsPanel extends ReactWidget {
  private watch: IDisposable | null = null;

  constructor(
    private readonly jobs: Jobs,
    private readonly deeds: Deeds,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'jp-mesh-jobs';
    this.addClass('jp-mesh-jobs');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Promotions'));
    this.title.icon = promoteIcon;
    this.title.caption = trans.__('Promotions');
    jobs.changed.connect(() => this.update(), this);
  }

  override dispose(): void {
    this.rest();
    super.dispose();
  }

  protected override render(): JSX.Element {
    const { jobs, deeds, trans } = this;
    return createElement(JobList, {
      jobs,
      deeds,
      trans,
      isSeen: this.watch !== null
    });
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.look();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this.look();
    }
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this.rest();
  }

  protected override onBeforeDetach(message: Message): void {
    this.rest();
    super.onBeforeDetach(message);
  }

  protected override onActivateRequest(): void {
    const first = this.node.querySelector<HTMLElement>('button');
    (first ?? this.node).focus();
  }

  private look(): void {
    this.watch ??= this.jobs.watch();
    this.update();
  }

  private rest(): void {
    this.watch?.dispose();
    this.watch = null;
  }
}
