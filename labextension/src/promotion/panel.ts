// The frame of a promotion: a panel beside the notebook, which rests while it is hidden.
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { createElement } from 'react';

import type { Job, Plan } from '../api';
import type { Place } from '../errors';
import { promoteIcon } from '../icons';
import { PromotionModel } from './model';
import { Promotion } from './Promotion';

export { PromotionModel };

/** What the picture lets happen elsewhere; what is missing cannot be done in this application. */
export interface Ways {
  goto: (notebook: string, cell: number, line: number) => void;
  gotoStage: (notebook: string, port: string) => void;
  copy: (text: string) => void;
  /** Whether the promotion is to begin; asks only those who want to be asked. */
  confirm: (plan: Plan) => Promise<boolean>;
  openFile?: (place: Place) => void;
  openExecuted?: (job: Job) => void;
  openRelease?: (product: string) => void;
}

export class PromotionPanel extends ReactWidget {
  constructor(
    readonly model: PromotionModel,
    private readonly ways: Ways,
    private readonly translator: ITranslator,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-mesh-promotion');
    this.node.tabIndex = -1;
    this.title.icon = promoteIcon;
    this.title.closable = true;
    model.changed.connect(this.onChanged, this);
    this.onChanged();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override render(): JSX.Element {
    const { model, ways, translator, trans } = this;
    return createElement(Promotion, { model, ways, translator, trans });
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.isSeen = true;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.model.isSeen = this.isVisible;
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this.model.isSeen = false;
  }

  protected override onBeforeDetach(message: Message): void {
    this.model.isSeen = false;
    super.onBeforeDetach(message);
  }

  protected override onActivateRequest(): void {
    // The button that goes on, where there is one: Enter is then enough.
    const find = (one: string): HTMLElement | null =>
      this.node.querySelector<HTMLElement>(one);
    const first =
      find('button.jp-mod-primary:not([disabled])') ??
      find('input, button:not([disabled])');
    (first ?? this.node).focus();
  }

  private onChanged(): void {
    const { plan, job, subject } = this.model;
    const name =
      job?.product ??
      plan?.product ??
      subject.product ??
      subject.notebook?.split('/').at(-1) ??
      '';
    this.title.label = this.trans.__('Promote %1', name);
    this.title.caption = this.title.label;
    this.update();
  }
}
