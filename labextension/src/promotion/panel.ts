// The frame of a promotion: a panel beside the notebook, which rests while it is hidden.
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { createElement } from 'react';

import { promoteIcon } from '../icons';
import type { Ways } from './given';
import { PromotionModel } from './model';
import { Promotion } from './Promotion';

export { PromotionModel };

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
