"""From a contract to its checks: every promise becomes something that can be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.names import TableName, quote, split_name
from jupyter_mesh.model.promises import promises
from jupyter_mesh.quality.checks import (
    Check,
    Counted,
    Orphaned,
    Repeated,
    Settled,
    Sized,
    Unanswerable,
)
from jupyter_mesh.quality.custom import custom
from jupyter_mesh.quality.literals import literal, text
from jupyter_mesh.quality.operators import checked
from jupyter_mesh.quality.options import broken_options
from jupyter_mesh.quality.schema import column_set, column_type
from jupyter_mesh.quality.statement import asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.model.contract import Column, Contract, Rule
    from jupyter_mesh.model.tables import Snapshot
    from jupyter_mesh.model.types import TrinoType

_MISSING = (None, "")


def plan(contract: Contract, snapshot: Snapshot) -> tuple[Check, ...]:
    """One check for each promise of the contract, in the order of `promises`."""
    planner = _Planner(contract, snapshot)
    return tuple(planner.check(rule) for rule in promises(contract))


class _Planner:
    """Turns the rules of one contract into checks of one table."""

    def __init__(self, contract: Contract, snapshot: Snapshot) -> None:
        self.contract = contract
        self.table = snapshot.table
        self.found: dict[str, Column] = {column.name: column for column in snapshot.columns}

    def check(self, rule: Rule) -> Check:
        """The check of one rule; what is wrong with a rule makes it unanswerable."""
        make = self._kinds().get(rule.metric)
        if make is None:
            return Unanswerable(rule, f"there is no metric {rule.metric}")
        try:
            return make(rule)
        except (ValueError, InputError) as error:
            return Unanswerable(rule, str(error).splitlines()[0].rstrip("."))

    def _kinds(self) -> dict[str, Callable[[Rule], Check]]:
        return {
            "type": self._type,
            "columns": self._columns,
            "nullValues": self._null,
            "missingValues": self._missing,
            "invalidValues": self._invalid,
            "duplicateValues": self._duplicate,
            "rowCount": self._size,
            "logicalTypeOptions": self._options,
            "relationship": self._relationship,
            "sql": lambda rule: asked(rule, self.table),
            "custom": lambda rule: custom(rule, tuple(self.found)),
            "text": _text,
        }

    def _type(self, rule: Rule) -> Check:
        promised = next(c for c in self.contract.columns if c.name == rule.column)
        return column_type(rule, promised, self.found)

    def _columns(self, rule: Rule) -> Settled:
        return column_set(rule, tuple(c.name for c in self.contract.columns), self.found)

    def _null(self, rule: Rule) -> Counted:
        column = self._one(rule)
        bad = f"{quote(column.name)} IS NULL"
        return _counted(rule, bad, "count(*)", "is null")

    def _missing(self, rule: Rule) -> Counted:
        column = self._one(rule)
        name = quote(column.name)
        values = _listed(rule, "missingValues", _MISSING)
        tests = [f"{name} IS NULL"] if None in values else []
        inside = _literals(values, column.type, lenient=True)
        if inside:
            tests.append(f"({name} IS NOT NULL AND {name} IN ({', '.join(inside)}))")
        shown = ", ".join("null" if value is None else repr(value) for value in values)
        bad = " OR ".join(tests) or "FALSE"
        return _counted(rule, bad, "count(*)", f"is missing ({shown})")

    def _invalid(self, rule: Rule) -> Counted:
        column = self._one(rule)
        name = quote(column.name)
        tests, says = [], []
        if "validValues" in rule.arguments:
            values = _listed(rule, "validValues", ())
            inside = _literals(values, column.type, lenient=False)
            tests.append(f"NOT ({name} IN ({', '.join(inside)}))" if inside else "TRUE")
            says.append(f"none of {_shown(values)}")
        if "pattern" in rule.arguments:
            pattern = str(rule.arguments["pattern"])
            tests.append(f"NOT (regexp_like({_as_text(column)}, {text(pattern)}))")
            says.append(f"not like {pattern}")
        if not tests:
            raise ValueError("it names neither validValues nor a pattern")
        bad = f"{name} IS NOT NULL AND ({' OR '.join(tests)})"
        return _counted(rule, bad, f"count({name})", f"is {' or '.join(says)}", "values")

    def _options(self, rule: Rule) -> Counted:
        column = self._one(rule)
        name = quote(column.name)
        tests, says = broken_options(column, rule.arguments)
        if not tests:
            raise ValueError("it names no option that limits values")
        bad = f"{name} IS NOT NULL AND ({' OR '.join(tests)})"
        return _counted(rule, bad, f"count({name})", f"is {' or '.join(says)}", "values")

    def _duplicate(self, rule: Rule) -> Repeated:
        checked(rule.operator, rule.threshold, numeric=True)
        names = rule.arguments.get("properties") or [rule.column]
        names = [names] if isinstance(names, str) else names
        columns = tuple(self._column(str(name)).name for name in names)
        return Repeated(rule, columns)

    def _size(self, rule: Rule) -> Sized:
        checked(rule.operator, rule.threshold, numeric=True)
        if rule.unit == "percent":
            raise ValueError("a number of rows is not a percentage")
        return Sized(rule)

    def _relationship(self, rule: Rule) -> Orphaned:
        checked(rule.operator, rule.threshold, numeric=True)
        given = rule.arguments
        names = given.get("columns") or given.get("from") or [rule.column]
        names = [names] if isinstance(names, str) else list(names)
        columns = tuple(self._column(str(name).rpartition(".")[2]).name for name in names)
        targets = given.get("to") or []
        targets = [targets] if isinstance(targets, str) else list(targets)
        places = [self._place(str(target)) for target in targets]
        if not places or len(places) != len(columns) or len({t for t, _ in places}) != 1:
            raise ValueError(f"it relates {names!r} to {targets!r}, one for one in one table")
        return Orphaned(rule, columns, places[0][0], tuple(column for _, column in places))

    def _place(self, target: str) -> tuple[TableName, str]:
        """Table and column of `[catalog.][schema.]table.column`; what is left out is ours."""
        *table, column = split_name(target)
        if not 1 <= len(table) <= 3:
            raise ValueError(f"{target!r} does not name a table and its column")
        ours = (self.table.catalog, self.table.schema, self.table.table)
        return TableName(*ours[: 3 - len(table)], *table), column

    def _one(self, rule: Rule) -> Column:
        checked(rule.operator, rule.threshold, numeric=True)
        if not rule.column:
            raise ValueError(f"{rule.metric} is a rule of one column, and none is named")
        return self._column(rule.column)

    def _column(self, name: str) -> Column:
        if name not in self.found:
            raise ValueError(f"there is no column {name} in {self.table}")
        return self.found[name]


def _counted(rule: Rule, bad: str, of: str, says: str, noun: str = "rows") -> Counted:
    return Counted(rule, rule.column, bad, of, says, noun, (rule.column,))


def _text(rule: Rule) -> Unanswerable:
    words = rule.description or str(rule.arguments.get("description", ""))
    return Unanswerable(rule, f"it is written for people: {words}".rstrip(": "))


def _listed(rule: Rule, key: str, default: tuple[Any, ...]) -> tuple[Any, ...]:
    values = rule.arguments.get(key, default)
    if not isinstance(values, list | tuple):
        raise ValueError(f"{key} is not a list")
    return tuple(values)


def _literals(values: tuple[Any, ...], kind: TrinoType, *, lenient: bool) -> list[str]:
    """The values but null as literals; leniently, one that no column of the type can hold
    is left out: a list of missing values serves columns of every type.
    """
    spelled = []
    for value in values:
        if value is None:
            continue
        try:
            spelled.append(literal(value, kind))
        except ValueError:
            if not lenient:
                raise
    return spelled


def _shown(values: tuple[Any, ...]) -> str:
    few = ", ".join(str(value) for value in values[:8])
    return f"{few}, ..." if len(values) > 8 else few


def _as_text(column: Column) -> str:
    name = quote(column.name)
    return name if column.type.is_text else f"CAST({name} AS varchar)"
