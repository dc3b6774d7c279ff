// One line of the catalog: what it stands for, and how it looks.
import { el } from './dom.js';

const MARKS = {
  domain: '▣',
  product: '◆',
  port: '⇥',
  catalog: '▤',
  schema: '▥',
  table: '▦',
  column: '·'
};
const OUTCOMES = {
  passed: '✓',
  warned: '!',
  failed: '✗',
  'not evaluated': '?'
};

/** `product:aviation/delays` -> `aviation/delays`. */
const nameOf = id => id.slice(id.indexOf(':') + 1);

/** The table that a row stands for, as it is written in SQL. */
export function tableOf(row) {
  return row?.kind === 'table' ? nameOf(row.id) : (row?.detail?.table ?? null);
}

/** What is typed for a row. */
export function spoken(row) {
  const isNameless = !row || row.kind === 'group';
  return isNameless ? '' : (tableOf(row) ?? nameOf(row.id));
}

/** The text of a cell that reads a table. */
export const cellOf = table => `%%mesh\nSELECT *\nFROM ${table}\nLIMIT 100`;

/** Where a line of a level begins, in pixels. */
export const indent = level => 6 + (level - 1) * 16;

/** One line of the tree or of what was found. */
export function drawn(row, { level, isChosen, here, isOpen, text, place }) {
  const check = row.detail?.check;
  return el(
    'div',
    {
      class: 'mesh-row',
      id: isChosen && here,
      role: 'treeitem',
      'aria-level': level,
      'aria-selected': String(isChosen),
      'aria-expanded': isOpen === undefined ? undefined : String(isOpen),
      'aria-posinset': place,
      title: [spoken(row), row.type, row.comment].filter(Boolean).join('\n'),
      style: `padding-left: ${indent(level)}px`
    },
    el(
      'span',
      { class: 'mesh-twisty', 'aria-hidden': true },
      isOpen === undefined ? '' : isOpen ? '▾' : '▸'
    ),
    el(
      'span',
      { class: 'mesh-mark', 'aria-hidden': true },
      MARKS[row.kind] ?? ''
    ),
    el('span', { class: 'mesh-label' }, row.label),
    check &&
      el(
        'span',
        { 'data-outcome': check, title: `Last checks: ${check}` },
        OUTCOMES[check] ?? check
      ),
    row.type &&
      row.kind !== 'port' &&
      el('span', { class: 'mesh-type' }, row.type),
    el('span', { class: 'mesh-quiet' }, text ?? '')
  );
}
