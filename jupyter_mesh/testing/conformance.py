"""Answers SQL on standard input, one JSON request a line, from parquet files with Trino's types.

A request is `{"sql", "catalog", "schema", "zone", "new_session"}`; an answer has columns and
rows as Trino's protocol writes them, or the error's class and text. Run it as
`python -m jupyter_mesh.testing.conformance --data FOLDER`: the folder holds `NAME.parquet`
files and `types.json`, and is the catalog `tpch`, schema `tiny`.
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jupyter_mesh.errors import MeshError, QueryError, StatementInvalid, StatementNotSupported
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import TableName, quote
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql import embedded, reading
from jupyter_mesh.sql.statement import Statement
from jupyter_mesh.sql.versions import zone_of


class Subject:
    """One DuckDB connection with the parquet files and an in-memory catalog beside them."""

    def __init__(self, folder: Path) -> None:
        import duckdb

        self.folder = folder
        self.duckdb = duckdb
        self.types = json.loads((folder / "types.json").read_text("utf-8"))
        self.connection = duckdb.connect()
        self.connection.execute(embedded.MACROS)
        self.tables: dict[TableName, tuple[Column, ...]] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request's answer."""
        try:
            return self._answered(request)
        except MeshError as error:
            return {"error": {"class": type(error).__name__, "text": error.message}}
        except self.duckdb.Error as error:
            why = embedded.reason(str(error))
            if why.startswith("not supported by the embedded engine"):
                return {"error": {"class": "StatementNotSupported", "text": why}}
            kind = type(error).__name__
            expected = {"ConversionException", "OutOfRangeException", "InvalidInputException"}
            return {"error": {"class": QueryError.__name__ if kind in expected else kind, "text": why}}

    def _answered(self, request: dict[str, Any]) -> dict[str, Any]:
        zone = request.get("zone") or "UTC"
        statement = reading.parse(
            request["sql"], request.get("catalog") or "", request.get("schema") or "", zone
        )
        if not statement.is_query:
            raise StatementNotSupported(f"{statement.kind} statements")
        relations = {ref: self._relation(ref.name) for ref in statement.reads}
        if any(ref.as_of for ref in statement.reads):
            raise StatementInvalid("parquet files have no versions")
        found = embedded.translate(statement, relations, {}, zone)
        rows = self.connection.execute(found.sql, found.parameters).fetchall()
        types = [column.type for column in found.columns]
        return {
            "columns": [
                {"name": column.name, "type": str(column.type)} for column in found.columns
            ],
            "rows": [
                [_spell(v, t, z) for v, t, z in zip(row, types, found.zones, strict=True)]
                for row in rows
            ],
        }

    def _relation(self, name: TableName) -> embedded.Relation:
        if (name.catalog, name.schema) != ("tpch", "tiny") or name.table not in self.types:
            raise StatementInvalid(f"Table '{name}' does not exist")
        columns = tuple(
            Column(item["name"], TrinoType.parse(item["type"]))
            for item in self.types[name.table]
        )
        path = str(self.folder / f"{name.table}.parquet").replace("'", "''")
        return embedded.Relation(f"read_parquet('{path}')", columns)


def _spell(value: Any, type_: TrinoType, zone: str) -> Any:  # noqa: ANN401, PLR0911, C901
    if value is None:
        return None
    if type_.base in {"double", "real"}:
        return value if math.isfinite(value) else _odd(value)
    if type_.base == "timestamp with time zone":
        return _moment(value.astimezone(zone_of(zone or "UTC")), type_, f" {zone or 'UTC'}")
    if isinstance(value, datetime):
        return _moment(value, type_, "")
    if isinstance(value, time):
        digits = type_.numbers[0]
        text = value.strftime("%H:%M:%S.%f")
        return text[: 9 + digits] if digits else text[:8]
    if type_.base == "interval day to second":
        return _days(value)
    if type_.base == "interval year to month":
        return _months(value)
    if type_.base == "array":
        return [_spell(item, type_.items[0], zone) for item in value]
    if type_.base == "row":
        cells = list(value.values()) if isinstance(value, dict) else list(value)
        return [_spell(c, f.type, zone) for c, f in zip(cells, type_.fields, strict=True)]
    if type_.base == "map":
        return {_key(k): _spell(v, type_.items[1], zone) for k, v in value.items()}
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal | date) or type_.base == "uuid":
        return str(value)
    return value


def _key(value: Any) -> str:  # noqa: ANN401
    return str(value).lower() if isinstance(value, bool) else str(value)


def _odd(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _moment(value: datetime, type_: TrinoType, tail: str) -> str:
    digits = type_.numbers[0]
    text = value.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")
    return (text[: 20 + digits] if digits else text[:19]) + tail


def _days(value: timedelta) -> str:
    total = round(value / timedelta(milliseconds=1))
    sign, total = ("-", -total) if total < 0 else ("", total)
    days, rest = divmod(total, 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, millis = divmod(rest, 1000)
    return f"{sign}{days} {hours:02}:{minutes:02}:{seconds:02}.{millis:03}"


def _months(value: timedelta) -> str:
    # The DuckDB client answers an interval of months as days of 30 to the month, 365 to the year.
    years, rest = divmod(abs(value.days), 360)
    return f"{'-' if value.days < 0 else ''}{years}-{rest // 30}"


def main() -> None:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    subject = Subject(parser.parse_args().data)
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(json.dumps(subject.answer(request)) + "\n")
        sys.stdout.flush()


UTC = ZoneInfo("UTC")
Answer = dict[str, Any]
Read = Statement

if __name__ == "__main__":
    main()
