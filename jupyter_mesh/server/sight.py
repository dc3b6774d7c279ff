"""What a visitor may see: what Jupyter's authorizer says of each catalog, table and product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError, NameNotFound
from jupyter_mesh.model.names import PLAIN, quote, split_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_NAMED = ("table", "name", "product")
_KINDS = {"catalog": "catalog", "schema": "schema", "table": "table", "product": "product"}
_KINDS |= {"port": "product", "column": "table"}


@dataclass(frozen=True)
class Sight:
    """One visitor's sight: `may_see` is asked by name, and nobody asked lets see everything.

    A name is `catalog`, `catalog.schema`, `catalog.schema.table` or `domain/product`. What
    stands below something unseen is unseen as well.
    """

    may_see: Callable[[str], bool] | None = None

    def sees(self, name: str) -> bool:
        """Whether a name is shown, and everything above it."""
        if self.may_see is None:
            return True
        return all(self.may_see(one) for one in _upwards(name))

    def shows(self, place: str) -> bool:
        """Whether a place of the tree, `kind:name`, is shown."""
        kind, _colon, name = place.partition(":")
        if self.may_see is None or kind not in _KINDS:
            return True
        if kind == "column":
            name = ".".join(map(_spelled, split_name(name)[:-1]))
        return self.sees(name)

    def check(self, values: Mapping[str, Any]) -> None:
        """NameNotFound, as if it were not there, for a name that the visitor does not see."""
        if self.may_see is None:
            return
        for key in _NAMED:
            name = str(values.get(key) or "")
            try:
                is_seen = not name or self.sees(name)
            except InputError:
                # No name at all: whoever answers says what is wrong with it.
                continue
            if not is_seen:
                raise NameNotFound("product" if "/" in name else "table", name)
        place = str(values.get("parent") or "")
        if not self.shows(place):
            raise NameNotFound("place in the tree", place, ["products", "catalogs"])

    def among(self, names: Iterable[str], prefix: str = "") -> list[str]:
        """Those of some names below a prefix (`lake.raw.` or `shop/`) that are shown."""
        spelled = str if prefix.endswith("/") else _spelled
        return [name for name in names if self.sees(prefix + spelled(name))]


def _upwards(name: str) -> list[str]:
    """A name after all that stands above it."""
    if "/" in name and '"' not in name:
        domain, _slash, rest = name.partition("/")
        return [f"{domain}/{rest.partition('/')[0].partition('@')[0]}"]
    parts = [_spelled(part) for part in split_name(name)[:3]]
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def _spelled(name: str) -> str:
    return name if PLAIN.match(name) else quote(name)
