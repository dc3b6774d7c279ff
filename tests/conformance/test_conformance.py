"""Statements with the answers of a real Trino: the same answer, or a typed refusal."""

import json
import math
from collections import defaultdict
from pathlib import Path

import pytest

from jupyter_mesh.testing.conformance import Subject

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


def rows_agree(expected, found):
    """None when the answers agree, else what differs."""
    columns = expected["columns"]
    if [plain_type(c["type"]) for c in columns] != [
        plain_type(c["type"]) for c in found["columns"]
    ]:
        return f"types {[c['type'] for c in found['columns']]}"
    if expected.get("compare") in {"none", "count"}:
        return None
    mine, theirs = found["rows"], expected["rows"]
    if len(mine) != len(theirs):
        return f"{len(mine)} rows, not {len(theirs)}"
    if not expected.get("ordered"):
        mine, theirs = sorted(mine, key=order), sorted(theirs, key=order)
    for one, two in zip(mine, theirs, strict=True):
        kinds = [column["type"] for column in columns]
        if not all(alike(a, b, k) for a, b, k in zip(one, two, kinds, strict=True)):
            return f"{one}, not {two}"
    return None


def plain_type(text):
    """A type without the lengths of texts and without spaces, in lower case."""
    text = text.lower().replace(" ", "")
    while "varchar(" in text:
        start = text.index("varchar(")
        text = text[: start + 7] + text[text.index(")", start) + 1 :]
    return text


def order(row):
    return json.dumps([rounded(cell) for cell in row], sort_keys=True)


def rounded(cell):
    if isinstance(cell, float):
        return f"{cell:.9g}"
    return [rounded(item) for item in cell] if isinstance(cell, list) else cell


def alike(one, two, kind):
    if kind == "json" and isinstance(one, str) and isinstance(two, str):
        return json.loads(one) == json.loads(two)
    if isinstance(one, int | float) and isinstance(two, int | float):
        return one == two or math.isclose(one, two, rel_tol=1e-12 if kind != "real" else 1e-6)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(
            alike(a, b, "") for a, b in zip(one, two, strict=True)
        )
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(alike(one[k], two[k], "") for k in one)
    return one == two


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
