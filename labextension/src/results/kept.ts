// A quick chart as a cell of its own, which asks again and draws: what lasts is in the notebook.
import type { Cell } from '@jupyterlab/cells';
import { type Notebook, NotebookActions } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';

import { statementStart } from '../editor/cell';
import { type Chart, MARKS, specification, VEGA } from './chart';
import type { ResultModel } from './model';

interface Place {
  notebook: Notebook;
  cell: Cell;
}

/** The cell whose output a widget is part of; null outside of notebooks. */
export function placeOf(widget: Widget): Place | null {
  let cell: Cell | null = null;
  for (let at = widget.parent; at; at = at.parent) {
    if (!cell && at.hasClass('jp-CodeCell')) {
      cell = at as Cell;
    } else if (cell && at.hasClass('jp-Notebook')) {
      const notebook = at as Notebook;
      const isOurs = statementOf(cell.model.sharedModel.getSource()) !== null;
      return isOurs && !notebook.model?.readOnly ? { notebook, cell } : null;
    }
  }
  return null;
}

/** Put the chart into a new cell below the one it was made from. */
export function keep(
  { notebook, cell }: Place,
  model: ResultModel,
  chart: Chart
): void {
  const source = chartCell(cell.model.sharedModel.getSource(), model, chart);
  notebook.activeCellIndex = notebook.widgets.indexOf(cell);
  NotebookActions.insertBelow(notebook);
  notebook.activeCell?.model.sharedModel.setSource(source);
  NotebookActions.focusActiveCell(notebook);
}

/** Python that runs the statement of a cell again and draws the chart. */
export function chartCell(
  source: string,
  model: ResultModel,
  chart: Chart
): string {
  const drawn = specification(model, chart);
  delete drawn.data;
  delete drawn.title;
  const columns =
    chart.y < 0 || chart.kind === 'histogram' ? [chart.x] : [chart.x, chart.y];
  const names = columns.map((_, place) => 'xy'[place]);
  const { line, sql } = statementOf(source) ?? { line: '', sql: '' };
  return `import json

rows = get_ipython().run_cell_magic("mesh", ${literal(line)}, ${literal(sql)}).df()
data = rows.iloc[:${MARKS}, ${JSON.stringify(columns)}].set_axis(${JSON.stringify(names)}, axis=1)
chart = json.loads(${literal(JSON.stringify(drawn, null, 2))})
chart["data"] = {"values": json.loads(data.to_json(orient="records", date_format="iso"))}
display({"${VEGA}": chart}, raw=True)`;
}

/** The statement of a cell, and of its options the one that says where it is run. */
function statementOf(source: string): { line: string; sql: string } | null {
  const start = statementStart(source);
  if (start === null) {
    return null;
  }
  const engine = /--engine(?:=|\s+)\S+/.exec(source.slice(0, start));
  return { line: engine?.[0] ?? '', sql: source.slice(start).trim() };
}

/** A text as Python writes it; over several lines where that is as exact. */
function literal(text: string): string {
  const isPlain = !/\\|"""|"$/.test(text) && text.includes('\n');
  return isPlain ? `"""${text}"""` : JSON.stringify(text);
}
