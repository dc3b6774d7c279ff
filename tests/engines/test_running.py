import re
from collections import deque
from threading import Timer

import pyarrow as pa
import pytest

from jupyter_mesh.engines.connection import connect
from jupyter_mesh.engines.running import Running
from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import (
    QueryCancelled,
    QueryError,
    StatementNotSupported,
    StorageError,
)
from jupyter_mesh.settings import EmbeddedSettings

NUMBERS = pa.schema([("n", pa.int64())])
ENDLESS = "SELECT sum(a.x * b.x % 7) FROM range(1000000) a(x), range(1000000) b(x)"


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    with connect(EmbeddedSettings(memory="200MB"), tmp_path_factory.mktemp("s")) as connection:
        yield connection


def run(parent, sql, ticket=None, parameters=(), schema=NUMBERS):
    return Running(parent.cursor(), ticket).batches(sql, parameters, schema)


def test_batches_have_exactly_the_declared_types(parent):
    schema = pa.schema([("total", pa.decimal128(20, 2)), ("flag", pa.bool_())])
    batches = list(run(parent, "SELECT sum(x), true FROM range($1) t(x)", None, [4], schema))
    assert [batch.schema for batch in batches] == [schema]
    assert str(batches[0].to_pylist()[0]["total"]) == "6.00"


def test_a_sum_beyond_bigint_is_an_error_not_a_wrong_number(parent):
    with pytest.raises(QueryError):
        list(run(parent, "SELECT 9223372036854775807::HUGEINT * 2"))


def test_rows_stream(parent):
    # Whoever waited for the last of them would see its error and none before it.
    last = "CASE WHEN x < 49_999_999 THEN x ELSE CAST('the last' AS BIGINT) END"
    batches = run(parent, f"SELECT {last} AS x FROM range(50_000_000) t(x)")
    assert next(batches).num_rows > 0
    with pytest.raises(QueryError):
        deque(batches, maxlen=0)


@pytest.mark.parametrize("sql", [ENDLESS, "SELECT x FROM range(100_000_000_000) t(x)"])
def test_a_statement_is_stopped_from_another_thread(parent, sql):
    ticket = QueryTicket()
    timer = Timer(0.3, ticket.cancel)
    timer.start()
    with pytest.raises(QueryCancelled):
        deque(run(parent, sql, ticket), maxlen=0)
    timer.join()


def test_a_statement_cancelled_before_it_began_never_runs(parent):
    ticket = QueryTicket()
    ticket.cancel()
    with pytest.raises(QueryCancelled):
        next(run(parent, ENDLESS, ticket))


def test_a_stop_is_heard_whenever_it_comes(parent):
    for delay in (0.0, 0.0002, 0.0005, 0.001, 0.002, 0.005):
        ticket = QueryTicket()
        timer = Timer(delay, ticket.cancel)
        timer.start()
        with pytest.raises(QueryCancelled):
            next(run(parent, ENDLESS, ticket))
        timer.join()


def test_progress_is_told_only_to_those_who_listen(parent):
    heard = []
    ticket = QueryTicket(lambda text, percent: heard.append((text, percent)))
    Timer(0.8, ticket.cancel).start()
    with pytest.raises(QueryCancelled):
        next(run(parent, ENDLESS, ticket))
    assert heard
    words = re.compile(r"running, embedded engine, query [0-9a-f]{32}\Z")
    assert all(words.match(text) for text, _percent in heard)
    assert len({text for text, _percent in heard}) == 1
    assert all(percent is None or percent <= 100 for _text, percent in heard)


@pytest.mark.parametrize(
    ("sql", "kind", "text"),
    [
        ("SELECT error('Division by zero')", QueryError, "Division by zero"),
        ("SELECT 'abc'::BIGINT", QueryError, "Cannot cast 'abc' to bigint"),
        ("SELECT 9223372036854775807 + x FROM range(1, 2) t(x)", QueryError, "Overflow"),
        ("SELECT nope(1)", StatementNotSupported, "nope"),
        ("SELECT * FROM read_csv('/no/such/place.csv')", StorageError, "place.csv"),
        ("SELECT list(x) FROM range(100_000_000) t(x)", StorageError, "memory"),
    ],
)
def test_faults_are_told_in_the_words_of_the_mesh(parent, sql, kind, text):
    with pytest.raises(kind, match=text) as caught:
        list(run(parent, sql))
    shown = str(caught.value)
    assert "LINE 1" not in shown
    assert "/no/such" not in shown


def test_a_fault_in_the_middle_of_the_rows_is_told(parent):
    sql = "SELECT CASE WHEN x = 900000 THEN error('boom') ELSE x END FROM range(1_000_000) t(x)"
    with pytest.raises(QueryError, match="boom"):
        list(run(parent, sql))


def test_an_error_of_the_mesh_passes_through(parent):
    running = Running(parent.cursor(), None)
    with pytest.raises(StorageError, match="gone"), running.at_work():
        raise StorageError("gone")


def test_whatever_a_stopped_statement_ends_with_it_was_stopped(parent):
    ticket = QueryTicket()
    running = Running(parent.cursor(), ticket)
    Timer(0.1, ticket.cancel).start()
    with pytest.raises(QueryCancelled), running.at_work() as connection:
        fail_late(connection)


def fail_late(connection):
    try:
        connection.execute(ENDLESS)
    finally:
        raise StorageError("gone")
