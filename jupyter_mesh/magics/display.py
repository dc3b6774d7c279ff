"""How a result looks in a notebook: its first rows, and a record of the query."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from time import monotonic
from typing import TYPE_CHECKING, Any

from jupyter_mesh.formats.cells import shortened, text, visible
from jupyter_mesh.formats.outline import Outline, counted
from jupyter_mesh.magics.pages import SAVED_BYTES, between, packed
from jupyter_mesh.magics.shelf import put
from jupyter_mesh.magics.tables import Table, html, words

if TYPE_CHECKING:
    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.tables import Snapshot, Stats
    from jupyter_mesh.protocols import Result

MIME = "application/vnd.jupyter-mesh.result+json"
# The rows of the text, and those of the grid of a front end that has our extension.
ROWS = 20
PAGE = 1000
_WIDEST = 60
# Seconds to go on counting rows that are not shown; a large answer stays in the engine.
COUNTING = 1.0


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a result, and how many there are in all."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    is_whole: bool
    stats: Stats
    page: bytes
    paged: int

    @classmethod
    def of(cls, result: Result, limit: int | None = None) -> Preview:
        """Read the first rows; then count on for a moment, as most answers end soon.

        A limit holds for the text and the grid alike; without one the grid has more rows.
        """
        from jupyter_mesh.formats.arrays import python_rows

        of_text = ROWS if limit is None else limit
        of_page = limit if limit is not None else _rows_of_page()
        first: list[pa.RecordBatch] = []
        total, is_whole = 0, True
        until = monotonic() + COUNTING
        for batch in result.batches():
            if total < of_page:
                first.append(batch.slice(0, of_page - total))
            total += batch.num_rows
            if monotonic() > until:
                is_whole = False
                break
        shown = between(first, 0, of_text)
        rows = tuple(row for part in shown for row in python_rows(part, result.columns))
        page, paged = packed(first, result.columns, SAVED_BYTES)
        return cls(result.columns, rows, total, is_whole, result.stats, page, paged)

    @property
    def headline(self) -> str:
        """`1,234 rows · 0.21 s · embedded`."""
        stats = self.stats
        if stats.update:
            what = f"{stats.update}: {counted(stats.rows, 'row')}"
        elif self.is_whole:
            what = counted(self.total, "row")
        else:
            what = f"more than {counted(self.total, 'row')}"
        return " · ".join(filter(None, (what, f"{stats.seconds:.2f} s", stats.engine)))

    @property
    def footline(self) -> str:
        """What to do for the rows that are not shown; empty when all are."""
        if len(self.rows) >= self.total and self.is_whole:
            return ""
        of = f" of {self.total:,}" if self.is_whole else ""
        return (
            f"{counted(len(self.rows), 'row')}{of} shown; all are in .df(), .arrow() and "
            ".batches()."
        )

    @property
    def record(self) -> dict[str, Any]:
        """What a program may want to know of the query, as plain JSON."""
        stats = self.stats
        return {
            "tables": [
                {
                    "table": str(pin.table),
                    # A page's numbers end at 2^53; a snapshot's do not.
                    "snapshot_id": None if pin.snapshot_id is None else str(pin.snapshot_id),
                    "metadata_location": pin.metadata_location,
                    "release": pin.release,
                    "digest": pin.digest,
                }
                for pin in stats.access.reads
            ],
            "writes": [str(table) for table in stats.access.writes],
            "columns": [{"name": c.name, "type": str(c.type)} for c in self.columns],
            "rows": stats.rows if stats.update else self.total,
            "whole": self.is_whole,
            "seconds": round(stats.seconds, 4),
            "engine": stats.engine,
            "query_id": stats.query_id,
        }

    @property
    def table(self) -> Table:
        """The rows as a table of words; None stays None, so that it can be told from text."""
        return Table(
            self.headline,
            tuple(visible(column.name) for column in self.columns),
            tuple(str(column.type) for column in self.columns),
            tuple(tuple(_cell(value) for value in row) for row in self.rows),
            frozenset(i for i, column in enumerate(self.columns) if column.type.is_numeric),
            (self.footline,) if self.footline else (),
        )

    def bundle(self) -> dict[str, Any]:
        """The representations that a front end can choose from."""
        return {
            "text/plain": words(self.table, _WIDEST),
            "text/html": html(self.table),
            MIME: self.record | {"arrow": b64encode(self.page).decode(), "shown": self.paged},
        }


class Answer:
    """The value of a `%%mesh` cell: its result, with the first rows to look at.

    Everything a result has (`.df()`, `.arrow()`, `.batches()`, ...) is here as well.
    """

    def __init__(
        self, result: Result, preview: Preview, staged: Snapshot | None = None
    ) -> None:
        self.result = result
        self.preview = preview
        self.staged = staged

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the result has there
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.result, name)

    def __repr__(self) -> str:
        return words(self.preview.table, _WIDEST)

    def _repr_mimebundle_(self, **_wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - IPython's
        bundle = shown(self.result, self.preview)
        if self.staged is not None:
            line = f"staged {self.staged.table}, seen by no reader until it is promoted"
            bundle["text/plain"] = f"{line}\n{bundle['text/plain']}"
            bundle["text/html"] = f"<div>{escape(line)}</div>{bundle['text/html']}"
            bundle[MIME]["staged"] = str(self.staged.table)
        return bundle


def shown(result: Result, preview: Preview) -> dict[str, Any]:
    """The representations of a result that a page may ask more of."""
    bundle = preview.bundle()
    bundle[MIME]["handle"] = put(result)
    return bundle


class Listing(list[Any]):
    """A list of releases, entries, checks, ... that shows itself as a table."""

    def __init__(self, values: list[Any] | tuple[Any, ...], shown: Outline) -> None:
        super().__init__(values)
        self.shown = shown

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: ANN401
        printer.text(words(table_of(self.shown), _WIDEST))

    def _repr_html_(self) -> str:
        return html(table_of(self.shown))


def table_of(shown: Outline) -> Table:
    """An outline as a table without types."""
    return Table(shown.title, shown.headings, (), shown.rows, shown.numeric, notes=shown.notes)


def _rows_of_page() -> int:
    """Few in a run: its notebook is kept as evidence, and nobody scrolls there meanwhile."""
    return ROWS if os.environ.get("MESH_RUN_ID") else PAGE


def _cell(value: Any) -> str | None:  # noqa: ANN401 - any cell
    return None if value is None else visible(shortened(text(value), 10_000))
