// What keys and the mouse do in the grid.
import {
  BasicKeyHandler,
  BasicMouseHandler,
  type DataGrid
} from '@lumino/datagrid';

import { GLANCE } from './cells';

/** What hands can ask of the panel around the grid. */
export interface Deeds {
  turn(column: number): void;
  fit(column: number): void;
  widen(column: number, by: number): void;
  filter(column: number): void;
  copy(headings: boolean): void;
  whole(): void;
  menu(x: number, y: number): void;
  leave(): void;
}

const WIDER = 24;

export class GridKeys extends BasicKeyHandler {
  constructor(private readonly deeds: Deeds) {
    super();
  }

  override onKeyDown(grid: DataGrid, event: KeyboardEvent): void {
    const deed = this.deed(grid, event);
    if (deed) {
      event.preventDefault();
      event.stopPropagation();
      deed();
    } else if (!['Tab', 'Enter', 'Delete', 'c', 'C'].includes(event.key)) {
      // Tab goes on to the next control: a grid must not be a trap.
      super.onKeyDown(grid, event);
    }
  }

  private deed(grid: DataGrid, event: KeyboardEvent): (() => void) | null {
    const column = grid.selectionModel?.cursorColumn ?? -1;
    if (event.ctrlKey || event.metaKey) {
      return this.withControl(grid, event);
    }
    if (event.altKey) {
      const by = { ArrowLeft: -WIDER, ArrowRight: WIDER }[event.key];
      return by && column >= 0 ? () => this.deeds.widen(column, by) : null;
    }
    switch (event.key) {
      case 'Escape':
        return () => this.deeds.leave();
      case 'Home':
        return () => go(grid, undefined, 0);
      case 'End':
        return () => go(grid, undefined, Infinity);
      case 'ContextMenu':
        return () => menuAtCursor(grid, this.deeds);
      case 'F10':
        return event.shiftKey ? () => menuAtCursor(grid, this.deeds) : null;
    }
    return column >= 0 ? this.onColumn(event.key, column) : null;
  }

  private withControl(
    grid: DataGrid,
    event: KeyboardEvent
  ): (() => void) | null {
    switch (event.key.toLowerCase()) {
      case 'c':
        return () => this.deeds.copy(event.shiftKey);
      case 'a':
        return () => everything(grid);
      case 'home':
        return () => go(grid, 0, 0);
      case 'end':
        return () => go(grid, Infinity, Infinity);
    }
    return null;
  }

  private onColumn(key: string, column: number): (() => void) | null {
    switch (key) {
      case 's':
        return () => this.deeds.turn(column);
      case 'f':
        return () => this.deeds.filter(column);
      case 'w':
        return () => this.deeds.fit(column);
      case 'Enter':
        return () => this.deeds.whole();
    }
    return null;
  }
}

export class GridMouse extends BasicMouseHandler {
  private pressed: { column: number; x: number } | null = null;

  constructor(private readonly deeds: Deeds) {
    super();
  }

  override onMouseDown(grid: DataGrid, event: MouseEvent): void {
    const hit = grid.hitTest(event.clientX, event.clientY);
    const atEdge = hit.x <= 6 || hit.width - hit.x <= 7;
    this.pressed = null;
    if (hit.region === 'column-header' && !atEdge) {
      this.pressed = { column: hit.column, x: event.clientX };
      return;
    }
    // The height of headings is ours; their width is the reader's.
    if (hit.region !== 'column-header' || hit.row <= GLANCE) {
      super.onMouseDown(grid, event);
    }
  }

  override onMouseUp(grid: DataGrid, event: MouseEvent): void {
    const pressed = this.pressed;
    this.pressed = null;
    if (pressed && Math.abs(event.clientX - pressed.x) < 4) {
      this.deeds.turn(pressed.column);
      return;
    }
    super.onMouseUp(grid, event);
  }

  override onMouseDoubleClick(grid: DataGrid, event: MouseEvent): void {
    const hit = grid.hitTest(event.clientX, event.clientY);
    if (hit.region === 'body') {
      this.deeds.whole();
    } else if (hit.region === 'column-header') {
      if (hit.width - hit.x <= 7) {
        this.deeds.fit(hit.column);
      } else if (hit.x <= 6 && hit.column > 0) {
        this.deeds.fit(hit.column - 1);
      }
    }
  }

  override onContextMenu(grid: DataGrid, event: MouseEvent): void {
    const hit = grid.hitTest(event.clientX, event.clientY);
    if (hit.region !== 'body' && hit.region !== 'column-header') {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const row = hit.region === 'body' ? hit.row : 0;
    if (!grid.selectionModel?.isCellSelected(row, hit.column)) {
      select(grid, row, hit.column);
    }
    this.deeds.menu(event.clientX, event.clientY);
  }
}

/** Put the cursor on one cell. */
export function select(grid: DataGrid, row: number, column: number): void {
  grid.selectionModel?.select({
    r1: row,
    c1: column,
    r2: row,
    c2: column,
    cursorRow: row,
    cursorColumn: column,
    clear: 'all'
  });
}

function go(grid: DataGrid, row: number | undefined, column: number): void {
  const model = grid.selectionModel;
  if (model) {
    const last = model.dataModel.columnCount('body') - 1;
    const bottom = model.dataModel.rowCount('body') - 1;
    const to = row === undefined ? Math.max(0, model.cursorRow) : row;
    select(grid, Math.min(to, bottom), Math.min(column, last));
    grid.scrollToCursor();
  }
}

function everything(grid: DataGrid): void {
  const model = grid.selectionModel;
  model?.select({
    r1: 0,
    c1: 0,
    r2: model.dataModel.rowCount('body') - 1,
    c2: model.dataModel.columnCount('body') - 1,
    cursorRow: Math.max(0, model.cursorRow),
    cursorColumn: Math.max(0, model.cursorColumn),
    clear: 'all'
  });
}

function menuAtCursor(grid: DataGrid, deeds: Deeds): void {
  const model = grid.selectionModel;
  if (!model || model.cursorColumn < 0) {
    return;
  }
  grid.scrollToCursor();
  const box = grid.node.getBoundingClientRect();
  deeds.menu(
    box.left +
      grid.headerWidth +
      grid.columnOffset('body', model.cursorColumn) -
      grid.scrollX,
    box.top +
      grid.headerHeight +
      grid.rowOffset('body', model.cursorRow + 1) -
      grid.scrollY
  );
}
