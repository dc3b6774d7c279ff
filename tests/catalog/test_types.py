"""Iceberg's types and Trino's, both ways."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.catalog.types import columns_of, evolved_fields, iceberg_type, trino_type
from jupyter_mesh.errors import InputError, StorageError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import BIGINT, DOUBLE, VARCHAR, TrinoType

BOTH_WAYS = {
    "boolean": "boolean",
    "integer": "int",
    "bigint": "long",
    "real": "float",
    "double": "double",
    "decimal(38,6)": "decimal(38, 6)",
    "date": "date",
    "time(6)": "time",
    "timestamp(6)": "timestamp",
    "timestamp(6) with time zone": "timestamptz",
    "varchar": "string",
    "uuid": "uuid",
    "varbinary": "binary",
}
NEAREST = {
    "tinyint": "integer",
    "smallint": "integer",
    "varchar(10)": "varchar",
    "char(3)": "varchar",
    "json": "varchar",
    "ipaddress": "varchar",
    "timestamp(3)": "timestamp(6)",
    "timestamp(0) with time zone": "timestamp(6) with time zone",
    "time(3)": "time(6)",
    "array(smallint)": "array(integer)",
    "row(a char(3), b map(varchar(2), timestamp(3)))": "row(a varchar, b map(varchar, "
    "timestamp(6)))",
}
PRIMITIVES = st.sampled_from([TrinoType.parse(text) for text in BOTH_WAYS])
TYPES = st.recursive(
    PRIMITIVES,
    lambda inner: st.one_of(
        inner.map(lambda item: TrinoType("array", (), (item,))),
        st.tuples(PRIMITIVES, inner).map(lambda pair: TrinoType("map", (), pair)),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: TrinoType.parse(
                "row(" + ", ".join(f'"f {n}" {item}' for n, item in enumerate(items)) + ")"
            )
        ),
    ),
    max_leaves=6,
)


def kept(text):
    return iceberg_type(TrinoType.parse(text), itertools.count(1))


@pytest.mark.parametrize(("trino", "iceberg"), BOTH_WAYS.items())
def test_a_type_is_the_same_after_both_ways(trino, iceberg):
    assert kept(trino) == iceberg
    assert str(trino_type(iceberg)) == trino


@pytest.mark.parametrize(("trino", "nearest"), NEAREST.items())
def test_a_type_that_iceberg_lacks_becomes_the_nearest_wider_one(trino, nearest):
    assert str(trino_type(kept(trino))) == nearest


@given(TYPES)
def test_every_type_that_iceberg_has_comes_back(kind):
    assert trino_type(iceberg_type(kind, itertools.count(1))) == kind


@given(TYPES)
def test_every_kept_type_is_one_that_iceberg_clients_understand(kind):
    from pyiceberg.schema import Schema

    fields = evolved_fields((), (Column("a", kind), Column("b", kind)), itertools.count(1))
    schema = Schema.model_validate({"type": "struct", "schema-id": 0, "fields": fields})
    ids = sorted(schema._lazy_id_to_name)
    assert ids == list(range(1, len(ids) + 1))


@pytest.mark.parametrize(
    "text", ["interval day to second", "unknown", "time(3) with time zone", "decimal(39,2)"]
)
def test_a_type_that_no_table_can_keep_is_refused_by_name(text):
    with pytest.raises(InputError, match="cannot keep a column of type"):
        kept(text)


def test_types_of_other_writers_are_read_or_refused():
    assert str(trino_type("fixed[16]")) == "varbinary"
    assert str(trino_type("decimal(9,2)")) == "decimal(9,2)"
    assert str(trino_type("timestamp_ns")) == "timestamp(9)"
    with pytest.raises(StorageError, match="variant"):
        trino_type("variant")


def test_comments_and_required_flags_are_kept():
    columns = (Column("id", BIGINT, required=True, description="The key."), Column("n", DOUBLE))
    fields = evolved_fields((), columns, itertools.count(1))
    assert columns_of({"fields": fields}) == columns


def test_columns_keep_their_ids_when_moved_or_widened_and_get_new_ones_when_replaced():
    old = evolved_fields(
        (),
        [
            Column(name, TrinoType.parse(text))
            for name, text in {
                "a": "integer",
                "b": "varchar",
                "c": "decimal(9,2)",
                "d": "row(x bigint)",
                "e": "double",
                "gone": "date",
            }.items()
        ],
        itertools.count(1),
    )
    new = evolved_fields(
        old,
        [
            Column(name, TrinoType.parse(text))
            for name, text in {
                "new": "date",
                "d": "row(x bigint)",
                "c": "decimal(12,2)",
                "b": "bigint",
                "a": "bigint",
                "e": "real",
            }.items()
        ],
        itertools.count(8),
    )
    assert [(f["name"], f["id"]) for f in new] == [
        ("new", 8),
        ("d", 4),
        ("c", 3),
        ("b", 9),
        ("a", 1),
        ("e", 10),
    ]
    assert new[1]["type"] == old[3]["type"]
    assert new[4]["type"] == "long"


def test_a_nested_type_that_changed_is_a_new_column():
    old = evolved_fields(
        (), [Column("d", TrinoType.parse("row(x bigint)"))], itertools.count(1)
    )
    new = evolved_fields(
        old, [Column("d", TrinoType.parse("row(x varchar)"))], itertools.count(3)
    )
    assert (new[0]["id"], new[0]["type"]["fields"][0]["id"]) == (3, 4)


def test_columns_without_a_name_or_with_the_same_one_are_refused():
    column = Column("a", VARCHAR)
    with pytest.raises(InputError, match="two columns named A"):
        evolved_fields((), (column, replace(column, name="A")), itertools.count(1))
    with pytest.raises(InputError, match="no name"):
        evolved_fields((), (replace(column, name=""),), itertools.count(1))
    with pytest.raises(InputError, match="at least one column"):
        evolved_fields((), (), itertools.count(1))
