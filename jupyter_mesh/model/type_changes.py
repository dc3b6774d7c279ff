"""How a type may change under its readers' hands: widened, changed, fields come and gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.versions import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.model.types import TrinoType


def type_changes(what: str, old: TrinoType, new: TrinoType) -> Iterator[tuple[Change, str]]:
    """The steps from one type to the next; `what` says whose it is, inside out."""
    if old == new:
        return
    if old.base == new.base == "row":
        yield from _fields(what, old, new)
    elif old.base == new.base and old.items and len(old.items) == len(new.items):
        names = ("the items",) if old.base == "array" else ("the keys", "the values")
        for name, before, after in zip(names, old.items, new.items, strict=True):
            yield from type_changes(f"{name} of {what}", before, after)
    elif old.widens_to(new):
        yield Change.MINOR, f"the type of {what} was widened from {old} to {new}"
    else:
        yield Change.MAJOR, f"the type of {what} changed from {old} to {new}"


def _fields(what: str, old: TrinoType, new: TrinoType) -> Iterator[tuple[Change, str]]:
    before = {field.name or f"number {i}": field.type for i, field in enumerate(old.fields, 1)}
    after = {field.name or f"number {i}": field.type for i, field in enumerate(new.fields, 1)}
    for name, kind in before.items():
        if name in after:
            yield from type_changes(f"field {name} of {what}", kind, after[name])
        else:
            yield Change.MAJOR, f"field {name} of {what} was removed"
    for name, kind in after.items():
        if name not in before:
            yield Change.MINOR, f"field {name} ({kind}) of {what} was added"
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield Change.PATCH, f"the fields of {what} stand in another order"
