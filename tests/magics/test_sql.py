from decimal import Decimal

import pytest

from jupyter_mesh.errors import (
    InputError,
    NameNotFound,
    QueryCancelled,
    StatementInvalid,
    StatementNotSupported,
)

D = Decimal("12.30")


def test_a_cell_runs_its_statement_and_gives_the_result(run, fake):
    result = run("%%mesh\nSELECT 1\n")
    assert result.success
    assert fake.calls == [("query", "SELECT 1", {}, None)]
    assert result.result.rows() == [(0, D), (1, D), (2, D)]


def test_into_binds_the_result_itself(run, shell):
    assert run("%%mesh --into delays\nSELECT 1").success
    assert type(shell.user_ns["delays"]).__name__ == "ScriptedResult"


def test_stage_writes_the_result_to_the_port_and_says_where(run, fake):
    result = run("%%mesh --stage carriers\nSELECT 1")
    assert fake.calls[1][:2] == ("stage", "carriers")
    assert "lake.aviation_delays.carriers" in result.text


def test_the_engine_is_passed_on(run, fake):
    run("%%mesh --engine trino\nSELECT 1")
    assert fake.calls[0][3] == "trino"


def test_a_failed_statement_fails_the_cell_without_a_stack(run, fake):
    fake.answers["SELECT x"] = StatementNotSupported("the function x", line=1, column=8)
    result = run("%%mesh\nSELECT x")
    assert isinstance(result.error_in_exec, StatementNotSupported)
    assert "Not supported by the embedded engine" in result.text
    assert "   1 | SELECT x\n              ^" in result.text
    assert "Traceback" not in result.text
    assert "magics" not in result.text


def test_a_caret_that_the_message_draws_is_not_drawn_twice(run, fake):
    fake.answers["SELECT"] = StatementInvalid(
        "line 1:7: unexpected the end\nSELECT\n      ^", line=1, column=7
    )
    assert run("%%mesh\nSELECT").text.count("^") == 1


def test_an_error_that_is_no_mesh_error_keeps_its_stack(run, fake):
    fake.answers["SELECT 1"] = ZeroDivisionError("a fault of ours")
    result = run("%%mesh\nSELECT 1")
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert "Traceback" in result.text


@pytest.mark.parametrize(
    ("cell", "kind", "said"),
    [
        ("%%mesh --ino df\nSELECT 1", InputError, "Did you mean --into?"),
        ("%%mesh --limit many\nSELECT 1", InputError, "--limit many"),
        ("%%mesh --into\nSELECT 1", InputError, "--into needs a value"),
        ("%%mesh --into 2x\nSELECT 1", InputError, "'2x'"),
        ("%%mesh SELECT 1\n", InputError, "first line"),
        ("%%mesh\n", InputError, "no statement"),
        ("%%mesh\n  \n", InputError, "no statement"),
        ("%%mesh\nSELECT :nobody", NameNotFound, ":nobody"),
        ("%%mesh --into 'x\nSELECT 1", InputError, "not closed"),
    ],
)
def test_what_is_written_wrong_is_named(run, fake, cell, kind, said):
    result = run(cell)
    assert isinstance(result.error_in_exec, kind)
    assert said in result.text
    assert not fake.calls


def test_values_come_from_variables_and_are_never_text(run, fake, shell):
    shell.user_ns["name"] = "'; DROP TABLE x --"
    shell.user_ns["month"] = 3
    run("%%mesh\nSELECT * FROM t WHERE a = :name AND m = :month AND s = ':text'")
    assert fake.calls[0][2] == {"name": "'; DROP TABLE x --", "month": 3}


def test_a_variable_of_the_first_line_is_not_expanded(run, fake, shell):
    shell.user_ns["port"] = "carriers"
    shell.run_line_magic("autoawait", "False")
    run("%%mesh --stage {port}\nSELECT '{port}', '$port'")
    assert fake.calls[1][1] == "{port}"
    assert fake.calls[0][1].strip() == "SELECT '{port}', '$port'"


def test_the_cell_also_runs_where_nothing_can_be_awaited(run, fake, shell):
    shell.run_line_magic("autoawait", "False")
    result = run("%%mesh --into answer\nSELECT 1")
    assert result.success
    assert "answer" in shell.user_ns


def test_it_can_be_called_from_other_code(run, fake):
    lines = (
        "n = 5",
        "def ask():",
        "    return get_ipython().run_cell_magic('mesh', '', 'SELECT :n')",
        "ask()",
    )
    result = run("\n".join(lines))
    assert result.success, result.text
    assert fake.calls == [("query", "SELECT :n", {"n": 5}, None)]


def test_a_cell_that_a_cell_runs_does_not_need_the_busy_loop(run, fake):
    result = run("import asyncio\nawait asyncio.sleep(0)\n"
                 "inner = get_ipython().run_cell('%%mesh\\nSELECT 1')\n"
                 "assert inner.success, inner.error_in_exec")  # fmt: skip
    assert result.success, result.text
    assert fake.calls == [("query", "SELECT 1", {}, None)]


def test_cancelling_by_the_ticket_fails_the_cell(run, fake):
    def cancelled(ticket):
        ticket.cancel()
        return fake.forever(ticket)

    fake.answers["SELECT slow"] = cancelled
    result = run("%%mesh\nSELECT slow")
    assert isinstance(result.error_in_exec, QueryCancelled)
    assert fake.stopped.is_set()


def test_loading_twice_changes_nothing(run, fake, shell):
    before = len(shell.input_transformers_cleanup), len(shell.Completer.custom_matchers)
    run("%reload_ext jupyter_mesh")
    assert (
        len(shell.input_transformers_cleanup),
        len(shell.Completer.custom_matchers),
    ) == before
    assert run("%%mesh\nSELECT 1").success


def test_the_variable_mesh_is_the_mesh_of_the_cells(run, fake):
    assert run("mesh.browse('lake')").success
    assert fake.calls == [("browse", "lake")]


def test_a_variable_of_the_user_is_left_alone(run, fake, shell):
    shell.user_ns["mesh"] = "mine"
    del shell.mesh_cell
    run("%reload_ext jupyter_mesh")
    assert shell.user_ns["mesh"] == "mine"
