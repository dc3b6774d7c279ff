"""A DuckDB with the macros, and the TPC-H tables with their Trino types."""

import json
from pathlib import Path

import duckdb
import pytest

from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql import embedded, reading

TINY = Path(__file__).parents[1] / "conformance" / "tiny"
TYPES = json.loads((TINY / "types.json").read_text("utf-8"))


class Duck:
    """Translates Trino SQL over the TPC-H tables and runs it."""

    tables = tuple(TYPES)

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute(embedded.MACROS)

    def translate(self, sql, parameters=None, zone="UTC", targets=None):
        statement = reading.parse(sql, "tpch", "tiny", zone)
        relations = {ref: relation(ref.name.table) for ref in statement.reads}
        return embedded.translate(statement, relations, parameters or {}, zone, targets)

    def rows(self, sql, parameters=None, zone="UTC"):
        translated = self.translate(sql, parameters, zone)
        return self.connection.execute(translated.sql, translated.parameters).fetchall()

    def value(self, expression, parameters=None):
        return self.rows(f"SELECT {expression}", parameters)[0][0]

    def type(self, expression):
        return str(self.translate(f"SELECT {expression}").columns[0].type)

    def path(self, table):
        return str(TINY / f"{table}.parquet")


def relation(table):
    columns = tuple(Column(c["name"], TrinoType.parse(c["type"])) for c in TYPES[table])
    return embedded.Relation(f"read_parquet('{TINY / table}.parquet')", columns)


@pytest.fixture(scope="session")
def duck():
    """One DuckDB for all tests: nothing in them leaves a trace in it."""
    return Duck()
