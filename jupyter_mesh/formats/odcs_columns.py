"""The columns of a data contract: ODCS properties and their types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.odcs_spellings import logical_type
from jupyter_mesh.formats.reading import Reading, custom_property
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import Field, TrinoType

if TYPE_CHECKING:
    from jupyter_mesh.schemas.validation import KeyPath

# Iceberg keeps microseconds, so that is what a time is unless somebody asks for less.
_TYPES = {
    "string": "varchar",
    "date": "date",
    "timestamp": "timestamp(6)",
    "time": "time(6)",
    "number": "double",
    "integer": "bigint",
    "boolean": "boolean",
}
_FORMATS = {
    "i8": "tinyint",
    "i16": "smallint",
    "i32": "integer",
    "i64": "bigint",
    "u8": "smallint",
    "u16": "integer",
    "u32": "bigint",
    "u64": "decimal(20,0)",
    "f32": "real",
    "f64": "double",
}
_ELEMENTS = {"float32": "real", "float64": "double", "int8": "tinyint", "uint8": "smallint"}


@dataclass(frozen=True, slots=True)
class Named:
    """A column with the property it was read from."""

    column: Column
    written: dict[str, Any]
    path: KeyPath


def columns(
    reading: Reading, table: dict[str, Any], path: KeyPath, guessed: frozenset[KeyPath]
) -> list[Named]:
    """The columns of one table, in their order; what is wrong is noted in the reading."""
    found: list[Named] = []
    seen: set[str] = set()
    for index, written in enumerate(table.get("properties") or ()):
        place = (*path, "properties", index)
        if written.get("semanticType") == "measure":
            continue
        name = written.get("physicalName") or written["name"]
        kind = _Types(reading, guessed).read(written, place)
        if name.lower() in seen:
            reading.wrong((*place, "name"), f"there are two columns {name}.", "Remove one.")
        elif name != name.lower() or not name.strip():
            remedy = f"Write {name.lower()}." if name.strip() else "Write a name."
            text = "expected a column's name in lower case, as SQL folds it"
            reading.wrong((*place, "name"), f"{text}, found {name!r}", remedy)
        elif kind is not None:
            found.append(Named(_column(name, kind, written), written, place))
        seen.add(name.lower())
    if not seen:
        reading.wrong((*path, "properties"), "expected at least one column.")
    return found


def _column(name: str, kind: TrinoType, written: dict[str, Any]) -> Column:
    unit, _ = custom_property(written, "unit")
    return Column(
        name=name,
        type=kind,
        required=written.get("required", False),
        description=written.get("description", ""),
        unique=written.get("unique", False),
        primary_key=written.get("primaryKey", False),
        classification=written.get("classification", ""),
        unit=str(unit or ""),
        tags=tuple(written.get("tags") or ()),
    )


@dataclass(frozen=True, slots=True)
class _Types:
    """From a property to its Trino type; None where the reading has noted why there is none."""

    reading: Reading
    guessed: frozenset[KeyPath]

    def read(self, written: dict[str, Any], path: KeyPath) -> TrinoType | None:
        """The physical type where one is written, else what the logical one stands for."""
        if "physicalType" in written:
            return self._physical(written, path)
        if path in self.guessed:
            remedy = "Add physicalType: varchar, or whichever type it is."
            self.reading.wrong((*path, "name"), "has no type.", remedy)
            return None
        return self._logical(written, path)

    def _physical(self, written: dict[str, Any], path: KeyPath) -> TrinoType | None:
        text = str(written["physicalType"])
        try:
            kind = TrinoType.parse(text)
        except InputError as error:
            self.reading.wrong(
                (*path, "physicalType"), f"expected a Trino type, found {text!r}", error.remedy
            )
            return None
        if path not in self.guessed and written["logicalType"] != logical_type(written):
            self.reading.doubt(
                (*path, "logicalType"),
                f"{written['logicalType']} is unusual for a {kind}.",
                f"logicalType: {logical_type(written)} goes with it.",
            )
        return kind

    def _logical(self, written: dict[str, Any], path: KeyPath) -> TrinoType | None:
        logical = written["logicalType"]
        options = written.get("logicalTypeOptions") or {}
        if logical in {"array", "object", "map"}:
            return self._nested(logical, written, path)
        if logical == "vector":
            element = options.get("elementType", "float32")
            inner = TrinoType.parse(_ELEMENTS.get(element, "real"))
            return TrinoType("array", (), (inner,))
        if logical == "timestamp" and options.get("timezone"):
            return TrinoType.parse("timestamp(6) with time zone")
        base = _TYPES[logical]
        wanted = options.get("format", "") if logical in {"integer", "number"} else ""
        return TrinoType.parse(_FORMATS.get(wanted, base))

    def _nested(self, logical: str, written: dict[str, Any], path: KeyPath) -> TrinoType | None:
        parts: list[tuple[tuple[str, ...], dict[str, Any]]]
        if logical == "map":
            parts = [(("map", side), written["map"][side]) for side in ("key", "value")]
        elif logical == "array":
            parts = [(("items",), written["items"])] if "items" in written else []
        else:
            entries = enumerate(written.get("properties") or ())
            parts = [(("properties", str(index)), entry) for index, entry in entries]
        if not parts:
            key = "items" if logical == "array" else "properties"
            self.reading.wrong(
                (*path, "logicalType"),
                f"says {logical}, but not what is in it.",
                f"Add {key}, or physicalType: array(varchar) or the like.",
            )
            return None
        types = [self.read(entry, self._place(path, keys)) for keys, entry in parts]
        inner = [kind for kind in types if kind is not None]
        if len(inner) < len(parts):
            return None
        if logical == "object":
            names = [entry.get("physicalName") or entry["name"] for _, entry in parts]
            fields = (Field(*pair) for pair in zip(names, inner, strict=True))
            return TrinoType("row", (), (), tuple(fields))
        return TrinoType(logical, (), tuple(inner))

    @staticmethod
    def _place(path: KeyPath, keys: tuple[str, ...]) -> KeyPath:
        return (*path, *(int(key) if key.isdigit() else key for key in keys))
