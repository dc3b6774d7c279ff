// The questions that a grid asks: which filter, which file.
import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Column } from './columns';
import type { ResultModel } from './model';
import { type Filter, type Operator, OPERATORS } from './order';
import { visible } from './values';

/** Ask for a filter; null when the question was dismissed. */
export async function askFilter(
  columns: readonly Column[],
  column: number,
  trans: TranslationBundle
): Promise<Filter | null> {
  const body = new FilterForm(columns, column, trans);
  const answer = await showDialog<Filter>({
    title: trans.__('Filter the loaded rows'),
    body,
    focusNodeSelector: '.jp-mesh-result-value',
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Filter') })
    ]
  });
  return answer.button.accept ? answer.value : null;
}

class FilterForm extends Widget implements Dialog.IBodyWidget<Filter> {
  private readonly column: HTMLSelectElement;
  private readonly operator: HTMLSelectElement;
  private readonly value: HTMLInputElement;

  constructor(
    columns: readonly Column[],
    column: number,
    trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-mesh-result-form');
    this.column = this.choice(
      trans.__('Column'),
      columns.map(({ name }) => visible(name))
    );
    this.column.selectedIndex = column;
    this.operator = this.choice(trans.__('Comparison'), OPERATORS);
    this.operator.selectedIndex =
      columns[column].measure === 'text' ? 0 : OPERATORS.indexOf('≥');
    this.value = document.createElement('input');
    this.value.className = 'jp-mesh-result-value';
    this.value.setAttribute('aria-label', trans.__('Value'));
    this.value.placeholder = trans.__('Value');
    this.operator.onchange = () => {
      this.value.disabled = this.operator.value.startsWith('is ');
    };
    this.node.append(this.column, this.operator, this.value);
  }

  getValue(): Filter {
    return {
      column: this.column.selectedIndex,
      operator: this.operator.value as Operator,
      value: this.value.disabled ? '' : this.value.value
    };
  }

  private choice(label: string, values: readonly string[]): HTMLSelectElement {
    const node = document.createElement('select');
    node.setAttribute('aria-label', label);
    for (const value of values) {
      node.append(new Option(value, value));
    }
    return node;
  }
}

/** Ask for a port and have all rows staged for it. */
export async function askStage(
  model: ResultModel,
  trans: TranslationBundle
): Promise<void> {
  const answer = await InputDialog.getText({
    title: trans.__('Stage all rows'),
    label: trans.__("Output port of this notebook's product"),
    text: model.record.staged?.split('.').at(-1) ?? '',
    okLabel: trans.__('Stage')
  });
  const port = answer.value?.trim();
  if (answer.button.accept && port) {
    await model.stage(port, trans.__('Staging'), table =>
      trans.__(
        'Staged %1, which no reader sees. Write --stage %2 on the first line of the cell, and a promotion stages it too.',
        table,
        port
      )
    );
  }
}

/** Ask for a file and have all rows written to it; a file that is there is asked about. */
export async function askSave(
  model: ResultModel,
  trans: TranslationBundle
): Promise<void> {
  const answer = await InputDialog.getText({
    title: trans.__('Save all rows'),
    label: trans.__('File beside the notebook, ending in .csv or .parquet'),
    text: 'result.parquet',
    selectionRange: 'result'.length,
    okLabel: trans.__('Save')
  });
  if (!answer.button.accept || !answer.value) {
    return;
  }
  const path = answer.value;
  const save = (replaces: boolean): ReturnType<ResultModel['save']> =>
    model.save(path, replaces, trans.__('Saving'), where =>
      trans.__('All rows are in %1', where)
    );
  const error = await save(false);
  if (error?.type !== 'ConflictError') {
    return;
  }
  const replace = await showDialog({
    title: trans.__('Replace the file?'),
    body: error.message,
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Replace') })
    ]
  });
  if (replace.button.accept) {
    await save(true);
  }
}
