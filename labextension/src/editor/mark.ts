// An underline in an editor at the place that is wrong, with its words on hover.
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  hoverTooltip
} from '@codemirror/view';

export interface Wrong {
  from: number;
  to: number;
  words: string;
}

const put = StateEffect.define<Wrong | null>();

const field = StateField.define<Wrong | null>({
  create: () => null,
  update: (wrong, transaction) => {
    for (const effect of transaction.effects) {
      if (effect.is(put)) {
        return effect.value;
      }
    }
    // Whoever types is mending it.
    return transaction.docChanged ? null : wrong;
  },
  provide: self => EditorView.decorations.from(self, decorated)
});

function decorated(wrong: Wrong | null): DecorationSet {
  return wrong
    ? Decoration.set(
        Decoration.mark({ class: 'jp-mesh-wrong' }).range(wrong.from, wrong.to)
      )
    : Decoration.none;
}

const words = hoverTooltip((view, place) => {
  const wrong = view.state.field(field, false);
  if (!wrong || place < wrong.from || place > wrong.to) {
    return null;
  }
  return {
    pos: wrong.from,
    end: wrong.to,
    above: true,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'jp-mesh-wrong-words';
      dom.textContent = wrong.words;
      return { dom };
    }
  };
});

/** What an editor needs to be able to show a mark. */
export const marking: Extension = [field, words];

/** Underline a place, or with null nothing any more. */
export function mark(view: EditorView, wrong: Wrong | null): void {
  if (view.state.field(field, false) === undefined) {
    view.dispatch({ effects: StateEffect.appendConfig.of(marking) });
  }
  if (view.state.field(field) !== wrong) {
    view.dispatch({ effects: put.of(wrong) });
  }
}

/** What is underlined. */
export function marked(view: EditorView): Wrong | null {
  return view.state.field(field, false) ?? null;
}
