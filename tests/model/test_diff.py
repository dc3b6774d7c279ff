"""Promises about two releases side by side."""

from datetime import UTC, datetime

import pytest

from jupyter_mesh.model.diff import compare
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.runs import Release
from jupyter_mesh.model.tables import Pin, ViewSnapshot
from jupyter_mesh.model.versions import Change, Version, VersionDecision

SAME = VersionDecision(Change.NONE)


def table(name):
    return TableName("lake", "shop_orders", name)


def release(**parts):
    known = {"outputs": (), **parts}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Release(
        ProductName("shop", "orders"), Version(1, 0, 0), moment, Actor("ana"), **known
    )


def views(**asked):
    told = [ViewSnapshot(table(name), sql, f"file:///{sql}") for name, sql in asked.items()]
    return release(views=tuple(told))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"late": "SELECT 1"}, {"late": "SELECT 1"}, ()),
        ({}, {"late": "SELECT 1"}, ("added lake.shop_orders.late",)),
        ({"late": "SELECT 1"}, {}, ("removed lake.shop_orders.late",)),
        (
            {"late": "SELECT 1", "early": "SELECT 2"},
            {"late": "SELECT 3", "busy": "SELECT 2"},
            (
                "added lake.shop_orders.busy",
                "removed lake.shop_orders.early",
                "changed lake.shop_orders.late",
            ),
        ),
    ],
)
def test_views_came_went_or_ask_for_something_else(before, after, told):
    assert compare(views(**before), views(**after), SAME).views_changed == told


def test_a_view_that_was_made_anew_with_the_same_query_is_the_same():
    anew = release(views=(ViewSnapshot(table("late"), "SELECT 1", "file:///anew"),))
    assert compare(views(late="SELECT 1"), anew, SAME).views_changed == ()


def test_an_input_is_changed_when_it_was_read_in_another_state():
    first, second = (release(inputs=(Pin(table("raw"), number),)) for number in (1, 2))
    assert compare(first, second, SAME).inputs_changed == ("lake.shop_orders.raw",)
    assert compare(first, first, SAME).inputs_changed == ()
