import os
from datetime import UTC, datetime
from decimal import Decimal
from threading import Thread

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest

from jupyter_mesh.engines.kept import KeptBatches
from jupyter_mesh.engines.result import StreamedResult, small_result
from jupyter_mesh.errors import InputError, QueryError, StorageError
from jupyter_mesh.formats.arrow import schema_of
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.tables import Stats
from jupyter_mesh.model.types import TrinoType

COLUMNS = tuple(
    Column(name, TrinoType.parse(kind))
    for name, kind in {
        "id": "bigint",
        "price": "decimal(9,2)",
        "at": "timestamp(3) with time zone",
        "name": "varchar(5)",
    }.items()
)
SCHEMA = schema_of(COLUMNS)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def batch(start, size=3):
    numbers = range(start, start + size)
    return pa.record_batch(
        [
            pa.array(numbers, pa.int64()),
            pa.array([Decimal(f"{n}.50") for n in numbers], pa.decimal128(9, 2)),
            pa.array([NOON] * size, pa.timestamp("us", "UTC")),
            pa.array([None if n % 2 else f"n{n}" for n in numbers]),
        ],
        schema=SCHEMA,
    )


def streamed(tmp_path, batches, limit=10**6):
    return StreamedResult(COLUMNS, iter(batches), KeptBatches(SCHEMA, tmp_path, limit), Stats())


@pytest.mark.parametrize("limit", [0, 300, 10**6])
def test_an_answer_can_be_read_in_every_way_more_than_once(tmp_path, limit):
    result = streamed(tmp_path, (batch(n * 3) for n in range(4)), limit)
    first = list(result.batches())
    assert [found.num_rows for found in first] == [3, 3, 3, 3]
    assert list(result.batches()) == first
    assert result.arrow() == pa.Table.from_batches(first)
    assert result.rows()[3] == (3, Decimal("3.50"), NOON, None)
    assert result.df()["price"].sum() == Decimal("72.00")
    assert result.df("numpy")["id"].tolist() == list(range(12))
    result.to_parquet(tmp_path / "out.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet") == result.arrow()
    assert pl.DataFrame(result).height == 12
    assert result.stats.rows == 12


def test_rows_are_pulled_only_when_somebody_reads_on(tmp_path):
    pulled = []

    def source():
        for number in range(3):
            pulled.append(number)
            yield batch(number)

    result = streamed(tmp_path, source()).start()
    assert pulled == [0]
    assert result.stats.rows == 3
    assert "so far" in repr(result)
    batches = result.batches()
    next(batches)
    assert pulled == [0]
    assert len(result.rows()) == 9
    assert len(list(batches)) == 2
    assert "so far" not in repr(result)


@pytest.mark.parametrize("limit", [0, 300, 10**6])
def test_a_repeatable_answer_is_asked_again_instead_of_being_spilled(tmp_path, limit):
    runs = []

    def again():
        # Other batches than the first time: only the rows and their order are the same.
        runs.append(1)
        yield from (batch(n * 6, 6) for n in range(2))

    result = StreamedResult(
        COLUMNS,
        (batch(n * 3) for n in range(4)),
        KeptBatches(SCHEMA, tmp_path / "scratch", limit),
        Stats(),
        again,
    )
    first = result.rows()
    assert not runs
    assert result.rows() == result.rows() == first
    assert [row[0] for row in first] == list(range(12))
    halfway = result.batches()
    taken = next(halfway).num_rows
    assert len(result.rows()) == 12
    assert sum(found.num_rows for found in halfway) == 12 - taken
    assert result.stats.rows == 12
    assert bool(runs) == (limit < 10**6)
    assert not (tmp_path / "scratch").exists()


def test_two_readers_of_a_repeatable_answer_do_not_disturb_each_other(tmp_path):
    def run():
        return (batch(n * 3) for n in range(4))

    kept = KeptBatches(SCHEMA, tmp_path, 300)
    result = StreamedResult(COLUMNS, run(), kept, Stats(), run)
    one, two = result.batches(), result.batches()
    seen = ([], [])
    for reader, out in [(one, seen[0]), (two, seen[1]), (one, seen[0]), (one, seen[0])]:
        out.extend(next(reader).column(0).to_pylist())
    for reader, out in [(two, seen[1]), (one, seen[0])]:
        for found in reader:
            out.extend(found.column(0).to_pylist())
    assert seen == (list(range(12)), list(range(12)))


def test_an_answer_that_broke_off_never_looks_complete(tmp_path):
    def source():
        yield batch(0)
        raise QueryError("Division by zero")

    result = streamed(tmp_path, source()).start()
    for _ in range(2):
        with pytest.raises(QueryError, match="Division by zero"):
            result.rows()
    with pytest.raises(QueryError, match="Division by zero"):
        result.to_parquet(tmp_path / "out.parquet")
    assert list(tmp_path.iterdir()) == []


def test_two_threads_see_the_same_rows(tmp_path):
    result = streamed(tmp_path, (batch(n) for n in range(200)), limit=500)
    found = [[] for _ in range(4)]
    threads = [Thread(target=lambda out=out: out.extend(result.rows())) for out in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(rows == found[0] for rows in found)
    assert len(found[0]) == 600


def test_an_empty_answer_keeps_its_types(tmp_path):
    result = streamed(tmp_path, [])
    assert result.rows() == []
    assert result.arrow().schema == SCHEMA
    assert list(result.df().columns) == ["id", "price", "at", "name"]
    result.to_parquet(tmp_path / "out.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet").schema.types == SCHEMA.types


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    target = tmp_path / "out.parquet"
    target.write_text("old")

    def source():
        yield batch(0)
        raise OSError(28, os.strerror(28))

    with pytest.raises(StorageError, match="No space left"):
        streamed(tmp_path, source()).to_parquet(target)
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]
    assert target.read_text() == "old"


def test_a_missing_folder_is_told_with_the_path(tmp_path):
    with pytest.raises(StorageError, match="nowhere"):
        streamed(tmp_path, [batch(0)]).to_parquet(tmp_path / "nowhere" / "out.parquet")


def test_a_type_that_parquet_cannot_hold_is_refused(tmp_path):
    column = Column("span", TrinoType.parse("interval year to month"))
    months = pa.MonthDayNano([3, 0, 0])
    result = small_result((column,), [(months,)], Stats(), tmp_path)
    with pytest.raises(InputError, match="Parquet"):
        result.to_parquet(tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_changed_rows_are_counted_not_answered_ones(tmp_path):
    stats = Stats(rows=42, update="INSERT")
    result = small_result((Column("rows", TrinoType("bigint")),), [(42,)], stats, tmp_path)
    assert (result.rows(), result.stats.rows) == ([(42,)], 42)
    assert isinstance(result.df(), pd.DataFrame)
