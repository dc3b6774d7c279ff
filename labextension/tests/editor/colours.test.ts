import { python } from '@codemirror/lang-python';
import type { Parser } from '@lezer/common';
import { highlightTree, tagHighlighter, tags } from '@lezer/highlight';
import { expect, it } from 'vitest';

import { colourCells, mixed } from '../../src/editor/colours';
import { trino } from '../../src/editor/trino';

const seen = tagHighlighter([
  { tag: tags.keyword, class: 'keyword' },
  { tag: tags.typeName, class: 'type' },
  { tag: tags.comment, class: 'comment' },
  { tag: tags.string, class: 'string' }
]);

function colours(text: string): string[] {
  const support = mixed(python(), () => trino.language.parser as Parser);
  const found: string[] = [];
  highlightTree(support.language.parser.parse(text), seen, (from, to, what) =>
    found.push(`${what} ${text.slice(from, to)}`)
  );
  return found;
}

it('colours a statement as Trino reads it', () => {
  expect(
    colours("%%mesh --into x\n-- def\nSELECT CAST(a AS varchar) AS b, 'it''s'")
  ).toEqual([
    'comment -- def',
    'keyword SELECT',
    'keyword CAST',
    'keyword AS',
    'type varchar',
    'keyword AS',
    "string 'it'",
    "string 's'"
  ]);
});

it('leaves Python as it was', () => {
  const cell = 'def select():\n    return "SELECT 1"  # from';
  const before: string[] = [];
  highlightTree(python().language.parser.parse(cell), seen, (from, to, what) =>
    before.push(`${what} ${cell.slice(from, to)}`)
  );
  expect(colours(cell)).toEqual(before);
  expect(before).toContain('keyword def');
});

it('keeps to its cells when the word stands in a text', () => {
  expect(colours('s = """\n%%mesh\nSELECT 1"""')).toEqual([
    'string """\n%%mesh\nSELECT 1"""'
  ]);
});

it('still loads Python only when it is needed', async () => {
  let asked = 0;
  const known = {
    name: 'ipython',
    mime: 'text/x-ipython',
    load: async () => {
      asked++;
      return python();
    }
  };
  const languages = { findByName: () => known };
  colourCells(languages as never);
  expect(asked).toBe(0);
  const support = await known.load();
  expect(support.language.allowsNesting).toBe(true);
});
