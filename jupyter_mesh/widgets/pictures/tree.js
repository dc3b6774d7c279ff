// The tree as far as it is known: its lines, and pages of rows that are still to be fetched.

/** Rows that are fetched at once. */
export const PAGE = 200;

/**
 * Every visible line, in order; `changed` is called when they are others.
 *
 * A line is a row (`row`), a place whose row is not fetched yet, or a `note` in the place of
 * children: waiting, empty or failed.
 */
export class Tree {
  lines = [];
  chosen = null;
  #fetch;
  #changed;
  #root = { row: { id: '' }, depth: -1, parent: null };

  constructor(fetch, changed) {
    this.#fetch = fetch;
    this.#changed = changed;
  }

  /** Begin, with some rows opened as soon as they are known. */
  async start(open = ['products', 'catalogs']) {
    this.lines = [];
    await this.#children(this.#root, new Set(open));
  }

  get chosenLine() {
    return this.lines.findIndex(
      line => line.row && line.row.id === this.chosen
    );
  }

  choose(line) {
    const row = this.lines[line]?.row;
    if (row && row.id !== this.chosen) {
      this.chosen = row.id;
      this.#changed();
    }
    return row;
  }

  async open(line) {
    const node = this.lines[line];
    if (!node?.row || node.row.leaf || node.isOpen) {
      return;
    }
    if (node.kept) {
      node.isOpen = true;
      this.#put(line + 1, 0, node.kept);
      node.kept = null;
      return;
    }
    await this.#children(node, new Set());
  }

  close(line) {
    const node = this.lines[line];
    if (!node?.isOpen) {
      return;
    }
    const end = this.#end(line);
    const hidden = this.lines.slice(line + 1, end);
    if (hidden.some(one => one.row && one.row.id === this.chosen)) {
      // What was chosen below would be out of sight, and the arrows with it.
      this.chosen = node.row.id;
    }
    node.isOpen = false;
    // Children that are still on their way come anew when it is opened again.
    node.kept = hidden.some(one => one.note === 'waiting') ? null : hidden;
    this.#put(line + 1, end - line - 1, []);
  }

  /** Ask again for children that could not be fetched. */
  async retry(note) {
    if (note.index !== undefined) {
      note.parent.pages.delete(Math.floor(note.index / PAGE));
      this.#holes(note.parent, note.index).forEach(hole => delete hole.note);
      const line = this.lines.indexOf(note);
      await this.show(line, line);
      return;
    }
    const line = this.lines.indexOf(note.parent);
    const opened = note.parent;
    if (opened.row.id && line < 0) {
      return;
    }
    opened.isOpen = false;
    this.#put(line + 1, 1, []);
    await this.#children(opened, new Set());
  }

  /** Ask again for everything that is open; the chosen row stays chosen. */
  async refresh() {
    const open = this.lines.filter(one => one.isOpen).map(one => one.row.id);
    await this.start(open);
  }

  /** Fetch what is missing between two lines. */
  async show(first, last) {
    const wanted = new Map();
    for (const line of this.lines.slice(first, last + 1)) {
      if (!line.row && !line.note) {
        const page = Math.floor(line.index / PAGE);
        wanted.set(`${line.parent.row.id} ${page}`, [line.parent, page]);
      }
    }
    const asked = [...wanted.values()].filter(
      ([node, page]) => !node.pages.has(page)
    );
    await Promise.all(asked.map(([node, page]) => this.#page(node, page)));
  }

  async #children(node, open) {
    const at = () => this.lines.indexOf(node) + 1;
    const depth = node.depth + 1;
    const token = (node.token = {});
    node.isOpen = true;
    node.pages = new Set([0]);
    const note = { note: 'waiting', parent: node, depth };
    this.#put(at(), 0, [note]);
    let lines;
    let page = { items: [], total: 0 };
    try {
      page = await this.#fetch(node.row.id, 0, PAGE);
      lines = Array.from({ length: page.total }, (_none, index) => ({
        row: page.items[index],
        index,
        depth,
        parent: node
      }));
      if (!lines.length) {
        lines = [{ note: 'empty', parent: node, depth }];
      }
    } catch (error) {
      lines = [{ note: 'failed', error, parent: node, depth }];
    }
    const place = this.lines.indexOf(note);
    if (place < 0 || node.token !== token) {
      return;
    }
    this.#put(place, 1, lines);
    const opened = lines.filter(line => line.row && open.has(line.row.id));
    await Promise.all(opened.map(line => this.#children(line, open)));
  }

  async #page(node, page) {
    node.pages.add(page);
    let items = [];
    let error = { message: 'This row is gone.', remedy: 'Refresh.' };
    try {
      ({ items } = await this.#fetch(node.row.id, page * PAGE, PAGE));
    } catch (reason) {
      error = reason;
    }
    for (const hole of this.#holes(node, page * PAGE)) {
      const row = items[hole.index - page * PAGE];
      Object.assign(hole, row ? { row } : { note: 'failed', error });
    }
    this.#changed();
  }

  /** The lines without a row of the page that holds a place. */
  #holes(node, index) {
    const page = Math.floor(index / PAGE);
    const line = this.lines.indexOf(node);
    return this.lines
      .slice(line + 1, this.#end(line))
      .filter(
        one =>
          one.parent === node &&
          !one.row &&
          Math.floor(one.index / PAGE) === page
      );
  }

  /** Where the children of a line end. */
  #end(line) {
    const depth = this.lines[line]?.depth ?? -1;
    let end = line + 1;
    while (end < this.lines.length && this.lines[end].depth > depth) {
      end++;
    }
    return end;
  }

  #put(at, gone, lines) {
    this.lines = [
      ...this.lines.slice(0, at),
      ...lines,
      ...this.lines.slice(at + gone)
    ];
    this.#changed();
  }
}

/** Do what a key means in a tree; tell whether it means anything. */
export function pressed(tree, key) {
  const line = tree.chosenLine;
  const node = tree.lines[line];
  switch (key) {
    case 'ArrowDown':
      return go(tree, line + 1, 1);
    case 'ArrowUp':
      return go(tree, Math.max(0, line - 1), -1);
    case 'PageDown':
      return go(tree, Math.min(tree.lines.length - 1, line + 12), -1);
    case 'PageUp':
      return go(tree, Math.max(0, line - 12), 1);
    case 'Home':
      return go(tree, 0, 1);
    case 'End':
      return go(tree, tree.lines.length - 1, -1);
    case 'ArrowRight':
      if (node?.isOpen) {
        return go(tree, line + 1, 1);
      }
      void tree.open(line);
      return true;
    case 'ArrowLeft':
      if (node?.isOpen) {
        tree.close(line);
      } else if (node?.parent.row.id) {
        go(tree, tree.lines.indexOf(node.parent), 1);
      }
      return true;
    case ' ':
      void (node?.isOpen ? tree.close(line) : tree.open(line));
      return true;
    default:
      return false;
  }
}

/** Choose the row at a line, or the next one in a direction where no row is known there. */
function go(tree, line, step) {
  for (let at = line; at >= 0 && at < tree.lines.length; at += step) {
    const found = tree.lines[at];
    if (found.row) {
      tree.choose(at);
      return true;
    }
    if (!found.note) {
      // It is not fetched yet: go there as soon as it is.
      void tree.show(at, at).then(() => tree.choose(at));
      return true;
    }
  }
  return true;
}
