import pytest

from jupyter_mesh.errors import StatementInvalid
from jupyter_mesh.magics.place import MIME, placed


class Shell:
    kernel = object()

    def __init__(self):
        self.shown = []
        self.display_pub = self

    def publish(self, data):
        self.shown.append(data)


def failed(shell, statement, line, column):
    error = StatementInvalid("No such column.", remedy="Ask.", line=line, column=column)
    error.statement = statement
    with pytest.raises(StatementInvalid) as caught, placed(shell):
        raise error
    assert caught.value is error
    return shell.shown


def test_the_place_goes_to_the_page_with_its_line():
    (shown,) = failed(Shell(), "SELECT\n  nope", 2, 3)
    assert shown["text/plain"] == "line 2, column 3"
    assert shown[MIME] == {
        "type": "StatementInvalid", "message": "No such column.", "remedy": "Ask.",
        "line": 2, "column": 3, "text": "  nope",
    }  # fmt: skip


@pytest.mark.parametrize(("statement", "line"), [("SELECT 1", 0), ("SELECT 1", 9), ("", 1)])
def test_an_error_without_a_place_shows_none(statement, line):
    assert failed(Shell(), statement, line, 1) == []


def test_a_terminal_has_nothing_to_mark():
    shell = Shell()
    shell.kernel = None
    assert failed(shell, "SELECT 1", 1, 1) == []


def test_what_is_right_shows_nothing():
    shell = Shell()
    with placed(shell):
        pass
    assert shell.shown == []
