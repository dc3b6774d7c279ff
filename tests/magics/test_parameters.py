from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from jupyter_mesh.errors import InputError, NameNotFound
from jupyter_mesh.magics.parameters import bound
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session

SESSION = Session(Actor("ana"), "lake", "raw")


@pytest.mark.parametrize(
    "value",
    [1, 2**70, 1.5, "x", "", True, None, b"\x00", Decimal("1.10"), date(2013, 1, 1),
     datetime(2013, 1, 1, tzinfo=UTC)],
)  # fmt: skip
def test_a_value_is_passed_as_it_is(value):
    found = bound("SELECT :v", {"v": value}, SESSION)
    assert found == {"v": value}
    assert type(found["v"]) is type(value)


@pytest.mark.parametrize(
    ("value", "plain"),
    [(np.int64(3), 3), (np.float32(1.5), 1.5), (np.bool_(True), True), (np.str_("x"), "x")],
)
def test_a_cell_of_a_frame_becomes_its_python_value(value, plain):
    found = bound("SELECT :v", {"v": value}, SESSION)["v"]
    assert found == plain
    assert type(found) is type(plain)


def test_a_moment_of_a_frame_stays_a_moment():
    moment = pd.Timestamp("2013-01-01 05:00")
    assert bound("SELECT :v", {"v": moment}, SESSION)["v"] == datetime(2013, 1, 1, 5)


@pytest.mark.parametrize("value", [pd.NA, pd.NaT])
def test_a_missing_value_of_a_frame_is_a_null(value):
    assert bound("SELECT :v", {"v": value}, SESSION) == {"v": None}


@pytest.mark.parametrize(
    "value", [{"a": 1}, [1, 2], {1}, object(), print, np.datetime64("2013-01-01", "ns"),
              np.array([1]), pd.DataFrame({"a": [1]})]
)  # fmt: skip
def test_what_is_no_single_value_is_refused_by_name(value):
    with pytest.raises(InputError, match=":v is a"):
        bound("SELECT :v", {"v": value}, SESSION)


def test_a_missing_variable_is_named_with_the_nearest():
    with pytest.raises(NameNotFound, match=":mnth") as raised:
        bound("SELECT :mnth", {"month": 1, "_": 2}, SESSION)
    assert "month" in raised.value.remedy


@pytest.mark.parametrize(
    "sql", ["SELECT ':v'", 'SELECT 1 AS ":v"', "SELECT 1 -- :v", "SELECT 1 /* :v */"]
)
def test_text_and_comments_ask_for_nothing(sql):
    assert bound(sql, {}, SESSION) == {}


def test_a_statement_without_a_colon_is_not_even_read():
    assert bound("SELEC nonsense (", {}, SESSION) == {}
