"""A real lake with an embedded engine over it in a folder, for tests and benchmarks."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.catalog.gateway import Gateway
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.engines.embedded import EmbeddedEngine
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session
from jupyter_mesh.settings import (
    EmbeddedSettings,
    FilesSettings,
    IcebergSettings,
    SqliteSettings,
    StorageSettings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

    from jupyter_mesh.protocols import Engine, Result, Ticket
    from jupyter_mesh.settings import CatalogSettings

ZONE = "timestamp(6) with time zone"


@dataclass(frozen=True, slots=True)
class Example:
    """An engine over a lake named `lake`, and the session that asks."""

    engine: Engine
    lake: Lake
    session: Session
    settings: EmbeddedSettings
    catalogs: Mapping[str, CatalogSettings] = field(default_factory=dict)

    def query(
        self,
        sql: str,
        ticket: Ticket | None = None,
        **parameters: Any,  # noqa: ANN401
    ) -> Result:
        """Run a statement in the example's session."""
        return self.engine.query(sql, self.session, parameters, ticket)

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """All rows of a statement."""
        return self.query(sql, **parameters).rows()

    def write(self, table: str, source: pa.RecordBatchReader | Path, branch: str = "") -> int:
        """Replace a table's rows."""
        session = replace(self.session, branch=branch)
        return self.engine.write(TableName.parse(table), source, session)

    def table(self, name: str) -> TableName:
        """The full name of a table in the session's schema."""
        return TableName(self.session.catalog, self.session.schema, name)

    def on(self, branch: str) -> Example:
        """The same on a branch."""
        return replace(self, session=replace(self.session, branch=branch))


class PlainSecrets:
    """Implements Secrets for references that are their own values."""

    def resolve(self, reference: str) -> str:
        """The reference itself."""
        return reference


@contextmanager
def lake_engine(
    folder: Path,
    catalogs: Mapping[str, CatalogSettings] | None = None,
    settings: EmbeddedSettings | None = None,
    warehouse: str = "",
    storage: StorageSettings | None = None,
) -> Iterator[Example]:
    """An empty lake in a folder, the given catalogs beside it, and an engine over all."""
    settings = settings or EmbeddedSettings()
    iceberg = IcebergSettings(
        f"sqlite:///{folder}/catalog.sqlite",
        warehouse or (folder / "warehouse").as_uri(),
        storage=storage or StorageSettings(),
    )
    secrets = PlainSecrets()
    with Lake("lake", iceberg, secrets) as lake:
        gateway = Gateway({"lake": lake})
        engine = EmbeddedEngine(
            settings,
            {"lake": lake},
            {"lake": iceberg, **(catalogs or {})},
            gateway,
            secrets,
            folder / "scratch",
        )
        try:
            every = {"lake": iceberg, **(catalogs or {})}
            yield Example(engine, lake, Session(Actor("ana"), "lake", "raw"), settings, every)
        finally:
            engine.close()
            gateway.close()


@contextmanager
def trino_engine(
    folder: Path,
    url: str,
    names: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - settings of the engine
) -> Iterator[Example]:
    """The same lake and sources as `seeded`, asked through a Trino server.

    `names` are the server's for the catalogs; without them the lake gets one of its own.
    """
    with seeded(folder) as local, through_trino(local, folder, url, names, **more) as example:
        yield example


@contextmanager
def through_trino(
    local: Example,
    folder: Path,
    url: str,
    names: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - settings of the engine
) -> Iterator[Example]:
    """An example that is there, asked through a Trino server."""
    from jupyter_mesh.engines.trino import TrinoEngine
    from jupyter_mesh.settings import TrinoSettings

    # One server serves many tests' lakes, each under a name of its own.
    names = {"lake": f"lake_{uuid4().hex[:12]}"} if names is None else names
    settings = TrinoSettings(url=url, catalogs=names, **more)
    gateway = Gateway({"lake": local.lake})
    engine = TrinoEngine(
        settings,
        {"lake": local.lake},
        local.catalogs,
        gateway,
        PlainSecrets(),
        folder / "remote",
    )
    try:
        yield replace(local, engine=engine)
    finally:
        engine.close()
        for name in names.values():
            engine.server.rows(f"DROP CATALOG IF EXISTS {name}")
        gateway.close()


@contextmanager
def seeded(folder: Path) -> Iterator[Example]:
    """A lake with flights in it, airlines in SQLite as `ops`, airports in files as `inbox`."""
    _airlines(folder / "ops.sqlite")
    _airports(folder / "inbox")
    catalogs: dict[str, CatalogSettings] = {
        "ops": SqliteSettings(str(folder / "ops.sqlite")),
        "inbox": FilesSettings(str(folder / "inbox")),
    }
    with lake_engine(folder, catalogs) as example:
        example.write("lake.raw.flights", _flights())
        yield example


def _flights() -> pa.RecordBatchReader:
    import pyarrow as pa

    size = 1000
    numbers = range(size)
    moments = [datetime(2026, 1 + n % 12, 1 + n % 28, n % 24, n % 60) for n in numbers]
    return pa.table(
        {
            "id": pa.array(numbers, pa.int64()),
            "carrier": [("AA", "DL", "UA", "ZZ")[n % 4] for n in numbers],
            "delay": pa.array(
                [None if n % 10 == 0 else n % 7 - 2 for n in numbers], pa.int32()
            ),
            "distance": [n * 1.5 for n in numbers],
            "price": pa.array([Decimal(n) / 4 for n in numbers], pa.decimal128(9, 2)),
            "day": [date(2026, 1 + n % 12, 1 + n % 28) for n in numbers],
            "departed": pa.array(moments, pa.timestamp("us")),
            "landed": pa.array(
                [moment.replace(tzinfo=UTC) for moment in moments], pa.timestamp("us", "UTC")
            ),
            "tail": pa.array([b"\x00" + bytes([n % 256]) for n in numbers]),
            "stops": [[n, None] if n % 3 else [] for n in numbers],
            "crew": [{"pilot": f"p{n}", "seats": n} for n in numbers],
        }
    ).to_reader()


def _airlines(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE airlines (carrier TEXT, name TEXT, founded INTEGER)")
        database.executemany(
            "INSERT INTO airlines VALUES (?, ?, ?)",
            [("AA", "American", 1926), ("DL", "Delta", 1929), ("UA", "United", None)],
        )
        database.execute("CREATE VIEW old AS SELECT * FROM airlines WHERE founded < 1927")


def _airports(folder: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    (folder / "eu" / "parts").mkdir(parents=True)
    (folder / "airports.csv").write_text("Code,Opened At\nJFK,1948-07-01\nLGA,1939-12-02\n")
    (folder / "eu" / "cities.json").write_text('[{"city": "Bern", "size": {"people": 1}}]')
    for number in range(2):
        numbers = pa.table({"n": pa.array([number], pa.uint8())})
        parquet.write_table(numbers, folder / "eu" / "parts" / f"{number}.parquet")
