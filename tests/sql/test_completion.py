"""Promises about the place of a cursor: what may stand there, by the text alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.sql.completion import functions, keywords, wanted


def at(text):
    """The place of the mark."""
    before = text.partition("|")[0]
    return wanted(text.replace("|", ""), before.count("\n"), len(before.rpartition("\n")[2]))


@pytest.mark.parametrize(
    ("text", "fragment", "prefix"),
    [
        ("SELECT * FROM |", "", ""),
        ("SELECT * FROM la|", "la", ""),
        ("SELECT * FROM lake.ra|", "lake.ra", "lake"),
        ("SELECT 1 FROM a JOIN lake.raw.|", "lake.raw.", "lake.raw"),
        ("INSERT INTO x|", "x", ""),
    ],
)
def test_after_from_a_table_is_wanted(text, fragment, prefix):
    place = at(text)
    assert place.is_table
    assert (place.fragment, place.prefix) == (fragment, prefix)


def test_elsewhere_columns_of_the_tables_around_are_wanted():
    place = at("SELECT o.| FROM lake.raw.orders AS o\nJOIN crm.main.customers c ON 1 = 1")
    assert place.fragment == "o."
    assert place.tables == (("lake.raw.orders", "o"), ("crm.main.customers", "c"))
    assert at("SELECT | FROM a WHERE x").tables == (("a", ""),)


@pytest.mark.parametrize(
    "text", ["SELECT 'a|", "SELECT 1 -- FROM |", "/* FROM |", "SELECT ''|"]
)
def test_inside_a_text_or_remark_nothing_is_wanted(text):
    assert at(text).is_nothing is (text != "SELECT ''|")


def test_tables_in_a_remark_do_not_count():
    assert at("SELECT | -- FROM b\nFROM a").tables == (("a", ""),)


def test_words_and_functions_are_known():
    assert {"SELECT", "LIMIT"} <= keywords()
    assert {"approx_percentile", "date_trunc"} <= set(functions())


@given(st.text(max_size=60), st.integers(0, 9), st.integers(0, 99))
def test_any_place_of_any_text_is_a_place(text, line, column):
    assert isinstance(wanted(text, line, column).fragment, str)
