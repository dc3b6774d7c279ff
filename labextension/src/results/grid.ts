// The grid itself: a canvas as large as its place, in the theme's colours.
import { Clipboard } from '@jupyterlab/apputils';
import { BasicSelectionModel, type DataGrid } from '@lumino/datagrid';
import { type Message, MessageLoop } from '@lumino/messaging';
import { StackedPanel, Widget } from '@lumino/widgets';

import { GLANCE, GridCells, TYPE } from './cells';
import { type Deeds, GridKeys, GridMouse, select } from './hands';
import type { ResultModel } from './model';
import { pens } from './paint';
import { QuickGrid } from './quick';
import { currentTheme, onTheme, type Theme } from './theme';
import { visible } from './values';

const ROW = 22;
const HEADING = [24, 16, 36];
// Cells that go to the clipboard without making the page wait noticeably.
export const MOST_COPIED = 1_000_000;
const WIDEST = 320;
const NARROWEST = 64;
// Rows whose texts are measured to find a width.
const LOOKED_AT = 100;
const IN_SIGHT = 20;

/** What the panel does for the grid. */
export type Asked = Pick<Deeds, 'filter' | 'whole' | 'menu' | 'leave'> & {
  refused(cells: number): void;
};

export class ResultGrid extends StackedPanel {
  readonly grid: DataGrid;
  private theme: Theme = currentTheme();
  private readonly cells: GridCells;
  private readonly sized: ResizeObserver;
  private readonly fitted: number[] = [];
  private forget: () => void = () => undefined;

  constructor(
    private readonly model: ResultModel,
    private readonly asked: Asked
  ) {
    super();
    this.addClass('jp-mesh-result-grid');
    this.cells = new GridCells(model);
    this.grid = new QuickGrid({
      style: this.theme.style,
      defaultSizes: {
        rowHeight: ROW,
        columnWidth: 120,
        rowHeaderWidth: 52,
        columnHeaderHeight: HEADING[0]
      },
      cellRenderers: pens(
        () => this.theme,
        column => model.columns[column].measure
      )
    });
    this.grid.dataModel = this.cells;
    this.grid.selectionModel = new BasicSelectionModel({
      dataModel: this.cells
    });
    this.grid.keyHandler = new GridKeys(this.deeds());
    this.grid.mouseHandler = new GridMouse(this.deeds());
    this.addWidget(this.grid);
    this.sizes();
    model.changed.connect(this.grown, this);
    this.reachable();
    this.sized = new ResizeObserver(() =>
      MessageLoop.sendMessage(this, Widget.ResizeMessage.UnknownSize)
    );
  }

  override dispose(): void {
    this.forget();
    this.sized.disconnect();
    this.cells.dispose();
    this.model.changed.disconnect(this.grown, this);
    super.dispose();
  }

  /** The cell under the cursor; null before there is a cursor. */
  get cursor(): { row: number; column: number } | null {
    const found = this.grid.selectionModel;
    return found && found.cursorRow >= 0 && found.cursorRow < this.model.length
      ? { row: found.cursorRow, column: found.cursorColumn }
      : null;
  }

  /** Hear when the cursor moves. */
  onCursor(call: () => void): void {
    this.grid.selectionModel?.changed.connect(call);
  }

  focus(): void {
    this.grid.viewport.node.focus();
  }

  turn(column: number): void {
    this.model.turn(column);
  }

  /** As wide as its heading and its first rows need. */
  narrow(column: number): void {
    this.grid.resizeColumn('body', column, this.needed(column, WIDEST * 2));
  }

  widen(column: number, by: number): void {
    const width = this.grid.columnSize('body', column) + by;
    this.grid.resizeColumn('body', column, Math.max(NARROWEST / 2, width));
  }

