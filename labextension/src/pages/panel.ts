// The frame of a page: a tab of the main area that tells about one table or product.
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { type ISignal, Signal } from '@lumino/signaling';
import { createElement } from 'react';

import { productIcon, tableIcon } from '../icons';
import { nameOf } from '../names';
import { Page } from './Page';
import type { Run } from './run';

export class PageWidget extends ReactWidget {
  private chosen: string;
  private readonly _turned = new Signal<this, void>(this);

  constructor(
    /** What the page is about: `table:...` or `product:...`. */
    readonly place: string,
    private readonly run: Run,
    private readonly trans: TranslationBundle
  ) {
    super();
    const isTable = place.startsWith('table:');
    const name = nameOf(place);
    this.chosen = isTable ? 'columns' : 'about';
    this.addClass('jp-mesh-page');
    this.node.tabIndex = -1;
    this.title.label = isTable ? (name.split('.').at(-1) ?? name) : name;
    this.title.caption = name;
    this.title.icon = isTable ? tableIcon : productIcon;
  }

  /** Which part of the page is shown. */
  get tab(): string {
    return this.chosen;
  }

  set tab(tab: string) {
    this.chosen = tab;
    this.update();
    this._turned.emit();
  }

  /** Told when another part of the page is shown. */
  get turned(): ISignal<this, void> {
    return this._turned;
  }

  protected override render(): JSX.Element {
    const { place, run, trans, tab } = this;
    const choose = (chosen: string): void => {
      this.tab = chosen;
    };
    return createElement(Page, { place, run, trans, tab, choose });
  }

  protected override onActivateRequest(): void {
    // What is not drawn yet takes the focus over as soon as it is.
    const tab = '[role=tab][tabindex="0"]';
    (this.node.querySelector<HTMLElement>(tab) ?? this.node).focus();
  }
}
