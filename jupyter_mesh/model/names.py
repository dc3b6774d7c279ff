"""Names: of tables, of products, of releases; the one place that quotes an identifier."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from jupyter_mesh.errors import InputError

# What stands for a branch on a server begins like this: a catalog, or a schema of main.
HIDDEN = "mesh_branch_"
PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^\s."]+))\s*(\.|\Z)')
_LABEL = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")


def quote(name: str) -> str:
    """The name as a delimited SQL identifier (ISO 9075-2, delimited identifier)."""
    return '"' + name.replace('"', '""') + '"'


def split_name(text: str) -> tuple[str, ...]:
    """The parts of a dotted name; unquoted parts fold to lower case as in Trino.

    Raises InputError when a quote is left open or a part is empty.
    """
    parts: list[str] = []
    position, more = 0, True
    while more:
        match = _PART.match(text, position)
        if match is None:
            raise InputError(f"{text!r} is not a name.", remedy="Write catalog.schema.table.")
        quoted, bare, dot = match.groups()
        part = quoted.replace('""', '"') if quoted is not None else bare.lower()
        if not part:
            raise InputError(f"{text!r} has an empty part.", remedy="Write a name there.")
        parts.append(part)
        position, more = match.end(), dot == "."
    return tuple(parts)


def safe_name(text: str) -> str:
    """A SQL-safe spelling of any heading: lower case letters, digits and underscores.

    An empty or digit-led heading gets a leading underscore.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    return name if name and not name[0].isdigit() else f"_{name}"


def safe_names(headings: list[str]) -> list[str]:
    """SQL-safe and distinct spellings of a row of headings, in order."""
    taken: set[str] = set()
    names = []
    for heading in headings:
        base = candidate = safe_name(heading)
        count = 2
        while candidate in taken:
            candidate, count = f"{base}_{count}", count + 1
        taken.add(candidate)
        names.append(candidate)
    return names


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A table's full name: catalog, schema, table; the same on both engines."""

    catalog: str
    schema: str
    table: str

    @classmethod
    def parse(cls, text: str) -> TableName:
        """Read `catalog.schema.table`, with quotes where needed.

        Raises InputError when the text has not exactly three parts.
        """
        parts = split_name(text)
        if len(parts) != 3:
            raise InputError(
                f"{text!r} has {len(parts)} of 3 parts.",
                remedy="Write catalog.schema.table, for instance lake.raw.flights.",
            )
        return cls(*parts)

    @property
    def sql(self) -> str:
        """The name as it stands in a statement, every part quoted."""
        return ".".join(quote(part) for part in (self.catalog, self.schema, self.table))

    def __str__(self) -> str:
        parts = (self.catalog, self.schema, self.table)
        return ".".join(part if PLAIN.match(part) else quote(part) for part in parts)


@dataclass(frozen=True, slots=True, order=True)
class ProductName:
    """A product's name: the domain that owns it and its own name in it."""

    domain: str
    product: str

    @classmethod
    def parse(cls, text: str) -> ProductName:
        """Read `domain/product`; lower case letters, digits and underscores.

        Raises InputError otherwise.
        """
        domain, _slash, product = text.strip().partition("/")
        for part in (domain, product):
            if not _LABEL.match(part):
                raise InputError(
                    f"{text!r} is not a product's name.",
                    remedy="Write domain/product in lower case letters, digits and "
                    "underscores, for instance aviation/delays.",
                )
        return cls(domain, product)

    @property
    def schema(self) -> str:
        """The schema that holds the product's tables."""
        return f"{self.domain}_{self.product}"

    def __str__(self) -> str:
        return f"{self.domain}/{self.product}"
