"""Statements with the answers of a real Trino: the same answer, or a typed refusal."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from jupyter_mesh.testing.conformance import Subject
from jupyter_mesh.testing.judge import rows_agree

HERE = Path(__file__).parent
# What depends on the catalog of the server that answered: its other catalogs, its session
# properties, its way with NOT NULL, views and renamed tables.
OF_THE_SERVER = {
    "DDL and DML",
    "SHOW, DESCRIBE, EXPLAIN",
    "prepared statements and session",
}
# How much of the questions is answered today; it may only go up.
FLOOR = 0.84


def battery():
    lines = (HERE / "battery.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


QUESTIONS = [
    question
    for question in battery()
    if question["area"] not in OF_THE_SERVER and not question.get("group")
]


def verdict(subject, question):
    """right, refused, or what is wrong."""
    found = subject.answer({**question, "new_session": False})
    if "error" in found:
        kind, text = found["error"]["class"], found["error"]["text"]
        if question["kind"] == "error":
            return "right"
        return "refused" if kind == "StatementNotSupported" else f"{kind}: {text}"
    if question["kind"] == "error":
        return f"answered, though Trino says {question['error']['name']}"
    return rows_agree(question, found) or "right"


@pytest.fixture(scope="module")
def verdicts():
    subject = Subject(HERE / "tiny")
    found = defaultdict(dict)
    for question in QUESTIONS:
        found[question["area"]][question["sql"]] = verdict(subject, question)
    subject.close()
    return found


@pytest.mark.parametrize("area", sorted({question["area"] for question in QUESTIONS}))
def test_no_answer_differs_from_trinos(area, verdicts):
    wrong = {
        sql: found for sql, found in verdicts[area].items() if found not in {"right", "refused"}
    }
    assert not wrong


def test_most_questions_are_answered(verdicts):
    everything = [found for area in verdicts.values() for found in area.values()]
    assert everything.count("right") / len(everything) >= FLOOR


def test_what_trino_must_refuse_is_refused_with_its_place(verdicts):
    assert set(verdicts["must be refused"].values()) == {"right"}
