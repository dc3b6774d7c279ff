// Colours of a statement below `%%mesh`, mounted under the notebook's own Python.
import {
  LanguageSupport,
  type LRLanguage,
  ParseContext
} from '@codemirror/language';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { type Parser, parseMixed } from '@lezer/common';

import { statementStart } from './cell';

interface Loaded {
  support?: LanguageSupport;
  load?: () => Promise<LanguageSupport>;
}

// Deciding what a cell is must not read a whole large one.
const HEAD = 4_000;

/** Teach the language of notebooks to see our cells; it is still loaded when first needed. */
export function colourCells(languages: IEditorLanguageRegistry): void {
  const known: Loaded | null = languages.findByName('ipython');
  if (!known?.load) {
    return;
  }
  if (known.support) {
    known.support = mixed(known.support, loaded());
    return;
  }
  const load = known.load.bind(known);
  known.load = async () => mixed(await load(), loaded());
}

/** The same support with another language mounted below the magic's line. */
export function mixed(
  support: LanguageSupport,
  sql: () => Parser
): LanguageSupport {
  const python = support.language as LRLanguage;
  const language = python.configure({
    wrap: parseMixed((node, input) => {
      if (!node.type.isTop) {
        return null;
      }
      const start = statementStart(input.read(0, Math.min(HEAD, input.length)));
      return start === null || start >= input.length
        ? null
        : { parser: sql(), overlay: [{ from: start, to: input.length }] };
    })
  });
  return new LanguageSupport(language, support.support);
}

/** The parser, once it is here; until then one that waits for it and parses again. */
function loaded(): () => Parser {
  let parser: Parser | null = null;
  let skipping: Parser | null = null;
  return () => {
    if (!parser && !skipping) {
      const coming = import('./trino').then(({ trino }) => {
        parser = trino.language.parser;
        return trino.language;
      });
      skipping = ParseContext.getSkippingParser(coming);
    }
    // A cell that asked for the parser that waits would wait for ever once it is here.
    return parser ?? skipping!;
  };
}