  /** Put the chosen cells on the clipboard as a spreadsheet takes them. */
  copy(headings: boolean): void {
    const chosen = this.grid.selectionModel?.currentSelection();
    if (!chosen) {
      return;
    }
    const [r1, r2] = [chosen.r1, chosen.r2].sort((a, b) => a - b);
    const [c1, c2] = [chosen.c1, chosen.c2].sort((a, b) => a - b);
    const count = (r2 - r1 + 1) * (c2 - c1 + 1);
    if (count > MOST_COPIED) {
      this.asked.refused(count);
      return;
    }
    const lines: string[] = [];
    const columns = this.model.columns.slice(c1, c2 + 1);
    if (headings) {
      lines.push(columns.map(column => field(column.name)).join('\t'));
    }
    for (
      let place = r1;
      place <= Math.min(r2, this.model.length - 1);
      place++
    ) {
      const row = this.model.row(place);
      lines.push(columns.map(c => field(c.text(row) ?? '')).join('\t'));
    }
    Clipboard.copyToSystem(lines.join('\n'));
    // To copy, JupyterLab selects the page for a moment, which takes the focus away.
    this.focus();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.dress();
    this.forget = onTheme(() => this.dress());
    this.sized.observe(this.node);
  }

  protected override onBeforeDetach(message: Message): void {
    this.forget();
    this.sized.disconnect();
    super.onBeforeDetach(message);
  }

  private grown(_: ResultModel, change: string): void {
    if (change === 'rows') {
      this.widths();
      this.tell();
    }
  }

  private dress(): void {
    this.theme = currentTheme();
    this.grid.style = this.theme.style;
  }

  private deeds(): Deeds {
    return {
      ...this.asked,
      turn: column => this.turn(column),
      fit: column => this.narrow(column),
      widen: (column, by) => this.widen(column, by),
      copy: headings => this.copy(headings)
    };
  }

  private sizes(): void {
    for (const line of [TYPE, GLANCE]) {
      this.grid.resizeRow('column-header', line, HEADING[line]);
    }
    this.widths();
    const rows = Math.min(Math.max(this.model.length, 1), 14);
    const head = HEADING.reduce((sum, height) => sum + height, 0);
    // Room for the bar that scrolls sideways.
    this.node.style.height = `${head + rows * ROW + 18}px`;
  }

  /** As wide as what is loaded needs, but for columns that were given another width. */
  private widths(): void {
    this.model.columns.forEach((_, column) => {
      const given = this.fitted[column];
      if (!given || this.grid.columnSize('body', column) === given) {
        this.fitted[column] = this.needed(column, WIDEST);
        this.grid.resizeColumn('body', column, this.fitted[column]);
      }
    });
  }

  private needed(column: number, most: number): number {
    const pen = document.createElement('canvas').getContext('2d');
    const { name, type } = this.model.columns[column];
    if (!pen) {
      return 120;
    }
    const measure = (text: string, font: string): number => {
      pen.font = font;
      return pen.measureText(text.slice(0, 120)).width;
    };
    let widest = Math.max(
      measure(`▼ ${name}`, this.theme.bold),
      measure(type, this.theme.small)
    );
    const step = Math.max(1, Math.floor(this.model.length / LOOKED_AT));
    for (let place = 0; place < this.model.length;) {
      const text = this.model.text(place, column);
      const font = text === null ? this.theme.none : this.theme.cell;
      widest = Math.max(widest, measure(visible(text ?? 'NULL'), font));
      // Those in sight one by one: in even steps, what comes every fifth row may be all there is.
      place += place < IN_SIGHT ? 1 : step;
    }
    return Math.max(NARROWEST, Math.min(most, Math.ceil(widest) + 20));
  }

  /** Let Tab come to the cells, with a cursor in them. */
  private reachable(): void {
    const node = this.grid.viewport.node;
    node.tabIndex = 0;
    node.setAttribute('role', 'grid');
    // Letters typed here are for the grid: the notebook would cut cells on an x. Its shortcuts
    // ask for the node that has the focus, so nothing above that node could hold them off.
    node.dataset.lmSuppressShortcuts = 'true';
    this.tell();
    node.addEventListener('focus', () => {
      if (!this.cursor && this.model.length) {
        select(this.grid, 0, 0);
      }
    });
  }

  private tell(): void {
    const rows = String(this.model.length);
    this.grid.viewport.node.setAttribute('aria-rowcount', rows);
  }
}

function field(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
