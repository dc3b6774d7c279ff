"""Fakes of engine, result and gateway: answers are given beforehand, calls written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import MeshError, NameNotFound
from jupyter_mesh.model.health import Condition, Health
from jupyter_mesh.model.tables import Access, Endpoint, Stats
from jupyter_mesh.testing.fake_catalog import Calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.protocols import Ticket


@dataclass
class FakeResult:
    """Implements Result over rows that are at hand."""

    columns: tuple[Column, ...] = ()
    values: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def stats(self) -> Stats:
        """How many rows; it took no time."""
        return Stats(rows=len(self.values), engine="fake")

    def rows(self) -> list[tuple[Any, ...]]:
        """The rows."""
        return list(self.values)

    def arrow(self) -> pa.Table:
        """The rows with the types that Arrow guesses."""
        import pyarrow as pa

        names = [column.name for column in self.columns]
        return pa.table({name: [row[i] for row in self.values] for i, name in enumerate(names)})

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows in one batch."""
        yield from self.arrow().to_batches()

    def df(self, dtype_backend: str = "mesh") -> Any:  # noqa: ANN401, ARG002 - a pandas frame
        """The rows as Arrow makes a frame of them."""
        return self.arrow().to_pandas()

    def to_parquet(self, path: str | Path) -> None:
        """The rows in a file."""
        from pyarrow import parquet

        parquet.write_table(self.arrow(), path)


@dataclass
class FakeEngine:
    """Implements Engine: `answers` by statement, where an error is raised; `known` columns."""

    answers: dict[str, FakeResult | MeshError] = field(default_factory=dict)
    known: dict[TableName, tuple[Column, ...]] = field(default_factory=dict)
    accesses: dict[str, Access] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    name: str = "fake"

    def query(
        self,
        sql: str,
        session: Session,  # noqa: ARG002 - the answer is the same for everybody
        parameters: Mapping[str, Any] | None = None,  # noqa: ARG002
        ticket: Ticket | None = None,  # noqa: ARG002
    ) -> FakeResult:
        """The answer to exactly this statement, nothing to another."""
        self.calls.note(f"query {sql}")
        answer = self.answers.get(sql, FakeResult())
        if isinstance(answer, MeshError):
            raise answer
        return answer

    def access(self, sql: str, session: Session) -> Access:  # noqa: ARG002
        """What was said that the statement touches."""
        return self.accesses.get(sql, Access())

    def catalogs(self) -> Sequence[str]:
        """The catalogs of the known tables."""
        return sorted({table.catalog for table in self.known})

    def schemas(self, catalog: str, session: Session) -> Sequence[str]:  # noqa: ARG002
        """The schemas of the known tables."""
        return sorted({table.schema for table in self.known if table.catalog == catalog})

    def tables(self, catalog: str, schema: str, session: Session) -> Sequence[str]:  # noqa: ARG002
        """The known tables."""
        place = (catalog, schema)
        return sorted(t.table for t in self.known if (t.catalog, t.schema) == place)

    def describe(self, table: TableName, session: Session) -> tuple[Column, ...]:  # noqa: ARG002
        """The known columns."""
        if table not in self.known:
            raise NameNotFound("table", str(table), map(str, self.known))
        return self.known[table]

    def write(
        self,
        table: TableName,
        source: pa.RecordBatchReader | Path,
        session: Session,  # noqa: ARG002
        ticket: Ticket | None = None,  # noqa: ARG002
    ) -> int:
        """Read a reader to its end and count; a file is one row."""
        self.calls.note(f"write {table}")
        return 1 if isinstance(source, Path) else sum(batch.num_rows for batch in source)

    def health(self, session: Session) -> Sequence[Condition]:  # noqa: ARG002
        """As it should be."""
        return [Condition("engine fake", Health.GOOD, "in memory")]

    def close(self) -> None:
        """Write it down."""
        self.calls.note("close")


@dataclass
class FakeGateway:
    """Implements Gateway without listening anywhere."""

    calls: Calls = field(default_factory=Calls)

    def endpoint(self, catalog: str, branch: str = "") -> Endpoint:
        """An address that nobody answers."""
        self.calls.note(f"endpoint {branch or catalog}")
        return Endpoint("http://127.0.0.1:1", "token", branch or catalog)

    def close(self) -> None:
        """Write it down."""
        self.calls.note("close")
