// The frame of a result: bar, grid, whole value, chart, foot.
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import { createElement, type JSX } from 'react';

import { MeshError } from '../errors';
import { askFilter, askSave, askStage } from './asking';
import { Bar } from './Bar';
import { VEGA } from './chart';
import { ChartPanel } from './chartpanel';
import { Foot } from './Foot';
import { MOST_COPIED, ResultGrid } from './grid';
import { openMenu } from './menu';
import type { ResultModel } from './model';
import { Picture } from './picture';

export class ResultPanel extends Panel {
  private readonly grid: ResultGrid;
  private readonly bar: Picture;
  private readonly foot: Picture;
  private readonly whole = new Widget({ node: document.createElement('pre') });
  private chart: ChartPanel | null = null;

  constructor(
    private readonly model: ResultModel,
    private readonly rendermime: IRenderMimeRegistry | null,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-mesh-result');
    this.node.dataset.lmSuppressShortcuts = 'true';
    this.bar = new Picture(() => this.drawBar());
    this.foot = new Picture(() => this.drawFoot());
    this.grid = new ResultGrid(model, {
      filter: column => void this.filter(column),
      whole: () => this.showWhole(this.whole.isHidden),
      menu: (x, y) => this.menu(x, y),
      leave: () => this.leave(),
      refused: cells => this.refuse(cells)
    });
    this.whole.addClass('jp-mesh-result-whole');
    this.whole.hide();
    this.grid.onCursor(() => this.showWhole(!this.whole.isHidden));
    for (const part of [this.bar, this.grid, this.whole, this.foot]) {
      this.addWidget(part);
    }
    model.changed.connect(this.draw, this);
  }

  override dispose(): void {
    this.model.changed.disconnect(this.draw, this);
    this.model.stop();
    super.dispose();
  }

  private draw(): void {
    this.bar.update();
    this.foot.update();
  }

  private drawBar(): JSX.Element {
    const { model, trans } = this;
    return createElement(Bar, {
      columns: model.columns,
      view: model.view,
      busy: model.waiting !== null,
      charted: this.chart !== null,
      look: view => model.look(view),
      addFilter: () => void this.filter(this.grid.cursor?.column ?? 0),
      chart: this.canChart ? () => this.toggleChart() : null,
      stage: model.canAsk ? () => void askStage(model, trans) : null,
      save: model.canAsk ? () => void askSave(model, trans) : null,
      trans
    });
  }

  private drawFoot(): JSX.Element {
    const { model, trans } = this;
    return createElement(Foot, {
      model,
      more: () => void model.load(model.step, trans.__('Loading')),
      count: () => void model.count(trans.__('Counting')),
      trans
    });
  }

  private get canChart(): boolean {
    return !!this.rendermime?.mimeTypes.includes(VEGA);
  }

  private toggleChart(column?: number): void {
    const shown = this.chart;
    this.chart = null;
    shown?.dispose();
    if (this.rendermime && (!shown || column !== undefined)) {
      this.chart = new ChartPanel(
        this.model,
        this.rendermime,
        this.trans,
        column
      );
      this.insertWidget(this.widgets.indexOf(this.foot), this.chart);
    }
    this.draw();
  }

  private async filter(column: number): Promise<void> {
    const { model } = this;
    const filter = await askFilter(model.columns, column, this.trans);
    if (filter) {
      model.look({ filters: [...model.view.filters, filter] });
    }
    this.grid.focus();
  }

  private menu(x: number, y: number): void {
    const deeds = {
      whole: () => this.showWhole(true),
      filter: (column: number) => void this.filter(column),
      chart: this.canChart ? (column: number) => this.toggleChart(column) : null
    };
    openMenu(this.model, this.grid, deeds, this.trans, { x, y });
  }

  /** The value under the cursor with nothing left out, as text and nothing else. */
  private showWhole(shown: boolean): void {
    const cursor = this.grid.cursor;
    this.whole.setHidden(!shown || !cursor);
    if (shown && cursor) {
      const column = this.model.columns[cursor.column];
      const text = column.whole(this.model.row(cursor.row));
      this.whole.node.textContent = text ?? 'NULL';
      this.whole.toggleClass('jp-mod-null', text === null);
    }
  }

  /** Escape closes what is open, then goes back to the cell. */
  private leave(): void {
    if (!this.whole.isHidden) {
      this.showWhole(false);
      return;
    }
    const cell = this.node.closest<HTMLElement>('.jp-Cell');
    (cell?.closest<HTMLElement>('.jp-Notebook') ?? cell)?.focus();
  }

  private refuse(cells: number): void {
    this.model.fail(
      new MeshError(
        this.trans.__(
          '%1 cells are too many for the clipboard, which takes %2.',
          cells.toLocaleString(),
          MOST_COPIED.toLocaleString()
        ),
        this.trans.__('Choose fewer, or save them as a file.')
      )
    );
  }
}
