// The states of a promotion in words.
import type { TranslationBundle } from '@jupyterlab/translation';

import type { JobState } from '../api';

export function stateText(state: JobState, trans: TranslationBundle): string {
  const words: Record<JobState, string> = {
    running: trans.__('running'),
    published: trans.__('published'),
    refused: trans.__('refused'),
    failed: trans.__('failed'),
    cancelled: trans.__('cancelled'),
    lost: trans.__('lost')
  };
  return words[state] ?? state;
}
