"""A job: one promotion that runs in a process of its own, as those who wait for it see it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from jupyter_mesh.model.runs import Step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.runs import Progress

# So many lines of what was said are kept; a notebook of 500 cells says a thousand.
LINES = 300


class JobState(StrEnum):
    """Where a job stands; it is lost when its process is gone without a last word."""

    RUNNING = "running"
    PUBLISHED = "published"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a job: running, done or failed, and the last that was said of it."""

    step: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """A promotion on its way; `process` on `host` carries it out, 0 before it has begun.

    `done` of `total` are the present step's, `cells` the notebook's; `checks` and `error` are
    plain JSON values, `release` is `domain/product@version`.
    """

    id: str
    product: ProductName
    actor: str
    started: datetime
    parameters: Mapping[str, Any] = field(default_factory=dict)
    state: JobState = JobState.RUNNING
    ended: datetime | None = None
    host: str = ""
    process: int = 0
    step: str = Step.PLAN.value
    done: int = 0
    total: int = 0
    text: str = ""
    stages: tuple[Stage, ...] = ()
    cells: tuple[int, int] = (0, 0)
    checks: tuple[Mapping[str, Any], ...] = ()
    release: str = ""
    error: Mapping[str, Any] | None = None
    executed: str = ""
    lines: tuple[str, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.state is JobState.RUNNING

    def advanced(self, progress: Progress) -> Job:
        """The job after one thing has happened."""
        step = progress.step.value
        state = "failed" if progress.failed else "running"
        before = [
            replace(stage, state="done") if stage.state == "running" else stage
            for stage in self.stages
            if stage.step != step
        ]
        is_cell = progress.step is Step.RUN and progress.total
        return replace(
            self,
            step=step,
            done=progress.done,
            total=progress.total,
            text=progress.text,
            stages=(*before, Stage(step, state, progress.text)),
            cells=(progress.done, progress.total) if is_cell else self.cells,
            lines=(*self.lines, f"{step}: {progress.text}")[-LINES:],
        )

    def concluded(
        self,
        state: JobState,
        ended: datetime,
        text: str = "",
        error: Mapping[str, Any] | None = None,
    ) -> Job:
        """The job at its end: a step that was still running is done, or failed with it."""
        last = "done" if state is JobState.PUBLISHED else "failed"
        return replace(
            self,
            state=state,
            ended=ended,
            text=text or self.text,
            error=error,
            stages=tuple(
                replace(stage, state=last) if stage.state == "running" else stage
                for stage in self.stages
            ),
        )


def lost(job: Job, last: datetime) -> Job:
    """The job when its process is gone without a last word; `last` is when it last lived."""
    text = f"The process that promoted {job.product} is gone; its end is not known."
    remedy = f"See mesh releases {job.product} for what was published, then promote again."
    error = {"type": "Lost", "message": text, "remedy": remedy}
    return job.concluded(JobState.LOST, last, text, error)
