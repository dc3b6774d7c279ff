// What can be done with a row: one list for the menu, the buttons and the keys.
import type { LabIcon } from '@jupyterlab/ui-components';
import { copyIcon, historyIcon, launchIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { insertIcon, lineageIcon, tableIcon } from '../icons';
import { type Place, pageOf, productOf, spoken, tableOf } from '../names';
import { Commands } from '../tokens';

export interface Action {
  command: string;
  args: ReadonlyJSONObject;
  icon: LabIcon;
  /** Shown as a button while the pointer is on the row. */
  isInline?: boolean;
}

/** What can be done with a row, most wanted first. */
export function actionsOf(row: Place): Action[] {
  const actions: Action[] = [];
  const table = tableOf(row);
  const page = pageOf(row);
  const product = productOf(row);
  if (table) {
    actions.push(
      {
        command: Commands.preview,
        args: { table },
        icon: tableIcon,
        isInline: true
      },
      {
        command: Commands.insertCell,
        args: { table },
        icon: insertIcon,
        isInline: true
      }
    );
  }
  if (page) {
    const isInline = row.kind !== 'column';
    actions.push({
      command: Commands.openPage,
      args: { id: page },
      icon: launchIcon,
      isInline
    });
  }
  if (product) {
    actions.push({
      command: Commands.openPage,
      args: { id: `product:${product}`, tab: 'releases' },
      icon: historyIcon
    });
  } else if (table) {
    actions.push({
      command: Commands.openPage,
      args: { id: `table:${table}`, tab: 'versions' },
      icon: historyIcon
    });
  }
  if (page && row.kind !== 'column') {
    actions.push({
      command: Commands.openPage,
      args: { id: page, tab: 'lineage' },
      icon: lineageIcon
    });
  }
  if (row.kind !== 'group') {
    actions.push({
      command: Commands.copyName,
      args: { name: spoken(row) },
      icon: copyIcon
    });
  }
  return actions;
}
