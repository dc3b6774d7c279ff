"""Whether a query, run again over the same states, gives the same rows in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.reading import children

if TYPE_CHECKING:
    from jupyter_mesh.sql.statement import Statement

# What answers otherwise each time it is asked.
_FICKLE = frozenset(
    (
        *("random", "rand", "shuffle", "uuid", "now", "current_date", "current_time"),
        *("current_timestamp", "localtime", "localtimestamp"),
    )
)
_INNER = (tree.Subquery, tree.Exists, tree.InQuery, tree.Quantified)


def is_repeatable(statement: Statement) -> bool:
    """Whether it is known that the rows and their order are the same each time.

    Known of one table's rows that are chosen and computed from, each on its own. Whatever
    brings rows together, sorts or cuts them may do it in another order the next time.
    """
    query = statement.tree
    if not isinstance(query, tree.Query) or not isinstance(query.body, tree.Select):
        return False
    select = query.body
    around = (query.tables, query.order, query.offset, query.limit, query.ties)
    inside = (select.distinct, select.groups, select.auto_group, select.having, select.windows)
    if any(around) or any(inside) or not _is_table(select.source):
        return False
    parts = [*select.items, *([select.where] if select.where is not None else [])]
    return all(_is_steady(part) for part in parts)


def _is_table(source: tree.Relation | None) -> bool:
    if isinstance(source, tree.Alias):
        source = source.relation
    return isinstance(source, tree.Table)


def _is_steady(node: tree.Node) -> bool:
    if isinstance(node, _INNER):
        return False
    if isinstance(node, tree.Call) and (
        node.name.lower() in _FICKLE or node.window is not None
    ):
        return False
    return all(_is_steady(child) for child in children(node))
