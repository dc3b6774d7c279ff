"""A statement's text with other names and values in it, and the way back to what it was."""

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.tables import AsOf
from jupyter_mesh.sql.grammar.tokens import place
from jupyter_mesh.sql.reading import parse, places
from jupyter_mesh.sql.rewriting import Edit, Rewritten, written


def test_edits_are_put_in_wherever_they_are_given():
    edits = [Edit(7, 8, "lake.raw.b"), Edit(0, 1, "x")]
    assert Rewritten("a, and b.", edits).text == "x, and lake.raw.b."


@given(st.text("ab\n ", min_size=1, max_size=40), st.data())
def test_every_place_that_was_left_alone_is_found_again(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(st.text("xy\n", max_size=10))
    rewritten = Rewritten(text, [Edit(start, end, new)])
    for offset in range(len(text)):
        if start <= offset < end:
            continue
        moved = offset if offset < start else offset + len(new) - (end - start)
        assert rewritten.origin(*place(rewritten.text, moved)) == place(text, offset)


def test_a_place_in_what_was_put_in_is_where_that_stands():
    rewritten = Rewritten("SELECT :n", [Edit(7, 9, "DOUBLE '1.5'")])
    assert rewritten.origin(1, 12) == (1, 8)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "true"),
        (7, "7"),
        (-7, "(-7)"),
        (0.1, "DOUBLE '0.1'"),
        (math.nan, "nan()"),
        (-math.inf, "-infinity()"),
        (Decimal("1E+3"), "DECIMAL '1000'"),
        ("it's", "'it''s'"),
        (b"\x00\xff", "X'00ff'"),
        (date(2026, 2, 3), "DATE '2026-02-03'"),
        (time(1, 2, 3), "TIME '01:02:03.000000'"),
        (datetime(2026, 2, 3, 4), "TIMESTAMP '2026-02-03 04:00:00.000000'"),
        (
            datetime(2026, 2, 3, 4, tzinfo=timezone(timedelta(hours=1))),
            "TIMESTAMP '2026-02-03 03:00:00.000000 UTC'",
        ),
        (datetime(2026, 2, 3, tzinfo=UTC), "TIMESTAMP '2026-02-03 00:00:00.000000 UTC'"),
        (timedelta(seconds=-1.5), "INTERVAL -'1.500' SECOND"),
        (UUID(int=1), "UUID '00000000-0000-0000-0000-000000000001'"),
        ([1, None], "ARRAY[1, NULL]"),
    ],
)
def test_a_value_is_written_as_its_own_type(value, text):
    assert written(value) == text


@pytest.mark.parametrize("value", [object(), Decimal("NaN"), {1: 2}])
def test_what_has_no_literal_is_refused(value):
    with pytest.raises(InputError):
        written(value)


def test_every_table_and_parameter_of_a_statement_has_its_place():
    versioned = "ops.main.\"q\" FOR VERSION AS OF 'v1'"
    sql = (
        "INSERT INTO lake.b.c WITH a AS (SELECT * FROM x WHERE id = :n) "
        f"SELECT * FROM a JOIN {versioned} ON true"
    )
    found = {sql[one.start : one.end]: one for one in places(parse(sql, "lake", "raw"))}
    assert found.keys() == {"lake.b.c", "x", ":n", versioned}
    assert found["lake.b.c"].is_target
    assert str(found["x"].what.name) == "lake.raw.x"
    assert found[versioned].what.as_of == AsOf(version="v1")
