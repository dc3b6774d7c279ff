// The frame of a preview: the first rows of a table in the main area.
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { createElement } from 'react';

import { tableIcon } from '../icons';
import { Sample } from '../results/Sample';

export class PreviewWidget extends ReactWidget {
  constructor(
    private readonly table: string,
    private readonly limit: number,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-mesh-preview');
    this.title.label = table.split('.').at(-1) ?? table;
    this.title.caption = trans.__('First rows of %1', table);
    this.title.icon = tableIcon;
  }

  protected override render(): JSX.Element {
    const { table, limit, trans } = this;
    return createElement(Sample, { table, limit, trans });
  }
}
