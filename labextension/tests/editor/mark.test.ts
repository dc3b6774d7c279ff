import { EditorView } from '@codemirror/view';
import { expect, it } from 'vitest';

import { mark, marked } from '../../src/editor/mark';

const WRONG = { from: 7, to: 11, words: '<b>No such column.</b>' };

function editor(): EditorView {
  return new EditorView({ doc: 'SELECT nope', parent: document.body });
}

it('underlines the place and lets it be taken away', () => {
  const view = editor();
  mark(view, WRONG);
  expect(view.dom.querySelector('.jp-mesh-wrong')?.textContent).toBe('nope');
  mark(view, null);
  expect(view.dom.querySelector('.jp-mesh-wrong')).toBeNull();
});

it('goes when somebody types', () => {
  const view = editor();
  mark(view, WRONG);
  view.dispatch({ selection: { anchor: 1 } });
  expect(marked(view)).toEqual(WRONG);
  view.dispatch({ changes: { from: 0, insert: 'x' } });
  expect(marked(view)).toBeNull();
});
