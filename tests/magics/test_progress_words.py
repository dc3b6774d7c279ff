"""The words of a running cell's line: state, seconds, percent, and what the engine says."""

import pytest

from jupyter_mesh.engines.work import Work
from jupyter_mesh.magics.progress import ProgressLine


@pytest.mark.parametrize(
    ("said", "percent", "words"),
    [
        ("", None, "running · 3.2 s"),
        ("queued", None, "queued · 3.2 s"),
        (
            "running, 1,234,567 rows, 3/8 splits, Trino, query 20261123_1_a",
            37.5,
            "running · 3.2 s · 38 % · 1,234,567 rows · 3/8 splits · Trino · query 20261123_1_a",
        ),
    ],
)
def test_the_engine_s_own_words_are_told_in_order(said, percent, words):
    work = Work(lambda _ticket: None)
    if said:
        work.ticket.report(said, percent)
    assert ProgressLine(work, None, awaits=False).words(3.21) == words


def test_a_line_that_is_cancelled_says_so_first():
    work = Work(lambda _ticket: None)
    work.ticket.report("running, embedded engine, query 1f")
    work.ticket.cancel()
    line = ProgressLine(work, None, awaits=False)
    assert line.words(0.5) == "cancelling · 0.5 s · embedded engine · query 1f"
