import pytest

from jupyter_mesh.errors import InputError, NameNotFound, PromotionRefused
from jupyter_mesh.magics import kernel
from jupyter_mesh.magics.lines import VERBS, scalar
from jupyter_mesh.model.policy import Decision, Reason
from jupyter_mesh.testing.mesh import CHECKS, ScriptedMesh


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("use lake.raw", ("use", "lake.raw")),
        ("browse", ("browse", "")),
        ("browse lake", ("browse", "lake")),
        ("describe lake.raw.flights", ("describe", "lake.raw.flights")),
        ("check aviation/delays", ("check", "aviation/delays")),
        ("plan aviation/delays", ("plan", "aviation/delays", None)),
        ("plan aviation/delays -p month=3 -p who=ana",
         ("plan", "aviation/delays", {"month": 3, "who": "ana"})),
        ("promote aviation/delays", ("promote", "aviation/delays", None, 0.0)),
        ("releases", ("releases", None)),
        ("releases aviation/delays", ("releases", "aviation/delays")),
        ("diff aviation/delays@1.0.0 aviation/delays",
         ("diff", "aviation/delays@1.0.0", "aviation/delays")),
        ("rollback aviation/delays 1.0.0", ("rollback", "aviation/delays", "1.0.0")),
        ("asof 2026-01-01", ("as_of", "2026-01-01")),
        ("asof now", ("as_of", None)),
        ("asof", ("as_of", None)),
    ],
)  # fmt: skip
def test_a_line_does_what_the_method_does(run, fake, line, call):
    result = run(f"%mesh {line}")
    assert result.success, result.text
    assert fake.calls == [call]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("promot aviation/delays", "Did you mean %mesh promote?"),
        ("quux", "%mesh alone lists"),
        ("diff aviation/delays", "Write %mesh diff A B."),
        ("browse a b", "Write %mesh browse [PREFIX]."),
        ("browse --deep", "There is no option --deep."),
        ("plan aviation/delays -p month", "-p needs NAME=VALUE"),
        ("plan aviation/delays -p", "-p needs NAME=VALUE"),
        ("browse -p a=1", "-p needs NAME=VALUE"),
        ("describe 'x", "not closed"),
    ],
)
def test_a_line_written_wrong_is_answered_with_the_right_form(run, fake, line, said):
    result = run(f"%mesh {line}")
    assert isinstance(result.error_in_exec, InputError)
    assert said in result.text
    assert "Traceback" not in result.text
    assert not fake.calls


def test_alone_it_lists_its_verbs(run):
    text = run("%mesh").text
    assert all(verb.usage in text for verb in VERBS.values())


def test_a_line_gives_its_value_to_a_variable(run, shell):
    run("plan = %mesh plan aviation/delays")
    assert str(shell.user_ns["plan"].version) == "1.1.0"


def test_values_show_themselves(run):
    assert (
        "aviation/delays 1.1.0: nothing stands in the way"
        in run("%mesh plan aviation/delays").text
    )
    assert "2 releases" in run("%mesh releases").text
    assert "1 passed, 1 failed" in run("%mesh check aviation/delays").text
    assert "table lake.raw.flights" in run("%mesh describe lake.raw.flights").text
    assert "aviation/delays 1.0.0 -> 1.1.0" in run("%mesh diff a b").text


def test_promote_tells_its_steps(run, fake):
    result = run("%mesh promote aviation/delays")
    assert "run      1/2  cell 1" in result.text
    assert "check    2 rules held" in result.text
    assert "aviation/delays 1.1.0" in result.text


def test_a_refusal_shows_its_rows_and_fails_the_cell(run, fake):
    decision = Decision((Reason("checks", "carrier is null in 3 rows"),))
    fake.refusal = PromotionRefused(
        "aviation/delays 1.2.0 was not published.",
        decision=decision,
        rows=[{"carrier": None, "month": 7}],
        checks=CHECKS,
    )
    result = run("%mesh promote aviation/delays")
    assert isinstance(result.error_in_exec, PromotionRefused)
    assert "was not published" in result.text
    assert "carrier is null in 3 rows" in result.text
    assert "month" in str([output.data for output in result.outputs])
    assert "carrier is null in 1 row" in run("%mesh rows carrier-present").text


def test_rows_shows_what_broke_a_rule_in_the_last_check(run, fake):
    run("%mesh check aviation/delays")
    assert "carrier is null in 1 row" in run("%mesh rows carrier-present").text
    assert run(
        "rows = %mesh rows carriers.carrier-present\nassert rows[0]['month'] == 1"
    ).success
    assert "No row to show" in run("%mesh rows some-rows").text
    wrong = run("%mesh rows carrier-presnt").error_in_exec
    assert isinstance(wrong, NameNotFound)
    assert "carrier-present" in wrong.remedy


def test_rows_without_a_check_says_to_check(run):
    assert "%mesh check" in run("%mesh rows carrier-present").error_in_exec.remedy


def test_a_mesh_that_cannot_be_opened_leaves_the_one_before(run, fake, tmp_path):
    run("%mesh check aviation/delays")
    assert "There is no mesh" in run(f"%mesh open {tmp_path}").text
    assert run("%mesh rows carrier-present").success
    assert ("close",) not in fake.calls


def test_opening_another_mesh_closes_the_one_before(fake):
    kernel.remember(fake.check("aviation/delays"))
    kernel.adopt(ScriptedMesh())
    assert fake.calls[-1] == ("close",)
    assert kernel.last_checks() is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("1.5", 1.5), ("true", True), ("null", None), ("x", "x"), ('"3"', "3"),
     ("[1]", "[1]"), ("2013-01-01", "2013-01-01"), ("", "")],
)  # fmt: skip
def test_a_parameter_is_a_json_scalar_or_text(text, value):
    assert scalar(text) == value
