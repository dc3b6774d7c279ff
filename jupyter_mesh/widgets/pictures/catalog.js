// The catalog's picture: search, the tree, what can be done with a row, its first rows.
import { button, copied, el, failure, here, waiting } from './dom.js';
import { deskOf } from './desk.js';
import { gridOf } from './grid.js';
import { listOf } from './list.js';
import { cellOf, drawn, indent, spoken, tableOf } from './row.js';
import { pressed, Tree } from './tree.js';

const HEIGHT = 24;
const SEARCH_PAUSE = 200;
function render({ model, el: place }) {
  const desk = deskOf(model);
  const view = new Catalog(model, desk);
  place.append(view.node);
  void view.tree.start();
  return () => {
    view.close();
    desk.close();
  };
}

class Catalog {
  constructor(model, desk) {
    this.model = model;
    this.desk = desk;
    /** What was found, or nothing while the tree is shown. */
    this.found = null;
    this.foundLine = 0;
    this.here = here();
    this.tree = new Tree(
      (parent, offset, limit) => desk.ask('tree', { parent, offset, limit }),
      () => this.redraw()
    );
    this.list = listOf({
      height: HEIGHT,
      class: 'mesh-list mesh-tree',
      role: 'tree',
      'aria-label': 'Catalog',
      'aria-activedescendant': this.here,
      draw: line => this.draw(line),
      shown: (first, last) => !this.found && void this.tree.show(first, last),
      onclick: event => this.clicked(this.list.at(event)),
      ondblclick: () => this.enter(),
      onkeydown: event => this.key(event)
    });
    this.search = el('input', {
      type: 'search',
      placeholder: 'Search names, columns, descriptions, tags',
      'aria-label': 'Search the catalog',
      oninput: () => this.typed(),
      onkeydown: event => this.searchKey(event)
    });
    this.actions = el('div', { class: 'mesh-actions' });
    this.said = el('div', { role: 'status', 'aria-live': 'polite' });
    this.below = el('div', {});
    this.node = el(
      'div',
      { class: 'mesh-widget mesh-catalog' },
      el(
        'div',
        { class: 'mesh-bar' },
        this.search,
        button('Refresh', () => void this.refresh())
      ),
      this.list.node,
      this.actions,
      this.said,
      this.below
    );
    this.redraw();
  }

  close() {
    clearTimeout(this.typing);
    this.list.close();
    this.grid?.close();
  }

  async refresh() {
    const { scrollTop } = this.list.node;
    await this.tree.refresh();
    this.list.later();
    requestAnimationFrame(() => (this.list.node.scrollTop = scrollTop));
  }

  /** The row that buttons and keys are about. */
  get row() {
    return this.found
      ? this.found[this.foundLine]
      : this.tree.lines[this.tree.chosenLine]?.row;
  }

  redraw() {
    this.list.set(this.found?.length ?? this.tree.lines.length);
    const name = spoken(this.row);
    // While it is refreshed, the chosen row is out of sight for a moment.
    const isSettled = this.row || this.found || !this.tree.chosen;
    if (isSettled && this.model.get('selected') !== name) {
      this.model.set('selected', name);
      this.model.save_changes();
    }
    if (this.drawn !== this.row) {
      this.drawn = this.row;
      this.drawActions();
    }
  }

  drawActions() {
    const name = spoken(this.row);
    const table = tableOf(this.row);
    this.actions.replaceChildren(
      ...(table
        ? [
            button('Preview', () => this.preview(table)),
            button('Copy a %%mesh cell', () => this.copy(cellOf(table)))
          ]
        : []),
      ...(name ? [button('Copy the name', () => this.copy(name))] : []),
      el('code', { class: 'mesh-quiet' }, name)
    );
  }

  draw(line) {
    if (this.found) {
      const hit = this.found[line];
      return drawn(hit, {
        level: 1,
        isChosen: line === this.foundLine,
        here: this.here,
        text: hit.path
      });
    }
    const one = this.tree.lines[line];
    if (one.note || !one.row) {
      return this.note(one);
    }
    return drawn(one.row, {
      level: one.depth + 1,
      isChosen: one.row.id === this.tree.chosen,
      here: this.here,
      isOpen: one.row.leaf ? undefined : Boolean(one.isOpen),
      text: one.row.comment,
      place: one.index + 1
    });
  }

