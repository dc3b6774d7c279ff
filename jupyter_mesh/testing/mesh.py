"""A mesh that writes down what it was asked and answers from a script."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event
from typing import TYPE_CHECKING, Any, Self

from jupyter_mesh.errors import NameNotFound, QueryCancelled
from jupyter_mesh.model.browse import Description, Entry
from jupyter_mesh.model.contract import Column, Contract
from jupyter_mesh.model.diff import ReleaseDiff, compare
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.product import DataProduct, OutputPort
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import Plan, PortSnapshot, Progress, Release, Step
from jupyter_mesh.model.tables import Access, Landing, Pin, Session, Snapshot, Stats
from jupyter_mesh.model.types import BIGINT, TrinoType
from jupyter_mesh.model.versions import Change, Version, VersionDecision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import timedelta
    from pathlib import Path

    import pyarrow as pa

    from jupyter_mesh.catalog.maintenance import GcReport
    from jupyter_mesh.model.health import Condition
    from jupyter_mesh.protocols import Ticket

TABLE = TableName.parse("lake.raw.flights")
PORT = TableName.parse("lake.aviation_delays.carriers")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACTOR = Actor("ana")
COLUMNS = (Column("id", BIGINT, required=True),)
# A snapshot id that a floating-point number cannot hold.
LARGE = 2**60 + 1
SNAPSHOT = Snapshot(PORT, "file:///x/v1.json", "u", LARGE, 0, 3, COLUMNS, NOW)
PRODUCT = DataProduct(
    ProductName.parse("aviation/delays"),
    "/mesh/products/aviation/delays",
    "/mesh/products/aviation/delays/delays.ipynb",
    (),
    (OutputPort("carriers", PORT, Contract("carriers", COLUMNS)),),
)
FAILING: dict[str, Any] = {"carrier": None, "month": 1}
CHECKS = (
    CheckResult(
        *("carriers", "carrier-present", Outcome.FAILED, "carrier is null in 1 row"),
        rows=(FAILING,),
    ),
    CheckResult("carriers", "some-rows", Outcome.PASSED, "16 rows"),
)
BELOW = {
    "": [Entry("lake", "catalog", "iceberg"), Entry("aviation/delays", "product")],
    "lake": [Entry("lake.raw", "schema")],
    "lake.raw": [Entry("lake.raw.flights", "table"), Entry("lake.raw.planes", "table")],
    "lake.raw.flights": [
        Entry("lake.raw.flights.carrier", "column", "varchar"),
        Entry("lake.raw.flights.dep_delay", "column", "double"),
    ],
}


def release(version: str = "1.0.0", reason: str = "the first release") -> Release:
    """A release of aviation/delays with one port."""
    return Release(
        PRODUCT.name,
        Version.parse(version),
        NOW,
        ACTOR,
        (PortSnapshot("carriers", SNAPSHOT),),
        version_decision=VersionDecision(Change.MINOR, (reason,)),
        checks=CHECKS,
        digest="d" * 64,
    )


class ScriptedResult:
    """Arrow batches of ten rows, with declared types."""

    def __init__(self, table: pa.Table, types: Sequence[str], update: str = "") -> None:
        self.table = table
        self.columns = tuple(
            Column(name, TrinoType.parse(kind))
            for name, kind in zip(table.column_names, types, strict=True)
        )
        access = Access((Pin(TABLE, snapshot_id=LARGE),))
        self.stats = Stats(table.num_rows, 0.214, "embedded", "q-1", update, access)
        self.pulled = 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, ten at a time; `pulled` counts the batches."""
        for batch in self.table.to_batches(max_chunksize=10):
            self.pulled += 1
            yield batch

    def arrow(self) -> pa.Table:
        """All rows as one Arrow table."""
        return self.table

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as Python values."""
        return list(zip(*(column.to_pylist() for column in self.table.columns), strict=True))

    def df(self, dtype_backend: str = "mesh") -> Any:  # noqa: ANN401, ARG002 - a frame
        """All rows as a frame."""
        return self.table.to_pandas()

    def to_parquet(self, path: str | Path) -> None:
        """Write all rows to a file."""
        from pyarrow import parquet

        parquet.write_table(self.table, path)


def numbers(count: int = 3) -> ScriptedResult:
    """So many rows of a whole number and a decimal."""
    import pyarrow as pa

    table = pa.table({"n": list(range(count)), "d": [Decimal("12.30")] * count})
    return ScriptedResult(table, ["bigint", "decimal(10,2)"])


@dataclass
class ScriptedMesh:
    """The verbs of a Mesh.

    `answers` has what a statement gives (a result, an error, or a function of the ticket),
    three numbers otherwise; `refusal` what a promotion ends with; `calls` is what was asked.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    product: ProductName | None = None
    session: Session = field(default_factory=lambda: Session(ACTOR, "lake", "raw"))
    refusal: Exception | None = None
    stopped: Event = field(default_factory=Event)
    conditions: Sequence[Condition] = ()

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        engine: str | None = None,
        ticket: Ticket | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the script says
        """Answer from the script."""
        self.calls.append(("query", sql, parameters, engine))
        answer = self.answers.get(sql.strip()) or numbers()
        if callable(answer):
            answer = answer(ticket)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def forever(self, ticket: Ticket) -> None:
        """A statement that only ends when it is cancelled by its ticket."""
        ticket.on_cancel(self.stopped.set)
        ticket.report("running, scanning", 40.0)
        if not self.stopped.wait(30):
            raise AssertionError("Nobody cancelled the statement.")
        raise QueryCancelled("The query was cancelled.")

    def read(self, ref: str, port: str = "") -> Any:  # noqa: ANN401 - a result
        """Three numbers."""
        self.calls.append(("read", ref, port))
        return numbers()

    def land(self, source: Any, table: str, ticket: Ticket | None = None) -> Landing:  # noqa: ANN401, ARG002
        """Say that it landed."""
        self.calls.append(("land", source, table))
        return Landing(TableName.parse(table), str(source), "text/csv", 10, "d" * 64, 3, LARGE)

    def stage(self, port: str, data: Any, ticket: Ticket | None = None) -> Snapshot:  # noqa: ANN401, ARG002
        """Say that it is staged."""
        self.calls.append(("stage", port, data))
        return SNAPSHOT

    def browse(self, prefix: str = "") -> list[Entry]:
        """Answer from the little catalog above."""
        self.calls.append(("browse", prefix))
        if prefix not in BELOW:
            raise NameNotFound("catalog", prefix, ["lake"])
        return BELOW[prefix]

    def describe(self, name: str) -> Description:
        """One column and one fact."""
        self.calls.append(("describe", name))
        return Description(name, "table", COLUMNS, facts={"rows": 3})

    def check(self, name: str) -> list[CheckResult]:
        """One rule broken, one kept."""
        self.calls.append(("check", name))
        return list(CHECKS)

    def plan(self, product: str, parameters: Mapping[str, Any] | None = None) -> Plan:
        """The next minor version."""
        self.calls.append(("plan", product, parameters))
        decision = VersionDecision(Change.MINOR, ("a column was added",))
        pins = (Pin(TABLE, 7),)
        return Plan(PRODUCT, ACTOR, Version(1, 1, 0), decision, pins, parameters or {})

    def promote(
        self,
        plan: Plan | str,
        parameters: Mapping[str, Any] | None = None,
        tell: Callable[[Progress], None] | None = None,
        wait: float = 0.0,
    ) -> Release:
        """Tell three steps, then release or refuse."""
        self.calls.append(("promote", plan, parameters, wait))
        if tell is not None:
            tell(Progress(Step.RUN, "cell 1", 1, 2))
            tell(Progress(Step.RUN, "cell 2", 2, 2))
            tell(Progress(Step.CHECK, "2 rules held"))
        if self.refusal is not None:
            raise self.refusal
        return release("1.1.0")

    def releases(self, product: str | None = None) -> list[Release]:
        """Two releases, newest first."""
        self.calls.append(("releases", product))
        return [release("1.1.0"), release()]

    def diff(self, before: str, after: str) -> ReleaseDiff:
        """Two releases side by side."""
        self.calls.append(("diff", before, after))
        decision = VersionDecision(Change.MINOR, ("a column was added",))
        return compare(release(), release("1.1.0"), decision)

    def rollback(self, product: str, to: str) -> Release:
        """A release that restores another."""
        self.calls.append(("rollback", product, to))
        return release("1.0.0+r1")

    def use(self, name: str) -> Session:
        """Stay where we are."""
        self.calls.append(("use", name))
        return self.session

    def as_of(self, when: str | None) -> Session:
        """Stay when we are."""
        self.calls.append(("as_of", when))
        return self.session

    def fsck(self) -> list[Any]:
        """Nothing is wrong."""
        return []

    def gc(self, older_than: timedelta | None = None, *, dry_run: bool = False) -> GcReport:
        """Two files are in nobody's reach."""
        from jupyter_mesh.catalog.maintenance import GcReport

        self.calls.append(("gc", older_than, dry_run))
        return GcReport(2, 2048, 7, NOW, dry_run, ("a.parquet", "b.parquet"))

    def engines(self) -> list[Entry]:
        """One."""
        return [Entry("embedded", "engine", "embedded")]

    def doctor(self) -> Iterator[Condition]:
        """The conditions of the script."""
        yield from self.conditions

    def lint(self) -> list[Any]:
        """Nothing is wrong."""
        return []

    def close(self) -> None:
        """Note that it was closed."""
        self.calls.append(("close",))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
