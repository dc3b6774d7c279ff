// Rows of an Arrow stream as a grid wants them.
import { DataModel } from '@lumino/datagrid';
import { type Column, type DataType, tableFromIPC } from '@uwdata/flechette';

import { text } from './cells';

/** What Trino calls Arrow's types, as far as they have one name. */
const NUMBERS = new Set([2, 3, 7]);

export class ArrowModel extends DataModel {
  readonly names: string[];
  private readonly columns: Column<unknown>[];
  private readonly types: DataType[];
  private readonly rows: number;

  constructor(stream: Uint8Array) {
    super();
    const table = tableFromIPC(stream, {
      useBigInt: true,
      useDecimalInt: true,
      useBigIntTimestamp: true
    });
    this.names = table.schema.fields.map(field => field.name);
    this.types = table.schema.fields.map(field => field.type);
    this.columns = table.children;
    this.rows = table.numRows;
  }

  rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? this.rows : 1;
  }

  columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this.columns.length : 1;
  }

  data(region: DataModel.CellRegion, row: number, column: number): unknown {
    switch (region) {
      case 'row-header':
        return row + 1;
      case 'column-header':
        return this.names[column];
      case 'corner-header':
        return '';
      default:
        return text(this.columns[column].at(row), this.types[column]);
    }
  }

  override metadata(
    region: DataModel.CellRegion,
    row: number,
    column: number
  ): DataModel.Metadata {
    if (region !== 'body') {
      return {};
    }
    const isNull = this.columns[column].at(row) === null;
    return { isNull, isNumber: NUMBERS.has(this.types[column].typeId) };
  }

  /** A width in pixels that shows the first rows of a column. */
  width(column: number): number {
    let longest = this.names[column].length + 1;
    for (let row = 0; row < Math.min(this.rows, 50); row++) {
      const shown = String(this.data('body', row, column));
      longest = Math.max(longest, shown.length);
    }
    return Math.min(360, Math.max(50, 16 + longest * 7.3));
  }
}
