"""A small engine over DuckDB, and short ways to say a table, a contract and a rule."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import duckdb
import pyarrow.parquet as pq
import pytest

from jupyter_mesh.errors import StatementInvalid
from jupyter_mesh.model.contract import Column, Contract, Rule
from jupyter_mesh.model.names import TableName, quote
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Access, Session, Snapshot, Stats
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.quality.evaluate import Evaluator

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
        self.connection.execute("ATTACH ':memory:' AS lake; CREATE SCHEMA lake.test")
        # The one function of the checks that DuckDB calls otherwise.
        self.connection.execute("CREATE MACRO regexp_like(s, p) AS regexp_matches(s, p)")
        self.statements = []
        self.sessions = []
        self.writes = ()

    def query(self, sql, session, parameters=None, ticket=None):
        self.statements.append(sql)
        self.sessions.append(session)
        try:
            return Answer(self.connection.execute(sql).to_arrow_table())
        except duckdb.Error as error:
            raise StatementInvalid(str(error).splitlines()[0]) from error

    def access(self, sql, session):
        return Access(writes=self.writes)


class Bench:
    """One engine, tables on it, and contracts held against them."""

    def __init__(self, engine, evaluator):
        self.engine, self.evaluator = engine, evaluator
        self.numbers = count()
        self.snapshot = None

    def table(self, *, name="", **columns):
        """Make a table: each column is (type, values)."""
        return self.named_table(name, columns)

    def named_table(self, name, columns):
        name = TableName("lake", "test", name or f"t{next(self.numbers)}")
        kinds = {column: TrinoType.parse(kind) for column, (kind, _) in columns.items()}
        spelled = ", ".join(
            f"{quote(column)} {STORED.get(str(kind), str(kind))}"
            for column, kind in kinds.items()
        )
        self.engine.connection.execute(f"CREATE TABLE {name.sql} ({spelled})")
        rows = list(zip(*(values for _, values in columns.values()), strict=True))
        if rows:
            marks = ", ".join("?" for _ in columns)
            self.engine.connection.executemany(f"INSERT INTO {name.sql} VALUES ({marks})", rows)
        found = tuple(Column(column, kind) for column, kind in kinds.items())
        self.snapshot = Snapshot(name, "file:///m", "uuid", 1, 0, len(rows), found)
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


@pytest.fixture
def bench():
    engine = DuckEngine()
    evaluator = Evaluator(engine)
    yield Bench(engine, evaluator)
    evaluator.close()
    engine.connection.close()


@pytest.fixture(scope="session")
def worker():
    from jupyter_mesh.quality.worker import Worker

    worker = Worker(timeout=120)
    yield worker
    worker.close()
