// The menu of a cell and its column: everything the mouse can do, for the keyboard as well.
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import type { ResultGrid } from './grid';
import type { ResultModel } from './model';
import type { Operator } from './order';
import { visible } from './values';

export interface MenuDeeds {
  whole(): void;
  filter(column: number): void;
  /** Missing where nobody can draw a chart. */
  chart: ((column: number) => void) | null;
}

/** Open the menu of the cell under the cursor. */
export function openMenu(
  model: ResultModel,
  grid: ResultGrid,
  deeds: MenuDeeds,
  trans: TranslationBundle,
  at: { x: number; y: number }
): void {
  const cursor = grid.cursor;
  if (!cursor) {
    return;
  }
  const commands = new CommandRegistry();
  const menu = new Menu({ commands });
  let last = 0;
  const add = (label: string, execute: () => void, shown = true): void => {
    if (shown) {
      const command = `mesh-result:${++last}`;
      commands.addCommand(command, { label, execute });
      menu.addItem({ command });
    }
  };
  const line = (): void => void menu.addItem({ type: 'separator' });

  const { column } = cursor;
  const text = model.text(cursor.row, column);
  const short = visible((text ?? '').slice(0, 24));
  const only = (operator: Operator, value = ''): void =>
    model.look({
      filters: [...model.view.filters, { column, operator, value }]
    });
  const sort = (descending: boolean): void =>
    model.look({ sort: { column, descending } });

  add(trans.__('Copy (Ctrl+C)'), () => grid.copy(false));
  add(trans.__('Copy with Headings (Ctrl+Shift+C)'), () => grid.copy(true));
  add(trans.__('Show the Whole Value (Enter)'), deeds.whole);
  line();
  add(trans.__('Sort Ascending (S)'), () => sort(false));
  add(trans.__('Sort Descending'), () => sort(true));
  add(
    trans.__('As They Came'),
    () => model.look({ sort: null }),
    model.view.sort !== null
  );
  line();
  add(trans.__('Only “%1”', short), () => only('=', text ?? ''), text !== null);
  add(
    trans.__('Without “%1”', short),
    () => only('≠', text ?? ''),
    text !== null
  );
  add(trans.__('Only NULL'), () => only('is null'), text === null);
  add(trans.__('Without NULL'), () => only('is not null'), text === null);
  add(trans.__('Filter… (F)'), () => deeds.filter(column));
  add(
    trans.__('Remove All Filters'),
    () => model.look({ filters: [], anywhere: '' }),
    model.view.filters.length > 0 || model.view.anywhere !== ''
  );
  line();
  add(trans.__('Fit the Width (W)'), () => grid.narrow(column));
  add(trans.__('Wider (Alt+Right)'), () => grid.widen(column, 24));
  add(trans.__('Narrower (Alt+Left)'), () => grid.widen(column, -24));
  const { chart } = deeds;
  if (chart) {
    line();
    add(trans.__('Chart This Column'), () => chart(column));
  }
  menu.aboutToClose.connect(() => window.setTimeout(() => grid.focus()));
  menu.open(at.x, at.y);
}
