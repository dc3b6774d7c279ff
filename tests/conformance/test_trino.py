"""The same statements through our own reader on a real Trino: nothing is lost on the way."""

import json
from pathlib import Path

import pytest

from jupyter_mesh.errors import MeshError
from jupyter_mesh.testing.conformance_trino import RemoteSubject
from jupyter_mesh.testing.judge import rows_agree

pytestmark = pytest.mark.long
HERE = Path(__file__).parent
# Moments of one column that are told in several zones keep their instants, not their zones.
FLOOR = 0.99


def questions():
    """Each question, and whether it begins a session; those of one group share theirs."""
    lines = (HERE / "battery.jsonl").read_text("utf-8").splitlines()
    last = None
    # In their order, one group after the other.
    for question in sorted(map(json.loads, lines), key=lambda one: str(one.get("group", ""))):
        group = question.get("group")
        yield question, bool(group) and group != last
        last = group


def verdict(subject, question, is_first):
    try:
        found = subject.answer({**question, "new_session": is_first})
    except MeshError as error:
        return None if question["kind"] == "error" else str(error)
    if question["kind"] == "error":
        return "was accepted"
    return None if question.get("update_type") else rows_agree(question, found)


def test_what_trino_answers_comes_out_as_it_is():
    subject, found = RemoteSubject(), {}
    try:
        for question, is_first in questions():
            found[question["id"]] = verdict(subject, question, is_first)
    finally:
        subject.close()
    wrong = {number: said for number, said in found.items() if said is not None}
    assert len(found) > 900
    assert len(wrong) <= len(found) * (1 - FLOOR), wrong
