"""Failing rows: which columns they show, what is masked, and as which JSON values."""
# ruff: noqa: S608 - every name is quoted by model.names

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.formats.cells import plain
from jupyter_mesh.model.names import quote
from jupyter_mesh.quality.checks import Counted, Orphaned, Repeated
from jupyter_mesh.quality.measure import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jupyter_mesh.model.contract import Contract
    from jupyter_mesh.model.names import TableName

LIMIT = 20
MASK = "•••"
# Beside the key and the offending columns, as many others as a person can take in.
_SHOWN = 8
_SENSITIVE = (
    *("restricted", "confidential", "secret", "sensitive", "personal", "private"),
    *("pii", "phi", "pci", "spi", "gdpr"),
)


def shown_columns(
    columns: Sequence[str], contract: Contract, found: Iterable[str]
) -> list[str]:
    """The key first, then the offending columns, then a few more of the promised ones.

    A column that no contract knows is not shown: nobody said who may see it.
    """
    known = set(found)
    promised = [column.name for column in contract.columns]
    first = [*contract.key, *columns]
    ordered = [name for name in dict.fromkeys((*first, *promised)) if name in known]
    return ordered[: max(_SHOWN, len(known & set(first)))]


def masked_columns(contract: Contract) -> frozenset[str]:
    """The columns whose classification says that they are about somebody, or secret."""
    return frozenset(
        column.name for column in contract.columns if is_sensitive(column.classification)
    )


def is_sensitive(classification: str) -> bool:
    """Whether a classification, in anybody's words, asks for a mask."""
    words = classification.lower().replace("-", " ").replace("_", " ").split()
    return any(word.startswith(_SENSITIVE) for word in words)


def examples(
    check: Counted | Repeated | Orphaned, table: TableName, shown: Sequence[str]
) -> tuple[str, list[str]]:
    """The statement that answers up to 20 failing rows, and what its columns are called."""
    if isinstance(check, Repeated):
        return _repeated(check, table)
    if isinstance(check, Orphaned):
        items = ", ".join(f"ours.{quote(name)}" for name in shown)
        sql = f"SELECT {items} {joined(check, table)} AND others.k0 IS NULL LIMIT {LIMIT}"
        return sql, list(shown)
    items = ", ".join(quote(name) for name in shown)
    return f"SELECT {items} FROM {table.sql} WHERE {check.bad} LIMIT {LIMIT}", list(shown)


def _repeated(check: Repeated, table: TableName) -> tuple[str, list[str]]:
    columns = ", ".join(quote(column) for column in check.columns)
    some = " OR ".join(f"{quote(column)} IS NOT NULL" for column in check.columns)
    label = "occurrences"
    while label in check.columns:
        label += "_"
    sql = (
        f"SELECT {columns}, count(*) AS {label} FROM {table.sql} WHERE {some} "
        f"GROUP BY {columns} HAVING count(*) > 1 LIMIT {LIMIT}"
    )
    return sql, [*check.columns, label]


def as_rows(
    names: Sequence[str], values: Iterable[Sequence[Any]], masked: frozenset[str]
) -> tuple[dict[str, Any], ...]:
    """Rows as plain JSON; a masked value shows that it is there, and nothing more."""
    return tuple(
        {
            name: MASK if name in masked and value is not None else plain(value)
            for name, value in zip(names, row, strict=True)
        }
        for row in values
    )


def selected(row: Mapping[str, Any], masked: frozenset[str]) -> dict[str, Any]:
    """One row that came from elsewhere, masked and plain."""
    return as_rows(list(row), [list(row.values())], masked)[0]
