"""Promises of the processes: so many at once, and an end for each."""

import threading
import time
from datetime import UTC, datetime

import pytest

from jupyter_mesh.model.names import ProductName
from jupyter_mesh.server.jobs import Promotions, heard
from tests.waiting import LONGEST, until

PRODUCTS = [ProductName("shop", f"p{number}") for number in range(4)]


class Paused(Promotions):
    """Promotions without a process: each waits until it is let go."""

    def __init__(self, at_once):
        super().__init__(lambda _moved: None, at_once)
        self.running, self.most, self.go = 0, 0, threading.Event()
        self.count = threading.Lock()

    def _run(self, job, jobs, order, folder, stopped):
        from jupyter_mesh.model.jobs import JobState

        with self.count:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(LONGEST)
        with self.count:
            self.running -= 1
        self._conclude(jobs, job.concluded(JobState.PUBLISHED, datetime.now(UTC)))

    def reached(self, number):
        """Wait until so many have begun."""
        until(lambda: self.running >= number, pause=0.01)
        return self.running == number


def states(jobs):
    return sorted(job.state.value for job in jobs.all())


def settled(jobs):
    until(lambda: "running" not in states(jobs))
    return states(jobs)


def test_so_many_run_at_once_and_the_others_wait(small_mesh):
    paused = Paused(2)
    for product in PRODUCTS:
        paused.start(small_mesh, product, {})
    assert paused.reached(2)
    # Another would have begun by now.
    time.sleep(0.3)
    assert paused.running == 2
    paused.go.set()
    assert settled(small_mesh.parts.home.jobs) == ["published"] * 4
    assert paused.most == 2


def test_one_that_waits_is_stopped_before_it_begins(small_mesh):
    paused = Paused(1)
    jobs = small_mesh.parts.home.jobs
    first = paused.start(small_mesh, PRODUCTS[0], {})
    assert paused.reached(1)
    second = paused.start(small_mesh, PRODUCTS[1], {})
    paused.cancel(jobs, second.id)
    until(lambda: not jobs.find(second.id).is_running)
    assert jobs.find(second.id).state == "cancelled"
    assert jobs.find(first.id).state == "running"
    paused.go.set()
    assert settled(jobs) == ["cancelled", "published"]


def test_what_everybody_hears_holds_no_values(small_mesh):
    paused = Paused(1)
    job = paused.start(small_mesh, PRODUCTS[0], {"secret": "geheim"})
    assert "geheim" not in str(heard(job))
    paused.go.set()
    settled(small_mesh.parts.home.jobs)


@pytest.mark.parametrize("state", ["", "running", "published", "lost"])
def test_there_may_be_none(small_mesh, state):
    assert Promotions(print).all(small_mesh.parts.home.jobs, None, state) == []
