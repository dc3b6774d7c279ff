"""Promises of pointers: compare and swap, all or none, and names as typed."""

from __future__ import annotations

import pytest

from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.errors import ConflictError, NameNotFound
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.types import BIGINT

COLUMNS = (Column("id", BIGINT),)


@pytest.mark.our_database
def test_several_pointers_move_together_or_not_at_all(hand, lake):
    a, b = hand.table("a", "s"), hand.table("b", "s")
    first = {table: lake.prepare(table, COLUMNS, "").metadata_location for table in (a, b)}
    _location, metadata = lake.load(a)
    new = lake.write_metadata(metadata, first[a])
    with pytest.raises(ConflictError, match=r"lake\.s\.b was changed in the meantime"):
        lake.commit("", [PointerChange(a, first[a], new), PointerChange(b, new, new)])
    assert lake.snapshot(a).metadata_location == first[a]
    with pytest.raises(ConflictError, match=r"lake\.s\.b was changed"):
        lake.commit("", [PointerChange(a, first[a], new), PointerChange(b, None, new)])
    assert lake.snapshot(a).metadata_location == first[a]
    lake.commit("", [PointerChange(a, first[a], new)])
    assert lake.snapshot(a).metadata_location == new


@pytest.mark.our_database
def test_a_standard_client_and_we_refuse_each_others_stale_commits(hand, lake):
    table = hand.table("a", "s")
    lake.prepare(table, COLUMNS, "")
    theirs = hand.client(lake).load_table(("s", "a"))
    base = lake.snapshot(table).metadata_location
    with theirs.update_schema() as change:
        change.add_column("n", theirs.schema().find_type("id"))
    _location, metadata = lake.load(table)
    with pytest.raises(ConflictError):
        lake.commit("", [PointerChange(table, base, lake.write_metadata(metadata, base))])
    assert [column.name for column in lake.snapshot(table).columns] == ["id", "n"]


@pytest.mark.our_database
def test_schemas_are_made_once_and_dropped_when_empty(hand, lake):
    table = hand.table("a", "s")
    lake.create_schema("s")
    lake.create_schema("s")
    assert list(lake.schemas()) == ["s"]
    assert list(lake.tables("s")) == []
    lake.prepare(table, COLUMNS, "")
    with pytest.raises(ConflictError, match="still holds tables or views"):
        lake.drop_schema("s")
    lake.drop(table)
    lake.drop_schema("s")
    assert list(lake.schemas()) == []
    with pytest.raises(NameNotFound, match=r"schema lake\.s"):
        lake.drop_schema("s")


def test_names_that_are_not_there_are_offered_the_nearest_as_typed(hand, lake):
    lake.prepare(hand.table("orders", "sales"), COLUMNS, "")
    with pytest.raises(NameNotFound) as table:
        lake.snapshot(hand.table("order", "sales"))
    assert table.value.kind == "table"
    assert table.value.name == "lake.sales.order"
    assert table.value.near == ("lake.sales.orders",)
    with pytest.raises(NameNotFound) as schema:
        lake.snapshot(hand.table("orders", "sale"))
    assert (schema.value.kind, schema.value.name) == ("schema", "lake.sale")
    assert schema.value.near == ("lake.sales",)
    with pytest.raises(NameNotFound, match=r"table lake\.sales\.nothing"):
        lake.drop(hand.table("nothing", "sales"))


@pytest.mark.parametrize("name", ["with space", 'q"uote', "ünï", "a.b", "../up", "x" * 200])
def test_any_name_can_be_a_tables(hand, lake, name):
    table = TableName("lake", "odd", name)
    state = hand.fill(lake, table)
    assert list(lake.tables("odd")) == [name]
    assert state.metadata_location.startswith(f"{lake.warehouse}/odd/")
    assert ".." not in state.metadata_location
    assert hand.rows(lake, state.metadata_location) == [1, 2]


def test_views_of_other_engines_are_no_tables(hand, lake):
    from sqlalchemy import insert

    from jupyter_mesh.catalog import rows

    table = hand.table("a", "s")
    lake.prepare(table, COLUMNS, "")
    with lake.database.writing() as connection:
        connection.execute(
            insert(rows.ICEBERG_TABLES).values(
                catalog_name="lake",
                table_namespace="s",
                table_name="seen",
                metadata_location="file:///view",
                iceberg_type="VIEW",
            )
        )
    assert list(lake.tables("s")) == ["a"]
    with pytest.raises(NameNotFound):
        lake.snapshot(hand.table("seen", "s"))
    branch = lake.open_branch("r", None, [])
    assert list(lake.tables("s", branch.name)) == ["a"]
