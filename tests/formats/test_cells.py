import json
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.formats.cells import plain, shortened, text, visible


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "NULL"),
        ("", ""),
        (True, "true"),
        (2**100, str(2**100)),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, "NaN"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0E-10"), "0.0000000000"),
        (Decimal("-1.10"), "-1.10"),
        (datetime(2013, 1, 1, 5), "2013-01-01 05:00:00"),
        (datetime(2013, 1, 1, 5, tzinfo=UTC), "2013-01-01 05:00:00+00:00"),
        (date(1, 1, 1), "0001-01-01"),
        (time(5, 0, 0, 1), "05:00:00.000001"),
        (timedelta(days=1, hours=2, milliseconds=5), "1 02:00:00.005"),
        (-timedelta(hours=1), "-0 01:00:00.000"),
        (timedelta(microseconds=1), "0 00:00:00.000001"),
        (b"\x00\xff", "00ff"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ([1, None, "ü"], '[1, null, "ü"]'),
        ({"a": Decimal("1.10")}, '{"a": "1.10"}'),
        (("x", 1), '["x", 1]'),
    ],
)
def test_a_value_keeps_all_it_has(value, words):
    assert text(value) == words


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals()
        | st.datetimes() | st.dates() | st.times() | st.timedeltas() | st.binary() | st.uuids(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)  # fmt: skip
def test_any_value_is_plain_json(value):
    written = json.dumps(plain(value), allow_nan=False)
    assert json.loads(written) == plain(value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_comes_back_digit_for_digit(value):
    assert Decimal(text(value)) == value


@given(st.text())
def test_what_is_shown_is_one_line_without_controls(words):
    shown = visible(words)
    assert len(shown.splitlines()) <= 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)


def test_a_long_text_ends_with_an_ellipsis():
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"
