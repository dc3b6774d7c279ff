// From a record to what is seen; loaded when the first result is drawn.
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';

import { type Ask, ResultModel } from './model';
import { ResultPanel } from './panel';
import type { ResultRecord } from './record';
import { fromBase64, recordOf } from './rows';

/** The result that a cell left behind, and the kernel that may have more of it, if any. */
export function drawn(
  record: ResultRecord,
  ask: Ask | null,
  rendermime: IRenderMimeRegistry,
  trans: TranslationBundle
): ResultPanel {
  const model = new ResultModel(record, fromBase64(record.arrow), ask);
  return new ResultPanel(model, rendermime, trans);
}

/** The first rows of a table; there are no more of them. */
export function sampled(
  bytes: Uint8Array,
  limit: number,
  trans: TranslationBundle
): ResultPanel {
  const model = new ResultModel(recordOf(bytes, limit), bytes, null);
  return new ResultPanel(model, null, trans);
}
