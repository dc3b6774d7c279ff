"""Promises of a job's value: it says how far it is, and ends in one piece."""

from datetime import UTC, datetime

from jupyter_mesh.model.jobs import LINES, Job, JobState
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.runs import Progress, Step

NOW = datetime(2026, 11, 22, tzinfo=UTC)
JOB = Job("a", ProductName("shop", "orders"), "ana", NOW)


def test_steps_follow_each_other_and_the_last_is_running():
    job = JOB.advanced(Progress(Step.RUN, "Cell 1", 1, 2))
    job = job.advanced(Progress(Step.RUN, "Cell 2", 2, 2))
    job = job.advanced(Progress(Step.CHECK, "Checking", 0, 0))
    assert [(stage.step, stage.state) for stage in job.stages] == [
        ("run", "done"),
        ("check", "running"),
    ]
    assert (job.step, job.cells, job.text) == ("check", (2, 2), "Checking")


def test_a_failed_step_stays_failed():
    job = JOB.advanced(Progress(Step.RUN, "stopped", failed=True))
    job = job.concluded(JobState.FAILED, NOW, "stopped", {"type": "NotebookError"})
    assert [stage.state for stage in job.stages] == ["failed"]
    assert not job.is_running


def test_the_end_closes_what_was_running():
    job = JOB.advanced(Progress(Step.PUBLISH, "Publishing"))
    assert job.concluded(JobState.PUBLISHED, NOW).stages[0].state == "done"
    assert job.concluded(JobState.CANCELLED, NOW).stages[0].state == "failed"


def test_what_was_said_is_kept_up_to_a_limit():
    job = JOB
    for number in range(LINES + 50):
        job = job.advanced(Progress(Step.RUN, f"Cell {number}", number, 999))
    assert len(job.lines) == LINES
    assert job.lines[-1] == f"run: Cell {LINES + 49}"
