"""Promises about what a route takes: typed, bounded, never more than it asked for."""

import pytest

from jupyter_mesh.errors import InputError
from jupyter_mesh.server.route import Asked, Route, number

ROUTE = Route(
    "GET",
    "things/{id}",
    "Things.",
    lambda visit: {},
    (Asked("limit", "How many.", number(10, 1, 100)), Asked("q", "What.", required=True)),
)


def test_values_are_typed_and_defaults_filled_in():
    assert ROUTE.values({"id": "a"}, {"q": "x"}, b"") == {"limit": 10, "q": "x", "id": "a"}
    assert ROUTE.values({"id": "a"}, {"q": "5", "limit": "5"}, b"")["limit"] == 5
    assert ROUTE.in_path == ("id",)


def test_what_nobody_asked_for_is_passed_over():
    assert "token" not in ROUTE.values({"id": "a"}, {"q": "x", "token": "t", "1": ""}, b"")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "x", "limit": "0"},
        {"q": "x", "limit": "101"},
        {"q": "x", "limit": "1e9"},
        {"q": "x", "limit": "٣"},
        {"q": "x", "limit": "9" * 40},
        {"q": "x" * 3000},
        {"q": "a\0b"},
    ],
)
def test_what_is_not_right_is_told_in_a_sentence(query):
    with pytest.raises(InputError):
        ROUTE.values({"id": "a"}, query, b"")
