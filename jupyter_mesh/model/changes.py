"""How large a step is between two contracts, and why: the rules behind version numbers.

Major: something that readers rely on is gone or weaker. Minor: something new, or a stronger
promise. Patch: words. None: nothing but the way the file is written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_mesh.model.guarantees import guarantee
from jupyter_mesh.model.promises import promises
from jupyter_mesh.model.service_levels import is_at_least_as_good
from jupyter_mesh.model.type_changes import type_changes
from jupyter_mesh.model.versions import Change, VersionDecision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_mesh.model.contract import Column, Contract, Rule
    from jupyter_mesh.model.guarantees import Guarantee

Step = tuple[Change, str]


def contract_change(older: Contract, newer: Contract) -> VersionDecision:
    """The step from one contract to the next, with every reason, largest first."""
    steps = (
        *_columns(older, newer),
        *_key(older, newer),
        *_guarantees(older, newer),
        *_services(dict(older.sla), dict(newer.sla)),
        *_words(older, newer),
    )
    return VersionDecision.largest(VersionDecision(size, (why,)) for size, why in steps)


def product_change(
    older: Mapping[str, Contract], newer: Mapping[str, Contract]
) -> VersionDecision:
    """The step of a whole product: its ports by name, each with its contract."""
    parts = []
    for port in sorted(older.keys() | newer.keys()):
        if port not in newer:
            parts.append(VersionDecision(Change.MAJOR, (f"port {port} was removed",)))
        elif port not in older:
            parts.append(VersionDecision(Change.MINOR, (f"port {port} was added",)))
        else:
            part = contract_change(older[port], newer[port])
            reasons = tuple(f"{port}: {reason}" for reason in part.reasons)
            parts.append(VersionDecision(part.change, reasons))
    return VersionDecision.largest(parts)


def _columns(older: Contract, newer: Contract) -> Iterator[Step]:
    old = {column.name: column for column in older.columns}
    new = {column.name: column for column in newer.columns}
    for name, column in old.items():
        if name not in new:
            yield Change.MAJOR, f"column {name} was removed"
        else:
            yield from type_changes(f"column {name}", column.type, new[name].type)
            yield from _meaning(column, new[name])
    for name, column in new.items():
        if name not in old:
            yield Change.MINOR, f"column {name} ({column.type}) was added"
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Change.PATCH, "the columns stand in another order"


def _meaning(old: Column, new: Column) -> Iterator[Step]:
    """What a column's values mean and who may see them."""
    name = old.name
    if old.unit != new.unit:
        if not old.unit:
            yield Change.MINOR, f"column {name} says its unit, {new.unit}"
        else:
            said = f"changed from {old.unit} to {new.unit}" if new.unit else "is no longer said"
            yield Change.MAJOR, f"the unit of column {name} {said}"
    if old.classification != new.classification:
        was, now = old.classification or "none", new.classification or "none"
        yield Change.MAJOR, f"the classification of column {name} changed from {was} to {now}"
    if old.description != new.description:
        yield Change.PATCH, f"column {name} is described anew"
    if set(old.tags) != set(new.tags):
        yield Change.PATCH, f"column {name} has other tags"


def _key(older: Contract, newer: Contract) -> Iterator[Step]:
    old, new = ", ".join(older.key), ", ".join(newer.key)
    if set(older.key) == set(newer.key):
        return
    if not old:
        yield Change.MINOR, f"the primary key ({new}) was added"
    elif not new:
        yield Change.MAJOR, f"the primary key ({old}) was dropped"
    else:
        yield Change.MAJOR, f"the primary key changed from ({old}) to ({new})"


def _guarantees(older: Contract, newer: Contract) -> Iterator[Step]:
    """Rules, and the flags of columns, by what they guarantee and not by how they say it."""
    old, new = _given(older), _given(newer)
    # A rule on a column that its own contract lacks holds nothing.
    both = {column.name for column in newer.columns} & {c.name for c in older.columns}
    lost = [
        one
        for one in old
        if one.binds and _is_on(one.rule, both) and not any(two.covers(one) for two in new)
    ]
    for one in lost:
        yield from _weaker(one, _counterpart(one, new))
    for two in new:
        if two.binds and _is_on(two.rule, both) and not any(one.covers(two) for one in old):
            counterpart = _counterpart(two, old)
            if counterpart not in lost:
                yield from _stronger(counterpart, two)
    yield from _reworded(old, new)


def _given(contract: Contract) -> list[Guarantee]:
    rules = promises(contract)
    return [guarantee(rule) for rule in rules if rule.metric not in {"type", "columns"}]


def _is_on(rule: Rule, columns: set[str]) -> bool:
    """Whether the rule is about what stays: a column's own coming and going says it all.

    A primary key's coming and going is told by itself, too.
    """
    return rule.id != "primary-key" and (not rule.column or rule.column in columns)


