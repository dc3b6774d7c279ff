"""The statements that measure checks: as few as can be, in plain Trino SQL."""
# ruff: noqa: S608 - every name is quoted by model.names, every value a literal of literals.py

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mesh.model.names import quote
from jupyter_mesh.quality.checks import Counted, Orphaned, Repeated, Sized

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jupyter_mesh.model.names import TableName

# A statement much wider than this takes an engine longer to plan than to run.
WIDTH = 200
# Each grouping holds its own hash table; a few side by side are a gain, many a load.
GROUPINGS = 8

Measurable = Counted | Sized | Repeated | Orphaned


@dataclass(frozen=True, slots=True)
class Batch:
    """One statement and which of its figures belong to which check.

    `places[i]` are the positions, in the answer's only row, of the figures of `checks[i]`.
    """

    sql: str
    checks: tuple[Measurable, ...]
    places: tuple[tuple[int, ...], ...]


def batches(checks: Sequence[Measurable], table: TableName) -> Iterator[Batch]:
    """Statements that together measure every check: fused counts, then groupings."""
    fused = [check for check in checks if isinstance(check, Counted | Sized)]
    grouped = [check for check in checks if isinstance(check, Repeated | Orphaned)]
    yield from _fused(fused, table)
    for start in range(0, len(grouped), GROUPINGS):
        yield _grouped(grouped[start : start + GROUPINGS], table)


def _fused(checks: Sequence[Counted | Sized], table: TableName) -> Iterator[Batch]:
    wide: list[Counted | Sized] = []
    columns: dict[str, int] = {}
    places: list[tuple[int, ...]] = []
    for check in checks:
        wanted = _aggregates(check)
        if wide and len(columns.keys() | set(wanted)) > WIDTH:
            yield _wide(wide, columns, places, table)
            wide, columns, places = [], {}, []
        wide.append(check)
        places.append(tuple(columns.setdefault(sql, len(columns)) for sql in wanted))
    if wide:
        yield _wide(wide, columns, places, table)


def _wide(
    checks: Sequence[Measurable],
    columns: dict[str, int],
    places: Sequence[tuple[int, ...]],
    table: TableName,
) -> Batch:
    items = ", ".join(f"{sql} AS m{at}" for sql, at in columns.items())
    return Batch(f"SELECT {items} FROM {table.sql}", tuple(checks), tuple(places))


def _aggregates(check: Counted | Sized) -> tuple[str, ...]:
    """What to select for a check: the rows looked at, then the offending ones."""
    if isinstance(check, Sized):
        return ("count(*)",)
    return check.of, f"sum(CASE WHEN {check.bad} THEN 1 ELSE 0 END)"


def _grouped(checks: Sequence[Repeated | Orphaned], table: TableName) -> Batch:
    """Every grouping as a derived table of one row, side by side in one row."""
    parts, places, width = [], [], 0
    for at, check in enumerate(checks):
        names = [f"m{width + place}" for place in range(4)]
        parts.append(f"({_grouping(check, table, names)}) AS g{at}")
        places.append(tuple(range(width, width + 4)))
        width += 4
    items = ", ".join(f"m{place}" for place in range(width))
    sql = f"SELECT {items} FROM {' CROSS JOIN '.join(parts)}"
    return Batch(sql, tuple(checks), tuple(places))


def _grouping(check: Repeated | Orphaned, table: TableName, names: Sequence[str]) -> str:
    if isinstance(check, Orphaned):
        return _orphans(check, table, names)
    columns = ", ".join(quote(column) for column in check.columns)
    some = " OR ".join(f"{quote(column)} IS NOT NULL" for column in check.columns)
    measures = (
        "sum(n)",
        "sum(n - 1)",
        "sum(CASE WHEN n > 1 THEN n ELSE 0 END)",
        "sum(CASE WHEN n > 1 THEN 1 ELSE 0 END)",
    )
    items = ", ".join(f"{sql} AS {name}" for sql, name in zip(measures, names, strict=True))
    inner = f"SELECT count(*) AS n FROM {table.sql} WHERE {some} GROUP BY {columns}"
    return f"SELECT {items} FROM ({inner}) AS counts"


def _orphans(check: Orphaned, table: TableName, names: Sequence[str]) -> str:
    measures = (
        f"count(*) AS {names[0]}",
        f"sum(CASE WHEN others.k0 IS NULL THEN 1 ELSE 0 END) AS {names[1]}",
        f"0 AS {names[2]}",
        f"0 AS {names[3]}",
    )
    return f"SELECT {', '.join(measures)} {joined(check, table)}"


def counting(table: TableName) -> str:
    """The statement that counts the rows."""
    return f"SELECT count(*) FROM {table.sql}"


def selecting(columns: Iterable[str], table: TableName) -> str:
    """The statement that answers whole columns."""
    return f"SELECT {', '.join(map(quote, columns))} FROM {table.sql}"


def joined(check: Orphaned, table: TableName) -> str:
    """FROM and WHERE of our rows beside their counterparts, `others.k0` null where none is.

    As in SQL's foreign keys (MATCH SIMPLE), a row with a null in its key refers to nothing.
    """
    keys = [f"k{at}" for at in range(len(check.others))]
    pairs = list(zip(check.others, keys, strict=True))
    items = ", ".join(f"{quote(column)} AS {key}" for column, key in pairs)
    there = " AND ".join(f"{quote(column)} IS NOT NULL" for column in check.others)
    others = f"SELECT DISTINCT {items} FROM {check.other.sql} WHERE {there}"
    on = " AND ".join(
        f"ours.{quote(column)} = others.{key}"
        for column, key in zip(check.columns, keys, strict=True)
    )
    here = " AND ".join(f"ours.{quote(column)} IS NOT NULL" for column in check.columns)
    return f"FROM {table.sql} AS ours LEFT JOIN ({others}) AS others ON {on} WHERE {here}"
