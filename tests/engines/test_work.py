"""A call in a thread of its own: its answer, its failure, and who stops it when."""

import threading

import pytest

from jupyter_mesh.engines.work import Interrupted, Work
from jupyter_mesh.errors import InputError, QueryCancelled
from tests.waiting import LONGEST


def forever(stopped):
    def call(ticket):
        ticket.on_cancel(stopped.set)
        if not stopped.wait(LONGEST):
            raise AssertionError("Nobody cancelled it.")
        raise QueryCancelled("The query was cancelled.")

    return call


def test_the_answer_and_the_failure_of_a_call_are_ours():
    assert Work(lambda _ticket: 7).joined() == 7

    def failing(_ticket):
        raise InputError("No.")

    with pytest.raises(InputError, match="No"):
        Work(failing).joined()


def test_what_it_reports_is_heard():
    def call(ticket):
        ticket.report("scanning", 40.0)

    work = Work(call)
    work.joined()
    assert (work.said, work.percent) == ("scanning", 40.0)


@pytest.mark.parametrize("is_begun", [True, False])
def test_an_interrupt_while_it_begins_stops_it_too(monkeypatch, is_begun):
    stopped = threading.Event()
    work = Work(forever(stopped))
    start = threading.Thread.start

    def interrupted(thread):
        if is_begun:
            start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(Interrupted, match="stopped"):
        work.joined()
    assert work.ticket.is_cancelled
    assert stopped.is_set() == is_begun


def test_whatever_else_goes_wrong_while_waiting_stops_it():
    stopped = threading.Event()

    def tick():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Work(forever(stopped)).joined(tick)
    assert stopped.wait(LONGEST)
