"""Holds a snapshot against its contract: a few statements, one result for each promise."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import (
    AccessDenied,
    MeshError,
    NameNotFound,
    QueryCancelled,
    QueryError,
)
from jupyter_mesh.formats.cells import plain
from jupyter_mesh.model.contract import Severity
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.quality.checks import (
    Asked,
    Check,
    Expected,
    Finding,
    Settled,
    Sized,
    Unanswerable,
)
from jupyter_mesh.quality.custom import answered
from jupyter_mesh.quality.judge import judged, promised, scalar
from jupyter_mesh.quality.measure import Batch, Measurable, batches, counting, selecting
from jupyter_mesh.quality.plan import plan
from jupyter_mesh.quality.rows import as_rows, examples, masked_columns, shown_columns
from jupyter_mesh.quality.schema import spelled_as_found
from jupyter_mesh.quality.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_mesh.model.contract import Contract, Rule
    from jupyter_mesh.model.tables import Session, Snapshot
    from jupyter_mesh.protocols import Engine, Result

# Beyond this, handing the rows over would take longer than anybody waits for a check.
MOST_ROWS = 5_000_000

Findings = dict[int, Finding]


class Evaluator:
    """Checks contracts with an engine's SQL, and with a worker for foreign expectations."""

    def __init__(self, engine: Engine, worker: Worker | None = None) -> None:
        self.engine = engine
        self.worker = worker or Worker()

    def check(
        self, port: str, snapshot: Snapshot, contract: Contract, session: Session
    ) -> Sequence[CheckResult]:
        """One result for each promise, in their order; what cannot be evaluated says why."""
        pinned = replace(session, pins={**session.pins, snapshot.table: snapshot})
        contract = spelled_as_found(contract, snapshot.columns)
        checks = plan(contract, snapshot)
        evaluation = _Evaluation(self.engine, self.worker, snapshot, contract, pinned)
        findings = evaluation.findings(checks)
        return tuple(_result(port, check.rule, findings[at]) for at, check in enumerate(checks))

    def close(self) -> None:
        """End the worker, if there is one."""
        self.worker.close()


