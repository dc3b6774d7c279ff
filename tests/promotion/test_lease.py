import threading
import time

import pytest

from jupyter_mesh.errors import ConflictError, NotebookError, StorageError
from jupyter_mesh.promotion.lease import kept
from tests.waiting import LONGEST, until


@pytest.fixture
def branch(stage):
    return stage.catalog.open_branch("r1", None, ()).name


def test_a_branch_is_renewed_until_the_block_is_left(stage, branch):
    with kept(stage.catalog, branch, threading.Event(), every=0.01):
        until(lambda: stage.made.count("renew") >= 3)
    after = stage.made.count("renew")
    time.sleep(0.05)
    assert stage.made.count("renew") == after


def test_a_branch_that_is_taken_away_ends_the_work(stage, branch):
    cancel = threading.Event()

    def work():
        with kept(stage.catalog, branch, cancel, every=0.01):
            stage.catalog.abandon(branch)
            assert cancel.wait(LONGEST)
            raise NotebookError("stopped")

    with pytest.raises(ConflictError, match="was taken away"):
        work()


def test_a_branch_lost_at_the_very_end_is_a_conflict_too(stage, branch):
    def work():
        with kept(stage.catalog, branch, threading.Event(), every=0.01):
            stage.catalog.abandon(branch)
            until(lambda: "renew" in stage.made)
            time.sleep(0.02)

    with pytest.raises(ConflictError):
        work()


def test_a_database_that_is_away_for_a_moment_is_asked_again(stage, branch):
    stage.calls.failures["renew"] = StorageError("away")
    with kept(stage.catalog, branch, threading.Event(), every=0.01):
        until(lambda: stage.made.count("renew") >= 2)
        del stage.calls.failures["renew"]
        until(lambda: stage.made.count("renew") >= 4)


def test_an_error_of_the_work_itself_is_raised_as_it_is(stage, branch):
    with (
        pytest.raises(NotebookError, match="cell 3"),
        kept(stage.catalog, branch, threading.Event(), every=0.01),
    ):
        raise NotebookError("cell 3")