def _counterpart(one: Guarantee, others: Sequence[Guarantee]) -> Guarantee | None:
    """The rule on the other side that is the same rule, changed."""
    for other in others:
        if other.rule.id == one.rule.id and other.rule.metric == one.rule.metric:
            return other
    return next((other for other in others if other.subject == one.subject), None)


def _weaker(old: Guarantee, new: Guarantee | None) -> Iterator[Step]:
    name = old.rule.id
    flag = _flag(old.rule)
    if new is None or flag:
        yield Change.MAJOR, flag.format("no longer") if flag else f"rule {name} was removed"
    elif new.only_allows_more_values_than(old):
        more = ", ".join(sorted((new.choices or set()) - (old.choices or set())))
        yield Change.MINOR, f"column {old.rule.column} may now also be {more}"
    elif new.is_as_strict_as(old):
        yield Change.MAJOR, f"rule {name} now only leads to: {new.rule.severity.value}"
    else:
        how = "loosened" if old.is_as_strict_as(new) else "changed"
        yield Change.MAJOR, f"rule {name} was {how}: {old} became {new}"


def _stronger(old: Guarantee | None, new: Guarantee) -> Iterator[Step]:
    name = new.rule.id
    flag = _flag(new.rule)
    if old is None or flag or (old.binds and not new.covers(old)):
        yield Change.MINOR, flag.format("now") if flag else f"rule {name} was added: {new}"
    elif old.is_as_strict_as(new):
        yield Change.MINOR, f"rule {name} is now {new.rule.severity.value}"
    elif old.binds:
        yield Change.MINOR, f"rule {name} was tightened: {old} became {new}"
    else:
        yield Change.MINOR, f"rule {name} is now {new.rule.severity.value}: {new}"


def _flag(rule: Rule) -> str:
    """How to say that a column's own flag came or went; empty for a rule."""
    for flag in ("required", "unique"):
        if rule.id == f"{rule.column}.{flag}":
            return f"column {rule.column} is {{}} {flag}"
    return ""


def _reworded(old: Sequence[Guarantee], new: Sequence[Guarantee]) -> Iterator[Step]:
    before = {one.rule.id: one for one in old}
    after = {two.rule.id: two for two in new}
    for name, one in before.items():
        two = after.get(name)
        if two is not None and one.covers(two) and two.covers(one):
            if replace(one.rule, arguments={}) != replace(two.rule, arguments={}):
                yield Change.PATCH, f"rule {name} is written anew"
        elif not one.binds and two is None:
            yield Change.PATCH, f"rule {name}, for information, was removed"
        elif two is None and any(other.covers(one) for other in new) and not _flag(one.rule):
            yield Change.PATCH, f"rule {name} is now said by another"
        elif two is not None and not one.binds and not two.binds:
            yield Change.PATCH, f"rule {name}, for information, was changed"
    for name, two in after.items():
        if not two.binds and name not in before:
            yield Change.PATCH, f"rule {name}, for information, was added"


def _services(old: dict[str, str], new: dict[str, str]) -> Iterator[Step]:
    for name, value in old.items():
        if name not in new:
            yield Change.MAJOR, f"service level {name} ({value}) was removed"
        elif new[name] != value:
            better = is_at_least_as_good(name, new[name], value)
            same = better and is_at_least_as_good(name, value, new[name])
            how = {True: "raised", False: "loosened", None: "changed"}[better]
            size = Change.PATCH if same else Change.MINOR if better else Change.MAJOR
            how = "written anew" if same else how
            yield size, f"service level {name} was {how}: {value} became {new[name]}"
    for name, value in new.items():
        if name not in old:
            yield Change.MINOR, f"service level {name} ({value}) was added"


def _words(older: Contract, newer: Contract) -> Iterator[Step]:
    if older.description != newer.description:
        yield Change.PATCH, "the contract is described anew"
    old, new = dict(older.notes), dict(newer.notes)
    columns = {column.name for column in (*older.columns, *newer.columns)}
    both = {column.name for column in older.columns} & {c.name for c in newer.columns}
    for key in sorted(old.keys() | new.keys()):
        owner = key.rpartition(".")[0]
        if old.get(key) == new.get(key) or (owner in columns and owner not in both):
            continue
        if new.get(key) == "true" and key.rpartition(".")[2] == "deprecated":
            yield Change.MINOR, f"{owner} was marked as deprecated"
        elif key == "status" and new.get(key) == '"deprecated"':
            yield Change.MINOR, "the contract was marked as deprecated"
        else:
            how = "removed" if key not in new else "added" if key not in old else "changed"
            yield Change.PATCH, f"{key} was {how}"