  note(one) {
    const text =
      { waiting: 'Fetching…', empty: 'Nothing here.' }[one.note] ?? '…';
    const style = `padding-left: ${indent(one.depth + 1)}px`;
    const row = el('div', { class: 'mesh-row mesh-quiet', style }, text);
    if (one.note === 'failed') {
      const { message, remedy } = one.error;
      row.replaceChildren(
        el(
          'span',
          { class: 'mesh-bad', title: `${message}\n${remedy}` },
          message
        ),
        button('Try again', () => void this.tree.retry(one))
      );
    }
    return row;
  }

  clicked(line) {
    if (this.found) {
      this.foundLine = line < 0 ? this.foundLine : line;
      this.redraw();
      return;
    }
    const one = this.tree.lines[line];
    if (one?.row) {
      this.tree.choose(line);
      if (!tableOf(one.row) && one.row.kind !== 'product') {
        void (one.isOpen ? this.tree.close(line) : this.tree.open(line));
      }
    }
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const isKnown =
      event.key === 'Enter' ? this.enter() : this.moved(event.key);
    if (isKnown) {
      // The notebook would take the arrows for its own cells.
      event.preventDefault();
      event.stopPropagation();
      this.list.reveal(this.found ? this.foundLine : this.tree.chosenLine);
    }
  }

  moved(key) {
    if (!this.found) {
      return pressed(this.tree, key);
    }
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 };
    if (key === 'Escape') {
      this.leave();
      return true;
    }
    if (!(key in steps)) {
      return false;
    }
    const line = this.foundLine + steps[key];
    this.foundLine = Math.max(0, Math.min(this.found.length - 1, line));
    this.redraw();
    return true;
  }

  enter() {
    const table = tableOf(this.row);
    if (table) {
      this.preview(table);
    } else if (!this.found) {
      pressed(this.tree, ' ');
    }
    return Boolean(this.row);
  }

  typed() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.seek(), SEARCH_PAUSE);
  }

  async seek() {
    const q = this.search.value.trim();
    const mine = (this.asked = {});
    if (!q) {
      this.leave();
      return;
    }
    try {
      const { items } = await this.desk.ask('search', { q: q.slice(0, 200) });
      if (this.asked === mine) {
        this.found = items;
        this.foundLine = 0;
        this.said.textContent = items.length ? '' : `Nothing is called “${q}”.`;
        this.redraw();
      }
    } catch (error) {
      this.said.replaceChildren(failure(error, () => void this.seek()));
    }
  }

  searchKey(event) {
    // Letters typed here are no commands of the notebook.
    event.stopPropagation();
    if (event.key === 'Escape') {
      this.leave();
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      this.list.node.focus();
    }
  }

  /** Back from what was found to the tree. */
  leave() {
    this.asked = null;
    this.search.value = '';
    this.said.textContent = '';
    this.found = null;
    this.redraw();
  }

  async copy(text) {
    const isDone = await copied(text, this.node);
    const word = isDone
      ? 'Copied:'
      : 'The host keeps the clipboard. Copy it here:';
    this.said.replaceChildren(word, el('pre', { class: 'mesh-copied' }, text));
  }

  async preview(table) {
    this.grid?.close();
    this.grid = null;
    const answer = this.desk.ask('preview', { table, limit: 100 });
    this.asking = answer;
    const wait = waiting(`Fetching rows of ${table}…`, () => answer.stop());
    this.below.replaceChildren(wait);
    try {
      const page = await answer;
      if (this.asking === answer) {
        this.grid = gridOf({
          page,
          label: `First rows of ${table}`,
          ask: (name, values) =>
            this.desk.ask(name, { ...values, sheet: page.sheet })
        });
        this.below.replaceChildren(el('code', {}, table), this.grid.node);
      }
    } catch (error) {
      if (this.asking === answer) {
        const retry = () => this.preview(table);
        this.below.replaceChildren(failure(error, retry));
      }
    }
  }
}

export default { render };
