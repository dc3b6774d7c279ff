"""Whether a table has the promised columns, with the promised types."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_mesh.model.names import quote
from jupyter_mesh.quality.checks import Check, Counted, Settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jupyter_mesh.model.contract import Column, Contract, Rule
    from jupyter_mesh.model.types import TrinoType

_RANGES = {"tinyint": 2**7, "smallint": 2**15}
_ROUNDED = ("timestamp", "timestamp with time zone", "time", "time with time zone")


def spelled_as_found(contract: Contract, found: Iterable[Column]) -> Contract:
    """The contract with the table's spelling of each column: Trino's names know no case."""
    spelling = {column.name.lower(): column.name for column in found}

    def spell(name: str) -> str:
        return spelling.get(name.lower(), name)

    def named(rule: Rule) -> Rule:
        lists = {
            key: [spell(str(name)) for name in rule.arguments[key]]
            for key in ("properties", "columns")
            if isinstance(rule.arguments.get(key), list | tuple)
        }
        arguments = {**rule.arguments, **lists}
        return replace(rule, column=spell(rule.column), arguments=arguments)

    columns = tuple(replace(column, name=spell(column.name)) for column in contract.columns)
    return replace(contract, columns=columns, rules=tuple(map(named, contract.rules)))


def column_type(rule: Rule, promised: Column, found: Mapping[str, Column]) -> Check:
    """Whether one column is there with its type; what only its values can tell is counted."""
    column = found.get(promised.name)
    if column is None:
        return Settled(rule, kept=False, message=f"There is no column {promised.name}")
    kind = column.type
    if promised.type.base != "unknown" and not storable(promised.type, kind):
        says = f"{promised.name} is {kind}; the contract promises {promised.type}"
        return Settled(rule, kept=False, message=says, observed=str(kind))
    bad, says = _excess(promised, kind)
    if not bad:
        return Settled(
            rule, kept=True, message=f"{promised.name} is {kind}", observed=str(kind)
        )
    name = quote(promised.name)
    return Counted(rule, promised.name, bad, f"count({name})", says, "values", (promised.name,))


def column_set(rule: Rule, promised: Iterable[str], found: Iterable[str]) -> Settled:
    """Whether the table has no column beside the promised ones."""
    extra = sorted(set(found) - set(promised))
    if extra:
        says = f"The contract does not promise {', '.join(extra)}"
        return Settled(rule, kept=False, message=says, observed=extra)
    return Settled(rule, kept=True, message="There is no column beside these", observed=[])


def storable(promised: TrinoType, found: TrinoType) -> bool:
    """Whether `found` is the promised type, or the one that Iceberg has in its place.

    Iceberg has no lengths of text, no integers under 32 bits, no JSON, and microseconds only
    (Iceberg specification v2, primitive types).
    """
    if promised.items or promised.fields:
        return _nested(promised, found)
    if promised.is_text or promised.base == "json":
        return found.base in {promised.base, "varchar"}
    if promised.base in _RANGES:
        return found.base in {promised.base, "integer"}
    if promised.base in _ROUNDED:
        return found.base == promised.base
    return promised == found


def _nested(promised: TrinoType, found: TrinoType) -> bool:
    if promised.base != found.base or len(promised.fields) != len(found.fields):
        return False
    if [field.name for field in promised.fields] != [field.name for field in found.fields]:
        return False
    ours = (*promised.items, *(field.type for field in promised.fields))
    theirs = (*found.items, *(field.type for field in found.fields))
    return len(ours) == len(theirs) and all(map(storable, ours, theirs))


def _excess(promised: Column, found: TrinoType) -> tuple[str, str]:
    """What a value would be that the stored type takes and the promised one does not."""
    name, kind = quote(promised.name), promised.type
    if kind.is_text and kind.numbers and kind != found:
        (length,) = kind.numbers
        return f"length({name}) > {length}", f"is longer than {length}"
    if kind.base in _RANGES and kind != found:
        end = _RANGES[kind.base]
        return f"NOT ({name} BETWEEN {-end} AND {end - 1})", f"is out of the range of {kind}"
    return "", ""
