from threading import Thread

from jupyter_mesh.engines.ticket import QueryTicket
from tests.waiting import LONGEST


def test_a_stop_reaches_everything_that_runs_and_only_once():
    stopped = []
    ticket = QueryTicket()
    ticket.on_cancel(lambda: stopped.append("first"))
    ticket.on_cancel(lambda: stopped.append("second"))
    assert not ticket.is_cancelled
    ticket.cancel()
    ticket.cancel()
    assert stopped == ["first", "second"]
    assert ticket.is_cancelled


def test_what_starts_too_late_is_stopped_at_once():
    stopped = []
    ticket = QueryTicket()
    ticket.cancel()
    ticket.on_cancel(lambda: stopped.append(True))
    assert stopped == [True]


def test_an_engine_may_ask_its_ticket_while_it_is_being_stopped():
    ticket = QueryTicket()
    ticket.on_cancel(lambda: ticket.on_cancel(ticket.cancel))
    thread = Thread(target=ticket.cancel, daemon=True)
    thread.start()
    thread.join(LONGEST)
    assert not thread.is_alive()


def test_progress_is_passed_on_when_somebody_listens():
    heard = []
    ticket = QueryTicket(lambda text, percent: heard.append((text, percent)))
    assert ticket.is_watched
    ticket.report("running", 12.5)
    ticket.report("running")
    assert heard == [("running", 12.5), ("running", None)]


def test_nobody_has_to_listen():
    ticket = QueryTicket()
    ticket.report("running", 1.0)
    assert not ticket.is_watched
