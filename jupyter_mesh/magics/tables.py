"""A table of words as HTML that follows the front end's colours, and as plain text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from unicodedata import combining, east_asian_width

from jupyter_mesh.formats.cells import shortened

# The colours are JupyterLab's own, with a fallback for pages that have none.
_STYLE = """<style>
.jupyter-mesh-table { overflow-x: auto; }
.jupyter-mesh-table p { margin: 2px 0; color: var(--jp-ui-font-color2, #777); }
.jupyter-mesh-table table { border-collapse: collapse; margin: 2px 0; }
.jupyter-mesh-table th, .jupyter-mesh-table td { text-align: left; padding: 2px 10px;
  max-width: 36em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  border-bottom: 1px solid var(--jp-border-color2, #ccc); }
.jupyter-mesh-table th small { display: block; font-weight: normal;
  color: var(--jp-ui-font-color2, #777); }
.jupyter-mesh-table .number { text-align: right; font-variant-numeric: tabular-nums; }
.jupyter-mesh-table .null { color: var(--jp-ui-font-color3, #999); font-style: italic; }
</style>"""
_LONG = 120


@dataclass(frozen=True, slots=True)
class Table:
    """Words in rows and columns; None is a missing value, `numeric` columns align right."""

    title: str
    headings: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    numeric: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


def html(table: Table) -> str:
    """The table as HTML; every word of it is escaped."""
    parts = ['<div class="jupyter-mesh-table">', _STYLE, f"<p>{escape(table.title)}</p>"]
    if table.headings:
        heads = "".join(_head(table, place) for place in range(len(table.headings)))
        parts.append(f"<table><thead><tr>{heads}</tr></thead><tbody>")
        for row in table.rows:
            cells = "".join(_cell(table, place, cell) for place, cell in enumerate(row))
            parts.append(f"<tr>{cells}</tr>")
        parts.append("</tbody></table>")
    parts += [f"<p>{escape(note)}</p>" for note in table.notes]
    parts.append("</div>")
    return "\n".join(parts)


def _head(table: Table, place: int) -> str:
    kind = f"<small>{escape(table.types[place])}</small>" if table.types else ""
    return f"<th{_align(table, place)}>{escape(table.headings[place])}{kind}</th>"


def _cell(table: Table, place: int, cell: str | None) -> str:
    if cell is None:
        return '<td class="null">NULL</td>'
    title = f' title="{escape(cell)}"' if len(cell) > _LONG else ""
    return f"<td{_align(table, place)}{title}>{escape(shortened(cell, _LONG))}</td>"


def _align(table: Table, place: int) -> str:
    return ' class="number"' if place in table.numeric else ""


def words(table: Table, widest: int) -> str:
    """The table as lines of text; cells longer than `widest` are cut."""
    lines = [table.title] if table.title else []
    if table.headings:
        grid = [table.headings]
        if table.types:
            grid.append(table.types)
        grid += [tuple("NULL" if c is None else c for c in row) for row in table.rows]
        cut = [[shortened(cell, widest) for cell in row] for row in grid]
        widths = [max(width(cell) for cell in column) for column in zip(*cut, strict=True)]
        lines += [_line(row, widths, table.numeric) for row in cut]
        lines.insert(len(lines) - len(table.rows), "  ".join("─" * size for size in widths))
    return "\n".join([*lines, *table.notes])


def _line(row: list[str], widths: list[int], numeric: frozenset[int]) -> str:
    cells = []
    for place, (cell, size) in enumerate(zip(row, widths, strict=True)):
        space = " " * (size - width(cell))
        cells.append(f"{space}{cell}" if place in numeric else f"{cell}{space}")
    return "  ".join(cells).rstrip()


def width(words_: str) -> int:
    """How many columns of a terminal the words take (Unicode annex 11)."""
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in words_
    )
