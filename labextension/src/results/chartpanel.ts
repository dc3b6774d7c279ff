// The frame of a quick chart: what to show, and the drawing JupyterLab makes of it.
import { type IRenderMimeRegistry, MimeModel } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Debouncer } from '@lumino/polling';
import { Panel, Widget } from '@lumino/widgets';
import { createElement } from 'react';

import { type Chart, obstacle, specification, suggested, VEGA } from './chart';
import { ChartForm } from './ChartForm';
import { keep, placeOf } from './kept';
import type { ResultModel } from './model';
import { Picture } from './picture';

export class ChartPanel extends Panel {
  private chart: Chart;
  private readonly form: Picture;
  private drawing: Widget | null = null;
  private readonly soon = new Debouncer(() => this.draw(), 150);

  constructor(
    private readonly model: ResultModel,
    private readonly rendermime: IRenderMimeRegistry,
    trans: TranslationBundle,
    column?: number
  ) {
    super();
    this.addClass('jp-mesh-result-chart');
    this.chart = suggested(model.columns, column);
    this.form = new Picture(() => {
      const place = placeOf(this);
      return createElement(ChartForm, {
        chart: this.chart,
        columns: model.columns,
        obstacle: obstacle(this.chart, model.columns),
        choose: chart => this.choose(chart),
        keep: place && (() => keep(place, this.model, this.chart)),
        trans
      });
    });
    this.addWidget(this.form);
    model.changed.connect(this.follow, this);
    void this.draw();
  }

  /** Show something else. */
  choose(chart: Chart): void {
    this.chart = chart;
    this.form.update();
    void this.soon.invoke();
  }

  override dispose(): void {
    this.model.changed.disconnect(this.follow, this);
    this.soon.dispose();
    super.dispose();
  }

  private follow(_: ResultModel, change: string): void {
    if (change !== 'state') {
      void this.soon.invoke();
    }
  }

  private async draw(): Promise<void> {
    if (this.isDisposed || obstacle(this.chart, this.model.columns)) {
      return;
    }
    const data = { [VEGA]: specification(this.model, this.chart) };
    const drawing = this.rendermime.createRenderer(VEGA);
    await drawing.renderModel(new MimeModel({ data, trusted: true }));
    if (this.isDisposed) {
      drawing.dispose();
      return;
    }
    this.drawing?.dispose();
    this.drawing = drawing;
    this.addWidget(drawing);
  }
}
