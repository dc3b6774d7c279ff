import json

import pytest

from jupyter_mesh.errors import StatementNotSupported


@pytest.mark.parametrize(
    ("words", "value"),
    [("n=3", 3), ("n=1.5", 1.5), ("n=true", True), ("n=null", None), ("n=x", "x"),
     ('n="3"', "3"), ("n=a=b", "a=b"), ("n=", ""), ("n=[1]", "[1]")],
)  # fmt: skip
def test_a_parameter_is_typed(run, fake, words, value):
    assert run("query", "SELECT :n", "-p", words).exit_code == 0
    assert fake.calls[0][2] == {"n": value}


def test_a_statement_comes_from_standard_input(run, fake):
    run("query", "-", "--engine", "trino", input="SELECT 1\nFROM x\n")
    assert fake.calls[0] == ("query", "SELECT 1\nFROM x\n", {}, "trino")


def test_no_statement_is_said(run, fake):
    ended = run("query", "-", input="  \n")
    assert ended.exit_code == 2
    assert "SHOW CATALOGS" in ended.stderr
    assert not fake.calls


def test_a_wrong_statement_is_drawn_with_a_caret(run, fake):
    fake.answers["SELECT 1,\n  frob(x)"] = StatementNotSupported("frob", line=2, column=3)
    ended = run("query", "SELECT 1,\n  frob(x)")
    assert "   2 |   frob(x)\n         ^" in ended.stderr


def test_browse_lists_names(run):
    assert "lake.raw" in run("browse", "lake").stdout
    assert json.loads(run("browse", "lake", "--json").stdout) == [
        {"name": "lake.raw", "kind": "schema", "type": "", "comment": ""}
    ]


def test_describe_tells_columns_and_facts(run):
    shown = run("describe", "lake.raw.flights").stdout
    assert "bigint" in shown
    assert "rows: 3" in shown
    document = json.loads(run("--json", "describe", "lake.raw.flights").stdout)
    assert document["columns"][0]["type"] == "bigint"


def test_land_says_what_was_landed(run, fake):
    document = json.loads(run("land", "x.csv", "lake.raw.x", "--json").stdout)
    assert document["table"] == "lake.raw.x"
    assert document["rows"] == 3
    assert fake.calls[0] == ("land", "x.csv", "lake.raw.x")


def test_read_gives_the_rows_of_a_port(run, fake):
    ended = run("read", "aviation/delays@^1", "carriers", "--format", "csv")
    assert ended.stdout.splitlines()[0] == "n,d"
    assert fake.calls[0] == ("read", "aviation/delays@^1", "carriers")
