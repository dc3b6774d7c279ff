"""Carry out a plan: run, stage, check, gate, publish, announce; or leave no trace."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.errors import (
    ConflictError,
    ContractError,
    MeshError,
    NotebookError,
    PromotionRefused,
    PromotionStopped,
)
from jupyter_mesh.model.policy import Decision, Reason
from jupyter_mesh.model.runs import Progress, Release, RunRecord, Step
from jupyter_mesh.model.tables import BranchState, Session
from jupyter_mesh.promotion import evidence
from jupyter_mesh.promotion.announce import deliver
from jupyter_mesh.promotion.lease import kept
from jupyter_mesh.promotion.plan import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import Plan, PortSnapshot, Run
    from jupyter_mesh.protocols import Announcer, Catalog, Checker, Gate, NotebookRunner

# Every statement of a run is one entry; a run that has more reads the same tables again.
ALL_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Promoter:
    """Takes a plan all the way to a release."""

    runner: NotebookRunner
    catalog: Catalog
    checker: Checker
    gates: Sequence[Gate] = ()
    announcers: Sequence[Announcer] = ()

    def promote(
        self,
        plan: Plan,
        environment: Mapping[str, str] | None = None,
        tell: Callable[[Progress], None] = lambda _progress: None,
        wait: float = 0.0,
        cancel: threading.Event | None = None,
    ) -> Release:
        """Publish the plan's next version and return it; whatever fails leaves no trace.

        `environment` goes to the notebook; `wait` are the seconds to wait while somebody else
        promotes the same product. Raises NotebookError, ContractError or PromotionRefused with
        the reasons, ConflictError when somebody else was faster, PromotionStopped when `cancel`
        is set before the release is published.
        """
        _refuse_obstacles(plan)
        attempt = _Attempt(plan, uuid4().hex, tell, cancel or threading.Event())
        name = plan.product.name
        with self.catalog.lease(f"product {name}", f"{plan.actor}, run {attempt.run_id}", wait):
            self.catalog.sweep()
            self._bury(plan.product.name)
            # Tags that are still to be written would move tables under the new branch.
            self._announce(attempt)
            # Who waited finds another release before them than when they planned.
            attempt.plan = numbered(plan, self.catalog)
            return self._attempt(attempt, environment or {})

    def _bury(self, product: ProductName) -> None:
        """Abandon what earlier runs left open: who holds the product's lease is alone."""
        dead = {run.run_id for run in self.catalog.runs(product) if run.state == "running"}
        for branch in self.catalog.branches():
            if branch.run_id in dead:
                self.catalog.abandon(branch.name)

    def _attempt(self, attempt: _Attempt, environment: Mapping[str, str]) -> Release:
        try:
            self.catalog.save_run(attempt.record("running"))
            release = self._carry_out(attempt, environment)
        except BaseException as error:
            found = self._after(attempt, error)
            if found is not None:
                self._conclude(attempt, found)
            if found is None or not isinstance(error, Exception):
                raise
            return found
        self._conclude(attempt, release)
        return release

    def _conclude(self, attempt: _Attempt, release: Release) -> None:
        """Remember the run and tell others; nothing that fails here undoes the release."""
        try:
            self.catalog.save_run(attempt.record("published", digest=release.digest))
            attempt.step = Step.ANNOUNCE
            self._announce(attempt)
        except MeshError as error:
            attempt.say(f"{release.version} is published, but: {error.message}", failed=True)

    def _carry_out(self, attempt: _Attempt, environment: Mapping[str, str]) -> Release:
        attempt.branch = self._open(attempt)
        given = {
            **environment,
            "MESH_RUN_ID": attempt.run_id,
            "MESH_BRANCH": attempt.branch,
            "MESH_PRODUCT": str(attempt.plan.product.name),
            "MESH_USER": attempt.plan.actor.user,
        }
        with kept(self.catalog, attempt.branch, attempt.cancel):
            attempt.enter(Step.RUN, f"Running {Path(attempt.plan.product.notebook).name}")
            run = self.runner.run(
                attempt.plan, attempt.run_id, given, attempt.tell, attempt.cancel
            )
            attempt.facts["executed"] = run.executed
            try:
                outputs = self._stage(attempt, run)
                results = self._check(attempt, outputs)
                release = self._gate(attempt, run, outputs, results)
            except (ContractError, PromotionRefused) as error:
                error.notebook = run.executed
                error.remedy += f"\nThe executed copy is {run.executed}."
                raise
        return self._publish(attempt, release)

    def _open(self, attempt: _Attempt) -> str:
        product = attempt.plan.product
        tables = [output.table for output in product.outputs]
        branch = self.catalog.open_branch(attempt.run_id, product.name, tables).name
        attempt.branch = branch
        for schema in sorted({table.schema for table in tables}):
            self.catalog.create_schema(schema, branch)
        return branch

    def _stage(self, attempt: _Attempt, run: Run) -> tuple[PortSnapshot, ...]:
        attempt.enter(Step.STAGE, "Collecting what was staged")
        staged = self.catalog.staged(attempt.branch)
        outputs = evidence.staged_ports(attempt.plan.product, staged, run)
        for number, output in enumerate(outputs, start=1):
            rows = "rows" if output.snapshot.rows is None else f"{output.snapshot.rows:,} rows"
            attempt.say(f"{output.port}: {rows}", number, len(outputs))
        return outputs

    def _check(
        self, attempt: _Attempt, outputs: Sequence[PortSnapshot]
    ) -> tuple[CheckResult, ...]:
        attempt.enter(Step.CHECK, f"Checking {attempt.plan.checks} promises")
        plan = attempt.plan
        session = Session(
            actor=plan.actor,
            branch=attempt.branch,
            run_id=attempt.run_id,
            pins={output.snapshot.table: output.snapshot for output in outputs},
        )
        results: list[CheckResult] = []
        for number, output in enumerate(outputs, start=1):
            contract = plan.product.output(output.port).contract
            found = self.checker.check(output.port, output.snapshot, contract, session)
            results += found
            told = f"{output.port}: {len(found)} checks"
            attempt.say(told, number, len(outputs), checks=tuple(found))
        return tuple(results)

    def _gate(
        self,
        attempt: _Attempt,
        run: Run,
        outputs: tuple[PortSnapshot, ...],
        results: tuple[CheckResult, ...],
    ) -> Release:
        attempt.enter(Step.GATE, f"Asking {len(self.gates)} gates")
        plan = attempt.plan
        entries = self.catalog.audit(run_id=attempt.run_id, limit=ALL_ENTRIES)
        inputs = evidence.inputs_read(plan, entries)
        asked = [gate.decide(plan, results) for gate in self.gates]
        decision = evidence.merged([*asked, evidence.notes_on_inputs(plan, inputs)])
        if not decision.allowed:
            raise PromotionRefused(
                f"{plan.product.name} {plan.version} was not published.",
                decision=decision,
                rows=evidence.failing_rows(results),
                checks=results,
            )
        return Release(
            product=plan.product.name,
            version=plan.version,
            created=datetime.now(UTC),
            actor=plan.actor,
            outputs=outputs,
            inputs=inputs,
            run=evidence.kept_run(run, plan.product.folder),
            version_decision=plan.version_decision,
            checks=results,
            decision=decision,
            files=plan.product.files,
        )

    def _publish(self, attempt: _Attempt, release: Release) -> Release:
        attempt.enter(Step.PUBLISH, f"Publishing {release.product} {release.version}")
        audited = {output.snapshot.metadata_location for output in release.outputs}
        staged = self.catalog.staged(attempt.branch)
        if {snapshot.metadata_location for snapshot in staged} != audited:
            raise ConflictError(
                f"What {release.product} staged was changed after it had been checked.",
                remedy="Let nothing write to the branch after the notebook; promote again.",
            )
        try:
            return self.catalog.publish(attempt.branch, release)
        except ConflictError as error:
            raise ConflictError(
                f"{release.product} {release.version} was not published: {error.message}",
                remedy="Promote again: it then starts from what is current now.",
            ) from error

    def _after(self, attempt: _Attempt, error: BaseException) -> Release | None:
        """Undo what was begun; the release, when the failure came after its commit."""
        try:
            if (release := self._published(attempt)) is not None:
                return release
            if attempt.branch:
                self.catalog.abandon(attempt.branch)
            state = "refused" if isinstance(error, PromotionRefused) else "failed"
            if isinstance(error, NotebookError) and error.notebook:
                attempt.facts |= {"executed": error.notebook, "cell": error.cell}
            reason = str(error) or type(error).__name__
            self.catalog.save_run(attempt.record(state, reason=reason))
        except MeshError as second:
            error.add_note(f"The branch could not be abandoned now: {second.message}")
        # Why is said once, by the error that goes on from here.
        attempt.say("Stopped: nothing was published", failed=True)
        return None

    def _published(self, attempt: _Attempt) -> Release | None:
        """The release, when the catalog says that it stands although publishing it raised."""
        if attempt.step is not Step.PUBLISH:
            return None
        if self.catalog.branch(attempt.branch).state is not BranchState.PUBLISHED:
            return None
        product, version = attempt.plan.product.name, attempt.plan.version
        return next(r for r in self.catalog.releases(product) if r.version == version)

    def _announce(self, attempt: _Attempt) -> None:
        """Tell others what they have not heard yet of this product; failures are noted."""
        product = attempt.plan.product
        told = deliver(
            self.catalog, self.announcers, lambda _name: product.folder, product.name
        )
        for number, line in enumerate(told, start=1):
            attempt.say(line.text, number, len(told), failed=bool(line.error))


