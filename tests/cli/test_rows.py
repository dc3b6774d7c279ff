import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from jupyter_mesh.testing.mesh import ScriptedResult, numbers

EVIL = 'a,"b"\nc'


def answer(columns, types):
    return ScriptedResult(pa.table(columns), types)


def test_a_table_has_the_answer_on_standard_output_and_the_count_aside(run):
    ended = run("query", "SELECT 1")
    assert "12.30" in ended.stdout
    assert "3 rows" not in ended.stdout
    assert "3 rows, 0.21 s, embedded" in ended.stderr


def test_a_table_shows_the_first_hundred_rows(run, fake):
    fake.answers["SELECT 1"] = numbers(1000)
    ended = run("query", "SELECT 1")
    assert len(ended.stdout.splitlines()) == 102
    assert "--format csv" in ended.stderr
    assert fake.answers["SELECT 1"].pulled < 15


def test_markup_and_escapes_in_a_table_are_text(run, fake):
    fake.answers["SELECT 1"] = answer({"[red]x": ["[bold]y[/bold]\x1b[31m"]}, ["varchar"])
    shown = run("query", "SELECT 1").stdout
    assert "[red]x" in shown
    assert "[bold]y[/bold]" in shown
    assert "\x1b" not in shown


def test_csv_is_exact_and_tells_null_from_nothing(run, fake):
    fake.answers["SELECT 1"] = answer(
        {
            "t": [EVIL, "", None, " x "],
            "d": [Decimal("1.10"), None, Decimal("0.00"), Decimal("-9.99")],
            "w": [datetime(2013, 1, 1, 5), None, datetime(2013, 1, 1, 5, 0, 0, 1), None],
        },
        ["varchar", "decimal(10,2)", "timestamp(6)"],
    )
    text = run("query", "SELECT 1", "--format", "csv").stdout
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["t", "d", "w"]
    assert rows[1] == [EVIL, "1.10", "2013-01-01 05:00:00"]
    assert '"",,\n' in text
    assert "\n,0.00,2013-01-01 05:00:00.000001\n" in text


def test_json_is_one_array_of_objects(run, fake):
    fake.answers["SELECT 1"] = answer(
        {"d": [Decimal("12345678901234567890.10")], "f": [float("nan")], "b": [b"\x00\xff"],
         "n": [2**62], "day": [date(2013, 1, 1)], "a": [[1, None]], "t": ["ü"]},
        ["decimal(38,2)", "double", "varbinary", "bigint", "date", "array(bigint)", "varchar"],
    )  # fmt: skip
    text = run("query", "SELECT 1", "--format", "json").stdout
    assert json.loads(text) == [
        {"d": "12345678901234567890.10", "f": "NaN", "b": "00ff", "n": 2**62,
         "day": "2013-01-01", "a": [1, None], "t": "ü"}
    ]  # fmt: skip
    assert run("query", "SELECT 1", "--json").stdout == text


def test_json_of_no_rows_is_an_empty_array(run, fake):
    fake.answers["SELECT 1"] = numbers(0)
    assert json.loads(run("query", "SELECT 1", "--format", "json").stdout) == []


def test_parquet_goes_through_a_pipe(run):
    ended = run("query", "SELECT 1", "--format", "parquet")
    assert parquet.read_table(io.BytesIO(ended.stdout_bytes)).num_rows == 3


@pytest.mark.parametrize(
    ("name", "options"),
    [("x.csv", []), ("x.json", []), ("x.parquet", []), ("x", ["--format", "parquet"])],
)
def test_a_file_is_written_by_its_ending(run, tmp_path, name, options):
    place = tmp_path / name
    ended = run("query", "SELECT 1", *options, "-o", str(place))
    assert ended.exit_code == 0
    assert ended.stdout == ""
    assert f"3 rows written to {place}" in ended.stderr
    assert place.stat().st_size > 20
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_that_cannot_be_finished_does_not_appear(run, fake, tmp_path):
    class Broken(ScriptedResult):
        def batches(self):
            yield from super().batches()
            raise OSError(28, "No space left on device")

    fake.answers["SELECT 1"] = Broken(pa.table({"n": [1]}), ["bigint"])
    place = tmp_path / "x.csv"
    place.write_text("before")
    ended = run("query", "SELECT 1", "-o", str(place))
    assert ended.exit_code == 5
    assert "No space left" in ended.stderr
    assert place.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_table_is_not_written_to_a_file(run, fake, tmp_path):
    ended = run("query", "SELECT 1", "--format", "table", "-o", str(tmp_path / "x"))
    assert ended.exit_code == 2
    assert not fake.calls


def test_a_file_s_ending_goes_before_json(run, tmp_path):
    run("query", "SELECT 1", "--json", "-o", str(tmp_path / "x.csv"))
    assert (tmp_path / "x.csv").read_text().startswith("n,d\n")


def test_a_folder_that_is_not_there_is_told_before_anything_runs(run, fake, tmp_path):
    ended = run("query", "SELECT 1", "-o", str(tmp_path / "no" / "x.csv"))
    assert ended.exit_code == 2
    assert not fake.calls


def test_an_error_amid_the_rows_leaves_standard_output_alone(run, fake):
    from jupyter_mesh.errors import StorageError

    class Broken(ScriptedResult):
        def batches(self):
            yield from super().batches()
            raise StorageError("The disk failed.")

    fake.answers["SELECT 1"] = Broken(pa.table({"n": [1]}), ["bigint"])
    ended = run("query", "SELECT 1", "--json")
    assert ended.exit_code == 5
    assert "error" not in ended.stdout
    assert json.loads(ended.stderr)["error"]["message"] == "The disk failed."
