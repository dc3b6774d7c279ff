"""Promises of the jobs' rows, on both databases."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from jupyter_mesh.catalog.database import Database
from jupyter_mesh.catalog.jobs import Jobs
from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.jobs import Job, JobState, lost
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.runs import Progress, Step

ORDERS = ProductName("shop", "orders")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
pytestmark = pytest.mark.our_database


class Words:
    def resolve(self, reference):
        return ""


@pytest.fixture
def database(settings):
    with closing(Database(settings, Words())) as database:
        yield database


def job(name="a", **more):
    return Job(name, ORDERS, "ana", NOW, **more)


def test_a_job_comes_back_as_it_was_kept(database):
    jobs = Jobs("lake", database)
    kept = job(parameters={"x": 1}, host="here", process=7).advanced(
        Progress(Step.RUN, "Cell 1", 1, 5)
    )
    jobs.save(kept)
    assert jobs.find("a") == kept
    ended = kept.concluded(JobState.FAILED, NOW, "no", {"type": "X", "message": "no"})
    jobs.save(ended)
    assert jobs.find("a") == ended


def test_an_end_is_written_once(database):
    jobs = Jobs("lake", database)
    jobs.save(job())
    assert jobs.conclude(job().concluded(JobState.PUBLISHED, NOW))
    assert not jobs.conclude(lost(job(), NOW))
    assert jobs.find("a").state is JobState.PUBLISHED


def test_the_newest_come_first_and_states_are_told_apart(database):
    jobs = Jobs("lake", database)
    for number, state in enumerate(("running", "published", "refused")):
        one = Job(state, ORDERS, "ana", NOW + timedelta(seconds=number))
        jobs.save(one if state == "running" else one.concluded(JobState(state), NOW))
    assert [one.id for one in jobs.all()] == ["refused", "published", "running"]
    assert [one.id for one in jobs.all(ORDERS, "published")] == ["published"]
    assert jobs.all(ProductName("shop", "none")) == []
    assert len(jobs.all(limit=2)) == 2


def test_a_job_that_has_gone_silent_is_lost_until_it_speaks_again(database):
    jobs = Jobs("lake", database, patience=timedelta(0))
    jobs.save(job())
    assert jobs.find("a").state is JobState.LOST
    assert [one.id for one in jobs.all(state="lost")] == ["a"]
    assert jobs.all(state="running") == []
    patient = Jobs("lake", database)
    patient.touch("a")
    assert patient.find("a").state is JobState.RUNNING


def test_a_job_that_is_none_is_told_as_such(database):
    with pytest.raises(NameNotFound):
        Jobs("lake", database).find("x")
