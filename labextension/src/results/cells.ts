// A result as a grid wants it: headings of three lines, numbered rows, cells of one line.
import { DataModel } from '@lumino/datagrid';

import type { ResultModel } from './model';
import { visible } from './values';

// A cell on the screen shows no more; the whole value is one key away.
const SHOWN = 300;

/** The lines of a heading. */
export const NAME = 0;
export const TYPE = 1;
export const GLANCE = 2;

export class GridCells extends DataModel {
  private count: number;

  constructor(readonly result: ResultModel) {
    super();
    this.count = result.length;
    result.changed.connect(this.renew, this);
  }

  dispose(): void {
    this.result.changed.disconnect(this.renew, this);
  }

  rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? this.count : 3;
  }

  columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this.result.columns.length : 1;
  }

  /** null for NULL, which is drawn unlike any text. */
  data(region: DataModel.CellRegion, row: number, column: number): unknown {
    switch (region) {
      case 'body': {
        const text = this.result.text(row, column);
        return text === null ? null : shown(text);
      }
      case 'row-header':
        return (this.result.row(row) + 1).toLocaleString();
      case 'column-header':
        return this.heading(row, column);
      default:
        return '';
    }
  }

  private heading(line: number, place: number): unknown {
    const column = this.result.columns[place];
    const sort = this.result.view.sort;
    switch (line) {
      case NAME:
        return sort?.column === place
          ? `${sort.descending ? '▼' : '▲'} ${shown(column.name)}`
          : shown(column.name);
      case TYPE:
        return this.result.view.filters.some(f => f.column === place)
          ? `${shown(column.type)} · filtered`
          : shown(column.type);
      default:
        return this.result.glance(place);
    }
  }

  private renew(_: ResultModel, change: string): void {
    if (change === 'state') {
      return;
    }
    const before = this.count;
    this.count = this.result.length;
    const grown = this.count - before;
    if (grown > 0) {
      this.emitChanged({
        type: 'rows-inserted',
        region: 'body',
        index: before,
        span: grown
      });
    } else if (grown < 0) {
      this.emitChanged({
        type: 'rows-removed',
        region: 'body',
        index: this.count,
        span: -grown
      });
    }
    for (const region of ['body', 'column-header', 'row-header'] as const) {
      this.emitChanged({
        type: 'cells-changed',
        region,
        row: 0,
        column: 0,
        rowSpan: region === 'column-header' ? 3 : Math.max(1, this.count),
        columnSpan: region === 'row-header' ? 1 : this.columnCount('body')
      });
    }
  }
}

function shown(text: string): string {
  const line = visible(text.slice(0, SHOWN));
  return text.length > SHOWN ? `${line}…` : line;
}
