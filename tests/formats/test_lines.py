import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.formats.arrays import python_rows
from jupyter_mesh.formats.arrow import schema_of
from jupyter_mesh.formats.cells import plain, text
from jupyter_mesh.formats.lines import csv_header, csv_lines, json_lines
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import TrinoType

VALUES = {
    "bigint": [2**62, -1, 0, None],
    "tinyint": [127, None],
    "boolean": [True, False, None],
    "double": [0.1, 1e300, float("inf"), None],
    "decimal(38,10)": [Decimal("0E-10"), Decimal("1.1000000000"), None],
    "varchar": ["", "x", 'a,"b"', " x", "x\t", "a\nb", "ü🛫", "%s %d %%", None],
    "date": [date(1, 1, 1), date(2013, 1, 1), None],
    "timestamp(6)": [datetime(2013, 1, 1, 5), datetime(2013, 1, 1, 5, 0, 0, 1), None],
    "timestamp(3) with time zone": [datetime(2013, 1, 1, 5, tzinfo=UTC), None],
    "varbinary": [b"", b"\x00\xff", None],
    "array(bigint)": [[1, None], [], None],
}


def batch_of(kind, values, name="v"):
    columns = (Column(name, TrinoType.parse(kind)),)
    return pa.record_batch([values], schema=schema_of(columns)), columns


def reread(lines):
    return list(csv.reader(io.StringIO("".join(f"{line}\n" for line in lines), newline="")))


@pytest.mark.parametrize("kind", VALUES)
def test_lines_say_what_the_values_are(kind):
    batch, columns = batch_of(kind, VALUES[kind])
    values = [row[0] for row in python_rows(batch, columns)]
    read = reread(csv_lines(batch, columns))
    expected = [[] if value is None else [text(value)] for value in values]
    assert read == expected
    assert [json.loads(line)["v"] for line in json_lines(batch, columns)] == [
        plain(value) for value in values
    ]


def test_nothing_and_empty_text_are_told_apart():
    assert csv_lines(*batch_of("varchar", [None, ""])) == ["", '""']


@given(st.lists(st.text(), max_size=5), st.text(min_size=1))
def test_any_text_comes_back(values, name):
    batch, columns = batch_of("varchar", values, name)
    lines = [csv_header(columns), *csv_lines(batch, columns)]
    assert reread(lines) == [[name], *([value] for value in values)]
    assert [json.loads(line) for line in json_lines(batch, columns)] == [
        {name: value} for value in values
    ]
