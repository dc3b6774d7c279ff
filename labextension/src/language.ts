// The language that the person reads, where no translator is handed in.
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';

import { DOMAIN, LANGUAGE } from './tokens';

let spoken: TranslationBundle = nullTranslator.load(DOMAIN);

/** The words of the extension in the person's language, as far as somebody translated them. */
export function language(): TranslationBundle {
  return spoken;
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: LANGUAGE,
  description: 'The language of what is said where no translator is handed in.',
  autoStart: true,
  requires: [ITranslator],
  activate: (_app: JupyterFrontEnd, translator: ITranslator) => {
    spoken = translator.load(DOMAIN);
  }
};

export default plugin;
