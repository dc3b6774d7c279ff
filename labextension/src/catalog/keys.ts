// What the keys do in the tree, as the practices for accessible trees say.
import type { TreeModel } from './model';
import type { Node } from './nodes';

/** Letters typed within this time belong to one word. */
const TOGETHER = 700;

export interface Key {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

const typed = { text: '', at: 0 };

/** Do what a key means; tell whether it means anything. */
export function pressed(
  model: TreeModel,
  { key, ctrlKey, altKey, metaKey }: Key,
  enter: () => void
): boolean {
  if (ctrlKey || altKey || metaKey) {
    return false;
  }
  const node = model.node(model.chosen ?? '');
  const line = model.chosenLine;
  if (key.length > 1) {
    // Going somewhere else ends the word.
    typed.at = 0;
  }
  switch (key) {
    case 'ArrowDown':
      return go(model, line + 1, 1);
    case 'ArrowUp':
      return go(model, line < 0 ? 0 : line - 1, -1);
    case 'PageDown':
      return go(model, line + 15, 1) || go(model, model.lines.count - 1, -1);
    case 'PageUp':
      return go(model, Math.max(0, line - 15), -1);
    case 'Home':
      return go(model, 0, 1);
    case 'End':
      return go(model, model.lines.count - 1, -1);
    case 'ArrowRight':
      return inward(model, node);
    case 'ArrowLeft':
      return outward(model, node);
    case 'Enter':
      enter();
      return node !== undefined;
    case ' ':
      if (node) {
        void (node.isOpen ? model.close(node) : model.open(node));
      }
      return true;
    default:
      return key.length === 1 && type(model, key, line);
  }
}

/** Choose the row at a line, or the next one in a direction where no row is known there. */
function go(model: TreeModel, line: number, step: number): boolean {
  for (let at = line; at >= 0 && at < model.lines.count; at += step) {
    const found = model.lines.at(at);
    if (found?.kind === 'node') {
      model.choose(found.node.row.id);
      return true;
    }
    if (found?.kind === 'hole') {
      // It is not fetched yet: go there as soon as it is, if nobody has gone elsewhere by then.
      const before = model.chosen;
      void model.show(at, at).then(() => {
        const late = model.lines.at(at);
        if (late?.kind === 'node' && model.chosen === before) {
          model.choose(late.node.row.id);
        }
      });
      return true;
    }
  }
  return true;
}

function inward(model: TreeModel, node: Node | undefined): boolean {
  if (!node) {
    return go(model, 0, 1);
  }
  if (!node.row.leaf && !node.isOpen) {
    void model.open(node);
  } else if (node.children[0]) {
    model.choose(node.children[0].row.id);
  }
  return true;
}

function outward(model: TreeModel, node: Node | undefined): boolean {
  if (node?.isOpen) {
    model.close(node);
  } else if (node?.parent?.parent) {
    model.choose(node.parent.row.id);
  }
  return true;
}

/** Choose the next row that begins with what was typed. */
function type(model: TreeModel, letter: string, line: number): boolean {
  const now = Date.now();
  const isGoingOn = now - typed.at < TOGETHER;
  typed.text = (isGoingOn ? typed.text : '') + letter.toLowerCase();
  typed.at = now;
  const from = typed.text.length > 1 ? line - 1 : line;
  for (const node of model.after(from)) {
    if (node.row.label.toLowerCase().startsWith(typed.text)) {
      model.choose(node.row.id);
      break;
    }
  }
  return true;
}