class _Evaluation:
    """One evaluation: the checks of one snapshot."""

    def __init__(
        self,
        engine: Engine,
        worker: Worker,
        snapshot: Snapshot,
        contract: Contract,
        session: Session,
    ) -> None:
        self.engine, self.worker = engine, worker
        self.snapshot, self.contract, self.session = snapshot, contract, session
        self.masked = masked_columns(contract)

    def findings(self, checks: Sequence[Check]) -> Findings:
        """What each check found, by its place."""
        found: Findings = {}
        for at, check in enumerate(checks):
            if isinstance(check, Settled):
                found[at] = Finding(check.kept, check.message, check.observed)
            elif isinstance(check, Unanswerable):
                found[at] = Finding(None, check.reason)
            elif isinstance(check, Asked):
                found[at] = self._ask(check)
        measurable = {at: c for at, c in enumerate(checks) if isinstance(c, Measurable)}
        expected = {at: c for at, c in enumerate(checks) if isinstance(c, Expected)}
        return found | self._measure(measurable) | self._expect(expected)

    def _measure(self, checks: Mapping[int, Measurable]) -> Findings:
        places = {id(check): at for at, check in checks.items()}
        found: Findings = {}
        for batch in batches(list(checks.values()), self.snapshot.table):
            for check, finding in self._run(batch):
                found[places[id(check)]] = self._with_rows(check, finding)
        return found

    def _run(self, batch: Batch) -> list[tuple[Measurable, Finding]]:
        """Run a batch; what the engine refuses is halved until the guilty check is alone."""
        try:
            row = self._row(batch.sql)
        except _REFUSALS as error:
            _pass_on_cancel(error)
            if len(batch.checks) == 1:
                return [(batch.checks[0], Finding(None, _reason(error)))]
            middle = len(batch.checks) // 2
            halves = (batch.checks[:middle], batch.checks[middle:])
            return [
                pair
                for half in halves
                for part in batches(half, self.snapshot.table)
                for pair in self._run(part)
            ]
        return [
            (check, judged(check, [int(row[at] or 0) for at in places]))
            for check, places in zip(batch.checks, batch.places, strict=True)
        ]

    def _row(self, sql: str) -> tuple[Any, ...]:
        return self.engine.query(sql, self.session).rows()[0]

    def _with_rows(self, check: Measurable, finding: Finding) -> Finding:
        """A broken check with up to 20 of its rows: the second look, for broken ones only."""
        if finding.kept is not False or isinstance(check, Sized):
            return finding
        found = [column.name for column in self.snapshot.columns]
        shown = shown_columns(check.columns, self.contract, found)
        sql, names = examples(check, self.snapshot.table, shown)
        try:
            values = self.engine.query(sql, self.session).rows()
        except _REFUSALS as error:
            # The verdict stands without its examples.
            _pass_on_cancel(error)
            return finding
        return replace(finding, rows=as_rows(names, values, self.masked))

    def _ask(self, check: Asked) -> Finding:
        """Run an author's statement: it reads, and it answers one value."""
        try:
            if self.engine.access(check.sql, self.session).writes:
                return Finding(None, "its query writes")
            result = self.engine.query(check.sql, self.session)
            values = _first_values(result)
        except _REFUSALS as error:
            _pass_on_cancel(error)
            return Finding(None, _reason(error))
        if len(result.columns) != 1 or len(values) != 1:
            return Finding(None, "its query does not answer exactly one value")
        return scalar(check.rule, values[0])

    def _expect(self, checks: Mapping[int, Expected]) -> Findings:
        """Hand the rows to the worker, once for all expectations."""
        if not checks:
            return {}
        rows = self.snapshot.rows
        if rows is None:
            rows = int(self._row(counting(self.snapshot.table))[0])
        if rows > MOST_ROWS:
            says = f"{rows:,} rows are more than Great Expectations is given ({MOST_ROWS:,})"
            return {at: Finding(None, says) for at in checks}
        asked = [{"type": c.type, "kwargs": c.arguments} for c in checks.values()]
        key = [name for name in self.contract.key if self._has(name)]
        wanted = [name for check in checks.values() for name in check.columns]
        sql = selecting(dict.fromkeys((*key, *wanted)), self.snapshot.table)
        try:
            with TemporaryDirectory(prefix="mesh-rows-") as folder:
                path = Path(folder) / "rows.parquet"
                self.engine.query(sql, self.session).to_parquet(path)
                answers = self.worker.validate(path, asked, key)
        except MeshError as error:
            _pass_on_cancel(error)
            return {at: Finding(None, _reason(error)) for at in checks}
        return {
            at: answered(check, answer, self.masked)
            for (at, check), answer in zip(checks.items(), answers, strict=True)
        }

    def _has(self, name: str) -> bool:
        return any(column.name == name for column in self.snapshot.columns)


_REFUSALS = (QueryError, NameNotFound, AccessDenied)


def _reason(error: MeshError) -> str:
    """What went wrong, without the statement that an engine draws below it."""
    return error.message.strip().partition("\n")[0].rstrip(".")


def _first_values(result: Result) -> list[Any]:
    """The first column's first values, two at least where there are: one is right, more wrong.

    The rest is never read, so that a forgotten count(*) does not fill the memory.
    """
    values: list[Any] = []
    for batch in result.batches():
        values += batch.column(0)[:2].to_pylist()
        if len(values) > 1:
            break
    return values


def _pass_on_cancel(error: MeshError) -> None:
    if isinstance(error, QueryCancelled):
        raise error


def _outcome(rule: Rule, kept: bool | None) -> Outcome:
    """A broken rule of severity info warns too: the gates tell by the severity."""
    if kept is None:
        return Outcome.NOT_EVALUATED
    if kept:
        return Outcome.PASSED
    return Outcome.FAILED if rule.severity is Severity.CRITICAL else Outcome.WARNED


def _result(port: str, rule: Rule, finding: Finding) -> CheckResult:
    says = finding.message
    if finding.kept is None:
        says = f"{rule.id} was not evaluated: {says}"
    definition = {key: plain(value) for key, value in asdict(rule).items()}
    return CheckResult(
        port=port,
        rule=rule.id,
        outcome=_outcome(rule, finding.kept),
        message=says if says.endswith((".", "!", "?")) else f"{says}.",
        column=rule.column,
        metric=rule.metric,
        observed=plain(finding.observed),
        expected=promised(rule),
        severity=Severity.INFO if rule.metric == "text" else rule.severity,
        dimension=rule.dimension,
        rows=finding.rows,
        definition=definition | finding.facts,
    )
