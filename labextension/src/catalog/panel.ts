// The frame of the sidebar.
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { createElement } from 'react';

import { meshIcon } from '../icons';
import type { Handlers } from './Row';
import { Sidebar } from './Sidebar';
import type { CatalogState } from './state';

export class CatalogPanel extends ReactWidget {
  constructor(
    private readonly state: CatalogState,
    private readonly handlers: Handlers,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'jp-mesh-catalog';
    this.addClass('jp-mesh-catalog');
    this.title.icon = meshIcon;
    this.title.caption = trans.__('Mesh');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Mesh'));
  }

  protected override render(): JSX.Element {
    const { state, handlers, trans } = this;
    return createElement(Sidebar, { state, trans, ...handlers });
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.state.look(this.isVisible);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.state.look(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.state.look(false);
  }

  protected override onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('.jp-mesh-search')?.focus();
  }
}
