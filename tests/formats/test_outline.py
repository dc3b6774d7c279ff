from dataclasses import replace

from jupyter_mesh.formats.outline import counted, failing, listing, outline, table
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import Obstacle
from jupyter_mesh.testing.mesh import CHECKS, ScriptedMesh, release


def test_numbers_of_things_are_spelled():
    assert counted(1, "row") == "1 row"
    assert counted(1234, "row") == "1,234 rows"
    assert counted(0, "row") == "0 rows"


def test_every_cell_is_one_visible_line():
    shown = table("t", ("a",), [("x\n\x1b[31m",), (None,)])
    assert shown.rows == ((r"x↵\x1b[31m",), ("",))


def test_releases_show_state_and_reason():
    shown = listing("release", [release("1.1.0", "a column was added")])
    assert shown.title == "1 release"
    assert "a column was added" in shown.rows[0]
    assert listing("release", []).title == "No releases yet."


def test_checks_are_summed_up_and_failing_rows_pointed_to():
    missing = CheckResult("p", "r", Outcome.NOT_EVALUATED, "no engine")
    shown = listing("check", [*CHECKS, missing])
    assert shown.title == "1 passed, 1 failed, 1 not evaluated"
    assert shown.notes == ("See failing rows: %mesh rows carrier-present",)


def test_a_plan_with_an_obstacle_says_where_and_what_to_do():
    plan = ScriptedMesh().plan("aviation/delays")
    obstacle = Obstacle("reads an undeclared table", "Declare it.", 3, 2, "delays.ipynb")
    shown = outline(replace(plan, obstacles=(obstacle,)))
    assert shown.title.endswith("it would be refused")
    assert (
        "in the way",
        "delays.ipynb cell 3 line 2: reads an undeclared table Declare it.",
    ) in shown.rows
    assert not shown.notes
    note = replace(obstacle, blocking=False)
    assert outline(replace(plan, obstacles=(note,))).title.endswith("nothing stands in the way")


def test_failing_rows_keep_every_column():
    shown = failing([{"a": None}, {"a": 1, "b": "x"}])
    assert shown.headings == ("a", "b")
    assert shown.rows == (("NULL", "NULL"), ("1", "x"))


def test_values_without_a_form_of_their_own_show_their_fields():
    shown = listing("problem", [CHECKS[0]])
    assert "rule" in shown.headings
    assert listing("problem", []).title == "No problems."
