// A grid of words: the kernel sorts, filters and spells; here is only what is in sight.
import { button, copied, counted, el, failure, here, waiting } from './dom.js';
import { filterOf, widthsOf } from './columns.js';
import { listOf } from './list.js';

const ROW_HEIGHT = 24;
const HEAD = 76;
const WINDOW = 100;
const NUMBER = 56;
const FILTER_PAUSE = 300;
/** A grid that begins with a page of rows; `ask` brings others. */
export function gridOf(options) {
  return new Grid(options);
}

class Grid {
  constructor({ page, ask, label }) {
    this.ask = ask;
    this.filters = new Map();
    this.sort = null;
    this.descending = false;
    this.cursor = [0, 0];
    this.here = here();
    this.heads = page.columns.map((column, at) => this.head(column, at));
    this.list = listOf({
      height: ROW_HEIGHT,
      head: HEAD,
      class: 'mesh-list mesh-grid',
      role: 'grid',
      'aria-label': label,
      'aria-activedescendant': this.here,
      draw: line => this.draw(line),
      shown: (first, last) => void this.bring(first, last),
      onclick: event => this.clicked(event),
      onkeydown: event => this.key(event)
    });
    this.top = el('div', { class: 'mesh-grid-head', role: 'row' }, this.heads);
    this.list.node.prepend(this.top);
    const lines = Math.max(3, page.seen);
    this.list.node.style.height = `min(360px, ${HEAD + 18 + lines * ROW_HEIGHT}px)`;
    this.foot = el('div', { class: 'mesh-bar' });
    this.said = el('div', { role: 'status', 'aria-live': 'polite' });
    this.node = el(
      'div',
      { class: 'mesh-sheet' },
      this.list.node,
      this.foot,
      this.said
    );
    this.take(page, true);
  }

  close() {
    clearTimeout(this.typing);
    this.list.close();
  }

  get view() {
    const filters = [...this.filters].map(([column, one]) => ({
      column,
      ...one
    }));
    return { filters, sort: this.sort, descending: this.descending };
  }

  /** Take a page of rows in; a fresh one replaces all that is known. */
  take(page, isFresh) {
    if (isFresh) {
      this.rows = new Map();
      this.asked = new Set();
      this.measure(page);
    }
    this.page = page;
    page.rows.forEach((row, at) => this.rows.set(page.first + at, row));
    if (this.cursor[0] >= page.seen) {
      this.cursor = [Math.max(0, page.seen - 1), this.cursor[1]];
    }
    this.list.node.setAttribute('aria-rowcount', page.seen + 1);
    this.list.set(page.seen);
    if (isFresh) {
      this.drawFoot();
    }
  }

  /** Make columns as wide as their first rows need; none becomes narrower. */
  measure(page) {
    const before = this.widths ?? [];
    this.widths = widthsOf(page).map((one, at) =>
      Math.max(one, before[at] ?? 0)
    );
    this.edges = this.widths.reduce(
      (all, one) => [...all, all.at(-1) + one],
      [NUMBER]
    );
    this.heads.forEach((head, at) => {
      head.style.left = `${this.edges[at]}px`;
      head.style.width = `${this.widths[at]}px`;
    });
    for (const wide of [this.top, this.list.ground]) {
      wide.style.width = `${this.edges.at(-1)}px`;
    }
  }

  head(column, at) {
    return el(
      'div',
      { class: 'mesh-grid-column', role: 'columnheader' },
      button(
        [el('span', {}, column.name), el('span', { class: 'mesh-order' })],
        () => this.order(at),
        { title: `${column.name}\nSort by it` }
      ),
      el('span', { class: 'mesh-type', title: column.type }, column.type),
      el('input', {
        placeholder: 'filter',
        'aria-label': `Filter ${column.name}`,
        title:
          'A part of the text, or = ≠ < ≤ > ≥ and a value, or null, or not null',
        oninput: event => this.typed(at, event.target.value),
        onkeydown: event => event.stopPropagation()
      })
    );
  }

  drawFoot() {
    const { loaded, whole, full, seen } = this.page;
    const text = whole
      ? `${counted(loaded, 'row')}, all there is`
      : `The first ${counted(loaded, 'row')}`;
    const more = () => void this.renew({ loaded: loaded + 1000 });
    this.foot.replaceChildren(
      el('span', { class: 'mesh-quiet' }, text),
      ...(seen === loaded ? [] : [`${counted(seen, 'row')} seen`]),
      ...(whole || full ? [] : [button('Load 1,000 more', more)]),
      ...(full && !whole ? ['More are in .df() and .batches().'] : [])
    );
    this.heads.forEach((head, at) => {
      const way = this.descending ? 'descending' : 'ascending';
      const isSorted = this.sort === at;
      head.setAttribute('aria-sort', isSorted ? way : 'none');
      head.querySelector('.mesh-order').textContent = isSorted
        ? this.descending
          ? ' ▾'
          : ' ▴'
        : '';
    });
  }

  draw(line) {
    const row = this.rows.get(line);
    const left = this.list.node.scrollLeft;
    const right = left + (this.list.node.clientWidth || 800);
    const cells = [
      el(
        'div',
        { class: 'mesh-cell mesh-number', role: 'rowheader' },
        `${line + 1}`
      )
    ];
    for (let column = 0; column < this.widths.length; column++) {
      if (this.edges[column + 1] > left && this.edges[column] < right) {
        cells.push(this.cell(line, column, row ? row[column] : '…'));
      }
    }
    return el(
      'div',
      { class: 'mesh-row', role: 'row', 'aria-rowindex': line + 2 },
      cells
    );
  }

