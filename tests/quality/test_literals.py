from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.quality.literals import literal


@pytest.mark.parametrize(
    ("value", "kind", "sql"),
    [
        ("it's", "varchar", "'it''s'"),
        (7, "varchar", "'7'"),
        (True, "varchar", "'true'"),
        (date(2013, 1, 2), "varchar", "'2013-01-02'"),
        ("12", "bigint", "12"),
        (12.0, "integer", "12"),
        (1.5, "bigint", "1.5"),
        (0.1, "double", "0.1E0"),
        (1e300, "double", "1E+300"),
        (1, "real", "CAST(1.0E0 AS real)"),
        (Decimal("1.10"), "decimal(5,2)", "1.10"),
        (1e-7, "decimal(10,8)", "0.0000001"),
        ("TRUE", "boolean", "TRUE"),
        ("2013-01-02", "date", "DATE '2013-01-02'"),
        ("2013-01-02 03:04", "timestamp(3)", "TIMESTAMP '2013-01-02 03:04:00.000000'"),
        (
            datetime(2013, 1, 2, tzinfo=UTC),
            "timestamp(6) with time zone",
            "TIMESTAMP '2013-01-02 00:00:00.000000 UTC'",
        ),
        (
            "2013-01-02T01:00+01:00",
            "timestamp(6) with time zone",
            "TIMESTAMP '2013-01-02 00:00:00.000000 UTC'",
        ),
        (time(3, 4), "time(6)", "TIME '03:04:00.000000'"),
        (
            "{0B3C1E5A-0000-0000-0000-000000000001}",
            "uuid",
            "UUID '0b3c1e5a-0000-0000-0000-000000000001'",
        ),
    ],
)
def test_a_value_is_spelled_in_the_type_of_the_column(value, kind, sql):
    assert literal(value, TrinoType.parse(kind)) == sql


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("one", "bigint"),
        (True, "bigint"),
        (2**63, "bigint"),
        ("nan", "double"),
        ("1e999", "double"),
        ("maybe", "boolean"),
        (5, "date"),
        ("2013-01-02 03:00", "date"),
        (datetime(2013, 1, 1, tzinfo=UTC), "timestamp(6)"),
        ("noon", "time(6)"),
        ("1", "uuid"),
        ([1], "bigint"),
        ("a\0b", "varchar"),
        ("a", "array(varchar)"),
        ("a", "varbinary"),
    ],
)
def test_a_value_that_is_none_of_the_type_is_refused(value, kind):
    with pytest.raises(ValueError, match=r"is no|cannot be compared"):
        literal(value, TrinoType.parse(kind))


@given(st.text(alphabet=st.characters(exclude_characters="\0")))
def test_no_text_leaves_its_quotes(value):
    sql = literal(value, TrinoType("varchar"))
    assert sql[0] == sql[-1] == "'"
    assert "'" not in sql[1:-1].replace("''", "")
