"""Data contracts as files: Bitol ODCS v3.1.0 (3.0 to 3.2 are read) to and from a Contract.

The standard: https://bitol-io.github.io/open-data-contract-standard/
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jupyter_mesh.documents import Document
from jupyter_mesh.formats.odcs_columns import Named, columns
from jupyter_mesh.formats.odcs_rules import column_rules, distinct, table_rules
from jupyter_mesh.formats.odcs_spellings import modern
from jupyter_mesh.formats.reading import Reading
from jupyter_mesh.model.contract import Contract
from jupyter_mesh.schemas.validation import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.schemas.validation import KeyPath

# What becomes part of columns, rules and the rest of a Contract, or says nothing of the data.
_MODELLED = frozenset(
    (
        *(
            "apiVersion",
            "kind",
            "version",
            "id",
            "schema",
            "slaProperties",
            "contractCreatedTs",
        ),
        *("name", "physicalName", "logicalType", "physicalType", "properties", "items", "map"),
        *("required", "unique", "primaryKey", "primaryKeyPosition", "classification", "tags"),
        *("logicalTypeOptions", "quality", "relationships", "enum"),
    )
)


@lru_cache(maxsize=256)
def read_contract(text: str, file: str, port: str = "") -> Contract:
    """Read a contract; with `port`, the one that is that output port's.

    Raises DescriptorError at the first fault's line.
    """
    reading = Reading(Document.parse(text, file))
    contract = read(reading, port)
    reading.settle()
    assert contract is not None  # noqa: S101 - without a fault there is a contract
    return contract


def read(reading: Reading, port: str = "") -> Contract | None:
    """Read a contract, gathering every fault; None when there is none to be had."""
    document = reading.document
    plain, guessed = modern(document.plain())
    if str(plain.get("apiVersion", "v3")).startswith("v2"):
        reading.wrong(
            ("apiVersion",), "expected v3.0.0 to v3.2.0", "Move the contract to ODCS v3.1.0."
        )
        return None
    if not reading.hold(shipped("odcs-v3.2.0"), plain):
        return None
    found = _table(reading, plain, port)
    if found is None:
        return None
    table, path = found
    named = columns(reading, table, path, guessed)
    names = [entry.column.name for entry in named]
    rules = [rule for entry in named for rule in column_rules(reading, entry, names)]
    rules += table_rules(reading, table, path, names)
    description = plain.get("description") or {}
    return Contract(
        id=plain["id"],
        columns=tuple(entry.column for entry in named),
        rules=distinct(reading, rules),
        version=plain["version"],
        description=description.get("purpose") or table.get("description", ""),
        sla=tuple(_sla(plain)),
        notes=tuple(sorted(_notes(plain, table, named))),
        text=document.text,
        path=document.file,
    )


def _table(reading: Reading, plain: dict[str, Any], port: str) -> tuple[Any, KeyPath] | None:
    """The one element of `schema` that is the port's table."""
    tables = plain.get("schema") or []
    if not tables:
        reading.wrong(("schema",), "expected the table's columns", "Add schema: - name: ...")
        return None
    for index, table in enumerate(tables):
        names = {table["name"], str(table.get("physicalName", "")).rpartition(".")[2]}
        if port in names or (not port and len(tables) == 1):
            return table, ("schema", index)
    known = " and ".join(table["name"] for table in tables)
    text = f"expected the contract of {port or 'one table'}, found that of {known}"
    reading.wrong(("schema", 0, "name"), text, f"Name the table {port}." if port else "")
    return None


def _sla(plain: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in plain.get("slaProperties") or ():
        element = f" ({entry['element']})" if entry.get("element") else ""
        more = f" to {entry['valueExt']}" if entry.get("valueExt") is not None else ""
        value = f"{entry['value']}{more} {entry.get('unit', '')}".strip()
        yield f"{entry['property']}{element}", value


def _notes(
    plain: dict[str, Any], table: dict[str, Any], named: list[Named]
) -> Iterator[tuple[str, str]]:
    owners = [("", plain), ("table", table)]
    owners += [(entry.column.name, entry.written) for entry in named]
    for owner, written in owners:
        for key, value in written.items():
            rest = _without_modelled(key, value)
            # Where the table stands is no promise, but worth holding against the product.
            wanted = key not in _MODELLED or (owner == "table" and key == "physicalName")
            if wanted and rest:
                text = json.dumps(rest, sort_keys=True, ensure_ascii=False)
                yield (f"{owner}.{key}" if owner else key), text


def _without_modelled(key: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value without what became part of the contract's own fields."""
    if key == "description":
        rest = value.items() if isinstance(value, dict) else ()
        return {name: text for name, text in rest if name != "purpose"}
    if key == "customProperties":
        return [entry for entry in value if entry["property"] != "unit"]
    return value
