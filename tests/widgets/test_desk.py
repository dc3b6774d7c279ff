"""Promises of the desk: every question is answered, whatever happens."""

from threading import Event

import pytest

from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.widgets.desk import Desk


class Scripted(Desk):
    """Answers as the test says."""

    def __init__(self):
        super().__init__()
        self.reached = Event()

    def answer(self, ask, values, ticket):
        if ask == "wait":
            self.reached.set()
            for _turn in range(1000):
                if ticket.is_cancelled:
                    return "stopped"
                Event().wait(0.01)
        if ask == "miss":
            raise NameNotFound("table", "x", remedy="Look again.")
        if ask == "break":
            raise ValueError("oh")
        if ask == "echo":
            return values
        return super().answer(ask, values, ticket)


@pytest.fixture
def scripted(page):
    return page(Scripted())


def test_a_question_is_answered_with_its_number(scripted):
    assert scripted.ask("echo", one=1) == {"one": 1}
    assert scripted.ask("echo") == {}


def test_what_fails_is_told_with_its_remedy(scripted):
    error = scripted.refused("miss")
    assert error["type"] == "NameNotFound"
    assert "Look again." in error["remedy"]


def test_even_a_fault_of_ours_is_answered(scripted):
    error = scripted.refused("break")
    assert "ValueError: oh" in error["message"]
    assert error["remedy"]


def test_nobody_answers_what_nobody_knows(scripted):
    assert scripted.refused("dance")["type"] == "InputError"


def test_a_question_can_be_stopped_while_others_are_answered(scripted):
    number = scripted.begin("wait")
    assert scripted.widget.reached.wait(10)
    assert scripted.ask("echo", a=1) == {"a": 1}
    scripted.send({"id": number, "ask": "stop"})
    assert scripted.heard(number)["answer"] == "stopped"


@pytest.mark.parametrize("nonsense", [None, 3, {}, {"id": 7, "ask": "echo"}, []])
def test_nonsense_is_passed_over(scripted, nonsense):
    scripted.send(nonsense)
    scripted.send({"id": "gone", "ask": "stop"})
    assert scripted.ask("echo") == {}
    assert len(scripted.said) == 1
