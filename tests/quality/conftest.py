"""A small engine over DuckDB, and short ways to say a table, a contract and a rule."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jupyter_mesh.catalog.gateway import Gateway
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.engines.embedded import EmbeddedEngine
from jupyter_mesh.errors import StatementInvalid
from jupyter_mesh.formats.arrow import schema_of
from jupyter_mesh.model.contract import Column, Contract, Rule
from jupyter_mesh.model.names import PLAIN, TableName, quote
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Access, Session, Snapshot, Stats
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.quality.evaluate import Evaluator
from jupyter_mesh.quality.worker import Worker
from jupyter_mesh.settings import EmbeddedSettings, IcebergSettings
from jupyter_mesh.testing.fakes import FakeSecrets

STORED = {
    "varchar": "VARCHAR",
    "double": "DOUBLE",
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "timestamp(6)": "TIMESTAMP",
    "timestamp(6) with time zone": "TIMESTAMPTZ",
}


class Answer:
    """A result that was read to its end."""

    def __init__(self, table):
        self.table = table

    @property
    def columns(self):
        return tuple(Column(name, TrinoType("varchar")) for name in self.table.column_names)

    @property
    def stats(self):
        return Stats(rows=self.table.num_rows)

    def rows(self):
        columns = [column.to_pylist() for column in self.table.columns]
        return list(zip(*columns, strict=True))

    def arrow(self):
        return self.table

    def batches(self):
        return iter(self.table.to_batches())

    def to_parquet(self, path):
        pq.write_table(self.table, path)


class DuckEngine:
    """Runs simple Trino SQL as it stands; remembers statements and sessions."""

    name = "duck"

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute("ATTACH ':memory:' AS lake")
        # The one function of the checks that DuckDB calls otherwise.
        self.connection.execute("CREATE MACRO regexp_like(s, p) AS regexp_matches(s, p)")
        self.statements = []
        self.sessions = []
        self.writes = ()

    def create(self, name, columns, rows):
        """Make a table with these rows."""
        spelled = ", ".join(
            f"{quote(column.name)} {STORED.get(str(column.type), str(column.type))}"
            for column in columns
        )
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{name.schema}")
        self.connection.execute(f"CREATE TABLE {name.sql} ({spelled})")
        if rows:
            marks = ", ".join("?" for _ in columns)
            self.connection.executemany(f"INSERT INTO {name.sql} VALUES ({marks})", rows)
        return Snapshot(name, "file:///m", "uuid", 1, 0, len(rows), columns)

    def query(self, sql, session, parameters=None, ticket=None):
        self.statements.append(sql)
        self.sessions.append(session)
        try:
            return Answer(self.connection.execute(sql).to_arrow_table())
        except duckdb.Error as error:
            raise StatementInvalid(str(error).splitlines()[0]) from error

    def access(self, sql, session):
        return Access(writes=self.writes)

    def close(self):
        self.connection.close()


class LakeEngine:
    """The embedded engine over a lake; remembers statements and sessions."""

    name = "lake"

    def __init__(self, folder):
        settings = IcebergSettings(f"sqlite:///{folder}/catalog.db", f"file://{folder}/files")
        secrets = FakeSecrets()
        self.lake = Lake("lake", settings, secrets)
        self.gateway = Gateway({"lake": self.lake})
        self.engine = EmbeddedEngine(
            EmbeddedSettings(),
            {"lake": self.lake},
            {"lake": settings},
            self.gateway,
            secrets,
            folder / "scratch",
        )
        self.statements = []
        self.sessions = []
        self.writes = ()

    def create(self, name, columns, rows):
        """Make a table with these rows, as a landing does; odd names, as a notebook does."""
        plain = tuple(replace(c, name=f"c{at}") for at, c in enumerate(columns))
        odd = any(not PLAIN.match(column.name) for column in columns)
        landed = replace(name, table=f"{name.table}_raw") if odd else name
        schema = schema_of(plain if odd else columns)
        values = zip(*rows, strict=True) if rows else [()] * len(columns)
        arrays = [pa.array(v, f.type) for v, f in zip(values, schema, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=schema)
        branch = self.lake.open_branch(uuid4().hex, None, [landed, name]).name
        session = Session(Actor("ann"), branch=branch)
        self.engine.write(landed, table.to_reader(), session)
        if odd:
            pairs = zip(plain, columns, strict=True)
            items = ", ".join(f"{p.name} AS {quote(c.name)}" for p, c in pairs)
            sql = f"CREATE TABLE {name.sql} AS SELECT {items} FROM {landed.sql}"
            self.engine.query(sql, session).rows()
        self.lake.merge(branch)
        return self.lake.snapshot(name)

    def query(self, sql, session, parameters=None, ticket=None):
        self.statements.append(sql)
        self.sessions.append(session)
        return self.engine.query(sql, session, parameters, ticket)

    def access(self, sql, session):
        return Access(writes=self.writes) if self.writes else self.engine.access(sql, session)

    def close(self):
        self.engine.close()
        self.gateway.close()
        self.lake.close()


class Bench:
    """One engine, tables on it, and contracts held against them."""

    schemas = count()

    def __init__(self, engine, evaluator):
        self.engine, self.evaluator = engine, evaluator
        self.schema = f"s{next(self.schemas)}"
        self.numbers = count()
        self.snapshot = None

    def table(self, *, name="", **columns):
        """Make a table: each column is (type, values)."""
        return self.named_table(name, columns)

    def named_table(self, name, columns):
        name = TableName("lake", self.schema, name or f"t{next(self.numbers)}")
        found = tuple(
            Column(column, TrinoType.parse(kind)) for column, (kind, _) in columns.items()
        )
        rows = list(zip(*(values for _, values in columns.values()), strict=True))
        self.snapshot = self.engine.create(name, found, rows)
        return self.snapshot

    def check(self, *rules, columns=None, snapshot=None):
        """Every result of the contract of these rules (and columns: those that are there)."""
        snapshot = snapshot or self.snapshot
        contract = Contract("c", columns if columns is not None else snapshot.columns, rules)
        return self.evaluator.check("port", snapshot, contract, Session(Actor("ann")))

    def rule(self, metric, column="", **more):
        """The one result of one rule."""
        return self.check(Rule("it", metric, column, **more))[-1]

    def flags(self, **flags):
        """The columns that are there, some with flags: x={"required": True}."""
        return tuple(replace(c, **flags.get(c.name, {})) for c in self.snapshot.columns)


@pytest.fixture(scope="session")
def lake_engine(tmp_path_factory):
    engine = LakeEngine(tmp_path_factory.mktemp("lake"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def duck_engine():
    engine = DuckEngine()
    yield engine
    engine.close()


@pytest.fixture(params=["duck_engine", "lake_engine"])
def bench(request):
    engine = request.getfixturevalue(request.param)
    evaluator = Evaluator(engine)
    yield Bench(engine, evaluator)
    evaluator.close()
    engine.writes = ()
    vars(engine).pop("query", None)


@pytest.fixture(scope="session")
def worker():
    worker = Worker(timeout=120)
    yield worker
    worker.close()
