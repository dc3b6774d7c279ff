from __future__ import annotations

import pytest

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.quality.schema import storable


@pytest.mark.parametrize(
    ("promised", "found"),
    [
        ("bigint", "bigint"),
        ("varchar(2)", "varchar"),
        ("char(2)", "varchar"),
        ("json", "varchar"),
        ("tinyint", "integer"),
        ("smallint", "integer"),
        ("timestamp(3)", "timestamp(6)"),
        ("timestamp(9) with time zone", "timestamp(6) with time zone"),
        ("time(3)", "time(6)"),
        ("array(varchar(2))", "array(varchar)"),
        ("map(varchar(3),smallint)", "map(varchar, integer)"),
        ("row(a tinyint, b timestamp(3))", "row(a integer, b timestamp(6))"),
    ],
)
def test_what_iceberg_stores_in_place_of_a_type_is_that_type(promised, found):
    assert storable(TrinoType.parse(promised), TrinoType.parse(found))


@pytest.mark.parametrize(
    ("promised", "found"),
    [
        ("bigint", "integer"),
        ("integer", "bigint"),
        ("tinyint", "bigint"),
        ("varchar", "bigint"),
        ("decimal(10,2)", "decimal(10,3)"),
        ("decimal(10,2)", "double"),
        ("timestamp(6)", "timestamp(6) with time zone"),
        ("date", "timestamp(6)"),
        ("array(bigint)", "array(varchar)"),
        ("array(bigint)", "bigint"),
        ("row(a bigint)", "row(b bigint)"),
        ("row(a bigint)", "row(a bigint, b bigint)"),
    ],
)
def test_other_types_are_other_types(promised, found):
    assert not storable(TrinoType.parse(promised), TrinoType.parse(found))
