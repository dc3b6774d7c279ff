// The columns of a grid: what is typed above them, and how wide they are.

const SIGNS = { '>=': '≥', '<=': '≤', '!=': '≠', '<>': '≠' };

/** `> 5`, `null`, `not null` or a part of the text, as it is typed above a column. */
export function filterOf(typed) {
  const words = typed.trim();
  if (/^(not )?null$/i.test(words)) {
    return { operator: words.toLowerCase(), value: '' };
  }
  const [, sign, value] = /^(>=|<=|!=|<>|[=≠<≤>≥])\s*(.*)$/s.exec(words) ?? [];
  return sign
    ? { operator: SIGNS[sign] ?? sign, value }
    : { operator: 'contains', value: words };
}

/** Widths in pixels that show the first rows. */
export function widthsOf(page) {
  return page.columns.map((column, at) => {
    const words = page.rows.slice(0, 50).map(row => row[at]?.length ?? 4);
    const longest = Math.max(
      column.name.length + 2,
      column.type.length,
      ...words
    );
    return Math.min(360, Math.max(72, 20 + longest * 8));
  });
}
