// What every picture of a promotion is given, and the words they share.
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import type { Job, Plan } from '../api';
import type { Place } from '../errors';
import type { PromotionModel } from './model';

export interface Props {
  model: PromotionModel;
  ways: Ways;
  translator: ITranslator;
  trans: TranslationBundle;
}

/** What the picture lets happen elsewhere; what is missing cannot be done in this application. */
export interface Ways {
  goto: (notebook: string, cell: number, line: number) => void;
  gotoStage: (notebook: string, port: string) => void;
  copy: (text: string) => void;
  /** Whether the promotion is to begin; asks only those who want to be asked. */
  confirm: (plan: Plan) => Promise<boolean>;
  openFile?: (place: Place) => void;
  openExecuted?: (job: Job) => void;
  openRelease?: (product: string) => void;
}

/** What is on its way, in words. */
export function busyText(
  model: PromotionModel,
  trans: TranslationBundle
): string {
  switch (model.busy) {
    case 'saving':
      return trans.__('Saving the notebook…');
    case 'planning':
      return trans.__('Planning…');
    case 'laying out':
      return trans.__('Laying out the product…');
    case 'making':
      return trans.__('Making a mesh…');
    case 'starting':
      return trans.__('Starting…');
    case 'opening':
      return trans.__('Opening the release…');
    default:
      return '';
  }
}
