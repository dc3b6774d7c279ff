"""Promises about slips of the finger."""

import pytest

from jupyter_mesh.catalog.spelling import distance, grams, nearest


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("carrier", "carrier", 0),
        ("carier", "carrier", 1),
        ("carrierr", "carrier", 1),
        ("catrier", "carrier", 1),
        ("acrrier", "carrier", 1),
        ("", "abc", 3),
        ("abc", "", 3),
    ],
)
def test_slips_are_counted(one, other, slips):
    assert distance(one, other) == distance(other, one) == slips


def test_the_nearest_come_first_and_beginnings_count():
    known = ["customer", "customers", "custom", "carrier", "clustering"]
    assert nearest("custmoer", known)[0] == "customer"
    assert nearest("carier", known) == ["carrier"]
    assert nearest("custmo", known) == ["custom", "customer", "customers"]


def test_short_words_forgive_one_slip_only():
    assert nearest("abcd", ["abdc", "axcy"]) == ["abdc"]


def test_a_slip_keeps_some_group_of_letters():
    assert grams("carier") & grams("carrier")
    assert grams("a") == {"  a"}
