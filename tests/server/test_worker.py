"""Promises of the process of a promotion: it keeps its state, and needs nobody to listen."""

import io
import threading
from datetime import UTC, datetime

import pytest

from jupyter_mesh.errors import (
    NotebookError,
    PromotionRefused,
    PromotionStopped,
    StorageError,
)
from jupyter_mesh.model.jobs import Job
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.policy import Decision, Reason
from jupyter_mesh.model.runs import Progress, Step
from jupyter_mesh.server.worker import Telling, promote
from tests.waiting import until

ORDERS = ProductName("shop", "orders")


class Gone(io.StringIO):
    """A reader that has left."""

    def write(self, _text):
        raise BrokenPipeError


def order(mesh, **parameters):
    job = Job("a", ORDERS, "bo", datetime.now(UTC))
    mesh.parts.home.jobs.save(job)
    return {
        "id": "a",
        "product": "shop/orders",
        "parameters": parameters,
        "user": "bo",
        "groups": [],
    }


@pytest.mark.long
def test_it_promotes_under_the_users_name_though_nobody_listens(small_mesh):
    promote(small_mesh, order(small_mesh), Gone(), threading.Event())
    job = small_mesh.parts.home.jobs.find("a")
    assert (job.state, job.release) == ("published", "shop/orders@1.0.0")
    (release,) = small_mesh.releases()
    assert release.actor.user == "bo"


@pytest.mark.parametrize(
    ("error", "state", "kind"),
    [
        (PromotionStopped("stopped"), "cancelled", None),
        (
            PromotionRefused("no", decision=Decision((Reason("owner", "no owner"),))),
            "refused",
            "PromotionRefused",
        ),
        (NotebookError("cell 3", cell=3, notebook="/x.ipynb"), "failed", "NotebookError"),
        (StorageError("disk"), "failed", "StorageError"),
        (RuntimeError("the innards"), "failed", "MeshError"),
    ],
)
def test_every_end_is_told_as_what_it_is(small_mesh, monkeypatch, error, state, kind):
    def fail(*_any, **_more):
        raise error

    monkeypatch.setattr(small_mesh, "promote", fail)
    promote(small_mesh, order(small_mesh), io.StringIO(), threading.Event())
    job = small_mesh.parts.home.jobs.find("a")
    assert job.state == state
    assert (job.error or {}).get("type") == kind
    assert "innards" not in str(job)


def test_a_database_that_is_away_for_a_moment_ends_nothing(small_mesh):
    job = Job("a", ORDERS, "bo", datetime.now(UTC))
    jobs = small_mesh.parts.home.jobs
    jobs.save(job)

    class Away:
        def save(self, _job):
            raise StorageError("away")

    telling = Telling(job, Away(), io.StringIO())
    telling.hear(Progress(Step.RUN, "Cell 1", 1, 2))
    telling.jobs = jobs
    telling.hear(Progress(Step.CHECK, "Checking", 0, 0))
    assert jobs.find("a").cells == (1, 2)


def test_quick_cells_do_not_flood_the_database(small_mesh):
    saved = []

    class Counted:
        def save(self, job):
            saved.append(job)

    telling = Telling(Job("a", ORDERS, "bo", datetime.now(UTC)), Counted(), io.StringIO())
    for number in range(1000):
        telling.hear(Progress(Step.RUN, f"Cell {number}", number, 1000))
    assert len(saved) < 50
    assert telling.job.cells == (999, 1000)


def test_what_came_too_soon_is_told_while_nothing_else_happens(small_mesh):
    jobs, ended = small_mesh.parts.home.jobs, threading.Event()
    jobs.save(Job("a", ORDERS, "bo", datetime.now(UTC)))
    telling = Telling(jobs.find("a"), jobs, io.StringIO())
    live = threading.Thread(target=telling.live, args=(ended,))
    live.start()
    for number in (1, 2, 3):
        telling.hear(Progress(Step.RUN, f"Cell {number}", number, 4))
    assert until(lambda: jobs.find("a").cells == (3, 4))
    ended.set()
    live.join()