@dataclass
class _Attempt:
    """One try at one plan: how far it has come, and whom to tell."""

    plan: Plan
    run_id: str
    tell: Callable[[Progress], None]
    cancel: threading.Event
    branch: str = ""
    step: Step = Step.PLAN

    def __post_init__(self) -> None:
        self.started = datetime.now(UTC)
        self.facts: dict[str, Any] = {}

    def enter(self, step: Step, text: str) -> None:
        """Go on with the next step, unless somebody pressed stop."""
        if self.cancel.is_set():
            raise PromotionStopped(f"The promotion of {self.plan.product.name} was stopped.")
        self.step = step
        self.say(text)

    def say(
        self,
        text: str,
        done: int = 0,
        total: int = 0,
        *,
        failed: bool = False,
        checks: tuple[CheckResult, ...] = (),
    ) -> None:
        """Tell whoever watches."""
        self.tell(Progress(self.step, text, done, total, failed, checks))

    def record(self, state: str, **facts: str) -> RunRecord:
        """The run as the catalog is to remember it."""
        self.facts |= {"step": self.step.value, "version": str(self.plan.version), **facts}
        record = RunRecord(
            self.run_id,
            self.plan.product.name,
            state,
            self.started,
            self.plan.actor.user,
            facts={**self.facts, "branch": self.branch},
        )
        return record if state == "running" else replace(record, ended=datetime.now(UTC))


def _refuse_obstacles(plan: Plan) -> None:
    if plan.is_clear:
        return
    reasons = [
        Reason("plan", str(obstacle)) for obstacle in plan.obstacles if obstacle.blocking
    ]
    raise PromotionRefused(
        f"{plan.product.name} {plan.version} cannot be promoted as it stands.",
        decision=Decision(tuple(reasons)),
    )