  cell(line, column, value) {
    const isHere = this.cursor[0] === line && this.cursor[1] === column;
    const kind = value === null ? ' mesh-null' : '';
    const number = this.page.columns[column].numeric ? ' mesh-numeric' : '';
    return el(
      'div',
      {
        class: `mesh-cell${kind}${number}`,
        role: 'gridcell',
        id: isHere && this.here,
        'aria-colindex': column + 1,
        'aria-selected': isHere ? 'true' : undefined,
        style: `left: ${this.edges[column]}px; width: ${this.widths[column]}px`
      },
      value === null ? 'NULL' : value
    );
  }

  /** Fetch the rows between two lines that are not there yet. */
  async bring(first, last) {
    const windows = [];
    for (let at = first - (first % WINDOW); at <= last; at += WINDOW) {
      const end = Math.min(at + WINDOW, this.page.seen) - 1;
      if (!this.asked.has(at) && !(this.rows.has(at) && this.rows.has(end))) {
        this.asked.add(at);
        windows.push(at);
      }
    }
    const { asked, view } = this;
    for (const at of windows) {
      try {
        const page = await this.ask('rows', {
          ...view,
          first: at,
          limit: WINDOW
        });
        if (this.asked === asked) {
          this.take(page, false);
        }
      } catch (error) {
        asked.delete(at);
        this.said.replaceChildren(failure(error, () => this.list.later()));
        return;
      }
    }
  }

  /** Ask for the rows as they are to be seen from now on. */
  async renew(more = {}) {
    const mine = (this.renewing = {});
    const wait = waiting('Fetching rows…');
    this.said.replaceChildren(wait);
    try {
      const page = await this.ask('rows', { ...this.view, ...more });
      if (this.renewing === mine) {
        this.said.replaceChildren();
        this.take(page, true);
      }
    } catch (error) {
      if (this.renewing === mine) {
        this.said.replaceChildren(failure(error, () => void this.renew(more)));
      }
    }
  }

  /** Up, down, as they came. */
  order(column) {
    if (this.sort !== column) {
      this.sort = column;
      this.descending = false;
    } else if (!this.descending) {
      this.descending = true;
    } else {
      this.sort = null;
      this.descending = false;
    }
    void this.renew();
  }

  typed(column, words) {
    if (words.trim()) {
      this.filters.set(column, filterOf(words));
    } else {
      this.filters.delete(column);
    }
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.renew(), FILTER_PAUSE);
  }

  clicked(event) {
    const line = this.list.at(event);
    const box = this.list.ground.getBoundingClientRect();
    const x = event.clientX - box.left;
    const column = this.widths.findIndex(
      (_width, at) => x < this.edges[at + 1]
    );
    if (
      line >= 0 &&
      x >= NUMBER &&
      column >= 0 &&
      !event.target.closest('input, button')
    ) {
      this.go(line, column);
    }
  }

  key(event) {
    const [row, column] = this.cursor;
    const last = this.page.seen - 1;
    const isFar = event.ctrlKey || event.metaKey;
    const end = this.widths.length - 1;
    const places = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + 12, column],
      PageUp: [row - 12, column],
      Home: [isFar ? 0 : row, 0],
      End: [isFar ? last : row, end]
    };
    if (event.target !== this.list.node || last < 0) {
      return;
    }
    if (event.key in places) {
      this.go(...places[event.key]);
    } else if (isFar && event.key.toLowerCase() === 'c') {
      void this.copy();
    } else if (event.key === 'Enter') {
      void this.whole();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  go(row, column) {
    const within = (at, most) => Math.max(0, Math.min(at, most));
    this.cursor = [
      within(row, this.page.seen - 1),
      within(column, this.widths.length - 1)
    ];
    const [left, right] = this.edges.slice(this.cursor[1], this.cursor[1] + 2);
    const { node } = this.list;
    if (left - NUMBER < node.scrollLeft) {
      node.scrollLeft = left - NUMBER;
    } else if (right > node.scrollLeft + (node.clientWidth || 800)) {
      node.scrollLeft = right - node.clientWidth;
    }
    this.list.reveal(this.cursor[0]);
  }

  async text() {
    const [row, column] = this.cursor;
    return (await this.ask('cell', { ...this.view, row, column })).text;
  }

  async copy() {
    try {
      const isDone = await copied((await this.text()) ?? '', this.node);
      this.said.textContent = isDone
        ? 'Copied.'
        : 'The host keeps the clipboard.';
      this.list.node.focus();
    } catch (error) {
      this.said.replaceChildren(failure(error));
    }
  }

  /** Show the whole of a cell that is longer than its place. */
  async whole() {
    try {
      const text = (await this.text()) ?? 'NULL';
      const shown = el('pre', { class: 'mesh-whole', tabindex: 0 });
      shown.textContent = text;
      this.said.replaceChildren(
        shown,
        button('Close', () => {
          this.said.replaceChildren();
          this.list.node.focus();
        })
      );
    } catch (error) {
      this.said.replaceChildren(failure(error));
    }
  }
}
