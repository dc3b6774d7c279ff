"""Promises of a sheet: exact values, exact order, and no more rows than somebody wants."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from jupyter_mesh.errors import InputError
from jupyter_mesh.testing.mesh import ScriptedResult, numbers
from jupyter_mesh.widgets.sheet import MOST, Sheet

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
HUGE = Decimal("12345678901234567890.12")
VALUES = {
    "name": (pa.string(), ["b", None, "<b>x</b>", "A"], "varchar"),
    "amount": (
        pa.decimal128(22, 2),
        [HUGE, Decimal("-1.10"), None, HUGE - Decimal("0.01")],
        "decimal(22,2)",
    ),
    "number": (pa.int64(), [2**53 + 1, 2**53, 3, None], "bigint"),
    "share": (pa.float64(), [float("nan"), 1.5, None, -2.0], "double"),
    "at": (
        pa.timestamp("us", "UTC"),
        [
            datetime(2026, 3, 1, 12, 0, 0, 123456, UTC),
            None,
            None,
            datetime(2025, 1, 1, tzinfo=UTC),
        ],
        "timestamp(6) with time zone",
    ),
    "day": (pa.date32(), [date(2026, 1, 2), date(2026, 1, 1), None, date(1, 1, 1)], "date"),
    "tags": (pa.list_(pa.int64()), [[1, 2], [], None, [3]], "array(bigint)"),
}


@pytest.fixture
def sheet():
    table = pa.table({name: pa.array(rows, kind) for name, (kind, rows, _) in VALUES.items()})
    return Sheet(ScriptedResult(table, [kind for _kind, _rows, kind in VALUES.values()]))


def column(sheet, name, **asked):
    place = list(VALUES).index(name)
    return [row[place] for row in sheet.asked("rows", asked)["rows"]]


def place(name):
    return list(VALUES).index(name)


def kept(sheet, name, operator, value=""):
    one = {"column": place(name), "operator": operator, "value": value}
    return column(sheet, name, filters=[one])


def test_values_are_shown_to_the_last_digit(sheet):
    assert column(sheet, "amount") == [
        "12345678901234567890.12",
        "-1.10",
        None,
        "12345678901234567890.11",
    ]
    assert column(sheet, "number")[:2] == ["9007199254740993", "9007199254740992"]
    assert column(sheet, "at")[0] == "2026-03-01 12:00:00.123456+00:00"
    assert column(sheet, "tags") == ["[1, 2]", "[]", None, "[3]"]


def test_columns_tell_their_types(sheet):
    said = sheet.asked("rows", {})
    assert said["columns"][1] == {"name": "amount", "type": "decimal(22,2)", "numeric": True}
    assert (said["loaded"], said["seen"], said["whole"]) == (4, 4, True)


@pytest.mark.parametrize(
    ("name", "up"),
    [
        ("amount", ["-1.10", "12345678901234567890.11", "12345678901234567890.12", None]),
        ("number", ["3", "9007199254740992", "9007199254740993", None]),
        ("share", ["-2.0", "1.5", "NaN", None]),
        ("name", ["<b>x</b>", "A", "b", None]),
        ("day", ["0001-01-01", "2026-01-01", "2026-01-02", None]),
        ("tags", ["[1, 2]", "[3]", "[]", None]),
    ],
)
def test_rows_stand_in_the_order_of_their_values_and_null_comes_last(sheet, name, up):
    assert column(sheet, name, sort=place(name)) == up
    down = [*up[-2::-1], None]
    assert column(sheet, name, sort=place(name), descending=True) == down


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("amount", "=", "12345678901234567890.12", ["12345678901234567890.12"]),
        ("amount", "<", "0", ["-1.10"]),
        ("number", ">", "9007199254740992", ["9007199254740993"]),
        ("number", "≠", "3", ["9007199254740993", "9007199254740992"]),
        ("share", "≥", "-2", ["1.5", "-2.0"]),
        ("name", "contains", "a", ["A"]),
        ("name", "contains", "<B>", ["<b>x</b>"]),
        ("name", "null", "", [None]),
        ("day", "≤", "2026-01-01", ["2026-01-01", "0001-01-01"]),
        ("day", "not null", "", ["2026-01-02", "2026-01-01", "0001-01-01"]),
    ],
)
def test_filters_compare_without_rounding(sheet, name, operator, value, found):
    assert kept(sheet, name, operator, value) == found


def test_a_filter_that_is_no_number_says_so(sheet):
    with pytest.raises(InputError, match="'abc' is not a number") as caught:
        kept(sheet, "amount", "<", "abc")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("ask", "asked"),
    [
        ("rows", {"sort": 99}),
        ("rows", {"first": -1}),
        ("rows", {"filters": [{"column": 0, "operator": "eval"}]}),
        ("rows", {"limit": "all"}),
        ("cell", {"row": 99, "column": 0}),
        ("cell", {"row": 0, "column": "x"}),
        ("dance", {}),
    ],
)
def test_nonsense_is_refused(sheet, ask, asked):
    with pytest.raises(InputError):
        sheet.asked(ask, asked)


def test_no_more_rows_are_read_than_wanted():
    result = numbers(95)
    sheet = Sheet(result, 20)
    assert result.pulled == 3
    said = sheet.asked("rows", {})
    assert (said["loaded"], said["whole"]) == (20, False)
    said = sheet.asked("rows", {"loaded": 50, "first": 40, "limit": 20})
    assert (said["loaded"], said["whole"], len(said["rows"])) == (50, False, 10)
    said = sheet.asked("rows", {"loaded": 95})
    assert (said["loaded"], said["whole"], said["full"]) == (95, True, False)
    assert sheet.asked("rows", {"loaded": 10 * MOST})["loaded"] == 95


def test_a_page_has_few_rows_whatever_is_asked():
    assert len(Sheet(numbers(3000), 3000).asked("rows", {"limit": 3000})["rows"]) == 1000


def test_no_rows_have_columns_all_the_same():
    said = Sheet(numbers(0)).asked("rows", {})
    assert (said["rows"], said["seen"], said["whole"]) == ([], 0, True)
    assert said["columns"]


def test_a_long_cell_is_cut_in_the_grid_and_whole_when_asked_for():
    long = "x" * 10_000 + "\x1b[31m"
    sheet = Sheet(ScriptedResult(pa.table({"t": [long, "a\nb"]}), ["varchar"]))
    (first,), (second,) = sheet.asked("rows", {})["rows"]
    assert (len(first), second) == (400, "a↵b")
    assert sheet.asked("cell", {"row": 0, "column": 0})["text"] == long
    assert sheet.asked("cell", {"row": 0, "column": 0, "sort": 0})["text"] == "a\nb"


def test_columns_of_the_same_name_keep_their_places():
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    result = ScriptedResult.__new__(ScriptedResult)
    result.__init__(table, ["bigint", "bigint"])
    assert Sheet(result).asked("rows", {})["rows"] == [["1", "2"]]
