"""Frames: pandas, polars and Arrow data in as one Arrow reader, pandas out with exact types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.arrays import cast, python_values
from jupyter_mesh.formats.arrow import plain_type
from jupyter_mesh.model.names import safe_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.types import TrinoType

BATCH_ROWS = 131_072
BACKENDS = ("mesh", "arrow", "numpy")
_ACCEPTED = (
    "Give a pandas or polars frame, an Arrow table, batch, reader or dataset, "
    "or the result of a query."
)


# -- in --------------------------------------------------------------------------------------


def to_reader(data: Any) -> pa.RecordBatchReader:  # noqa: ANN401 - any frame
    """A reader over any frame, with SQL-safe column names and types that the mesh passes on.

    Takes pandas and polars frames (lazy ones are collected streaming), Arrow tables, batches,
    readers and datasets, and whatever offers an Arrow stream, such as a Result. The index of a
    pandas frame is dropped; its named levels become columns. Raises InputError for anything
    else, for duplicate column names and for values that have no exact place in SQL.
    """
    kind = type(data).__module__.partition(".")[0]
    if kind == "pandas":
        return _plain(_from_pandas(data))
    if kind == "polars":
        return _plain(_from_polars(data))
    return _plain(_from_arrow(data))


def _from_pandas(frame: pd.DataFrame) -> pa.Table:
    import pandas as pd
    import pyarrow as pa

    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"A pandas {type(frame).__name__} is no frame.", remedy="Make one: .to_frame()."
        )
    levels = [level for level in frame.index.names if level is not None]
    if clash := next((level for level in levels if level in frame.columns), None):
        raise InputError(
            f"The frame has an index level and a column named {clash}.",
            remedy="Rename one, or drop the index with reset_index(drop=True).",
        )
    if levels:
        frame = frame.reset_index(level=levels)
    names = [str(heading) for heading in frame.columns]
    _refuse_duplicates(names)
    arrays = []
    for place, name in enumerate(names):
        series = frame.iloc[:, place]
        try:
            arrays.append(pa.array(series, from_pandas=True))
        except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
            raise InputError(
                f"Column {name} mixes values of different types: {_first_line(error)}.",
                remedy=f"Make them one type, for instance with df[{name!r}].astype(str).",
            ) from error
    columns = [array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
               for array in arrays]  # fmt: skip
    return pa.table(columns, names=names)


def _from_polars(frame: pl.DataFrame | pl.LazyFrame) -> pa.Table:
    import polars as pl
    import pyarrow as pa

    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect(engine="streaming")
    if not isinstance(frame, pl.DataFrame):
        raise InputError(
            f"A polars {type(frame).__name__} is no frame.", remedy="Make one: .to_frame()."
        )
    columns = [_polars_column(series) for series in frame.get_columns()]
    return pa.table(columns, names=frame.columns)


def _polars_column(series: pl.Series) -> pa.Array:
    import polars as pl
    import pyarrow as pa

    try:
        # An object would come out as the address it has in this process.
        if series.dtype != pl.Object:
            return series.to_arrow()
        reason = None
    except (pa.ArrowException, pl.exceptions.PolarsError) as error:
        reason = error
    raise InputError(
        f"Column {series.name} has the type {series.dtype}, which SQL does not know.",
        remedy="Cast it to numbers, text or moments first.",
    ) from reason


def _from_arrow(data: Any) -> pa.Table | pa.RecordBatchReader:  # noqa: ANN401 - any frame
    import pyarrow as pa

    if isinstance(data, pa.Table | pa.RecordBatchReader):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if hasattr(data, "scanner") and type(data).__module__.startswith("pyarrow."):
        return data.scanner().to_reader()
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data)
    raise InputError(f"A {type(data).__name__} is no frame.", remedy=_ACCEPTED)


def _plain(data: pa.Table | pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The data under SQL-safe names, in types that the mesh passes on.

    What is in memory is cast before anybody reads it, so that a value that cannot be kept is
    told with its own error; an exception raised inside an engine's C interface loses its type.
    """
    import pyarrow as pa

    _refuse_duplicates(data.schema.names)
    schema = _plain_schema(data.schema)
    if data.schema.equals(schema, check_metadata=False):
        schema = data.schema.with_metadata(None)
        return data.to_reader(BATCH_ROWS) if isinstance(data, pa.Table) else data
    if isinstance(data, pa.Table):
        batches = list(_cast(data.to_batches(BATCH_ROWS), schema))
        return pa.RecordBatchReader.from_batches(schema, batches)
    return pa.RecordBatchReader.from_batches(schema, _cast(data, schema))


def _plain_schema(schema: pa.Schema) -> pa.Schema:
    import pyarrow as pa

    fields = []
    for field, name in zip(schema, safe_names(schema.names), strict=True):
        try:
            kind = plain_type(field.type)
        except InputError as error:
            raise InputError(
                f"Column {field.name}: {error.message}", remedy=error.remedy
            ) from error
        comment = (field.metadata or {}).get(b"comment")
        metadata = {b"comment": comment} if comment else None
        fields.append(pa.field(name, kind, field.nullable, metadata))
    return pa.schema(fields)


def _cast(
    batches: Sequence[pa.RecordBatch] | pa.RecordBatchReader, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in batches:
        arrays = [
            _cast_column(array, field)
            for array, field in zip(batch.columns, schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cast_column(array: pa.Array, field: pa.Field) -> pa.Array:
    import pyarrow as pa

    try:
        return cast(array, field.type)
    except (pa.ArrowException, OverflowError) as error:
        raise InputError(
            f"Column {field.name} holds a value that SQL cannot: {_first_line(error)}.",
            remedy="Moments have microseconds: round finer ones first, "
            "for instance with .dt.round('us').",
        ) from error


def _refuse_duplicates(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(
                f"The frame has more than one column named {name}.", remedy="Rename one."
            )
        seen.add(name)


def _first_line(error: BaseException) -> str:
    text = str(error.args[0] if error.args else error)
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__


# -- out -------------------------------------------------------------------------------------


def to_pandas(
    table: pa.Table, columns: Sequence[Column], backend: str = "mesh"
) -> pd.DataFrame:
    """A pandas frame of an Arrow table, with the types that the columns declare.

    `mesh` keeps every value and pandas' usual look:

    | Trino | pandas |
    |---|---|
    | tinyint ... bigint | int8 ... int64, or Int8 ... Int64 where there are nulls |
    | boolean | bool, or boolean where there are nulls |
    | real, double | float32, float64 (null is NaN) |
    | varchar, char, json | str |
    | timestamp, with time zone | datetime64[us], datetime64[us, zone] |
    | uuid, intervals | object: UUID, timedelta, text |
    | decimal, date, time, varbinary, array, map, row | ArrowDtype of the same type |

    `arrow` is ArrowDtype throughout (uuid and intervals excepted), `numpy` is what Arrow gives
    older code: nullable integers as float64, decimals, dates and times as objects. Raises
    InputError for another backend.
    """
    import pandas as pd

    if backend not in BACKENDS:
        raise InputError(
            f"There is no dtype_backend {backend!r}.", remedy=f"Choose {', '.join(BACKENDS)}."
        )
    series = [
        _series(array, column.type, backend)
        for array, column in zip(table.columns, columns, strict=True)
    ]
    frame = pd.DataFrame(
        dict(enumerate(series)), index=pd.RangeIndex(table.num_rows), copy=False
    )
    frame.columns = pd.Index([column.name for column in columns], dtype="str")
    return frame


def _series(array: pa.ChunkedArray, kind: TrinoType, backend: str) -> pd.Series:
    import pandas as pd

    if kind.base == "uuid" or kind.base.startswith("interval"):
        values = [value for chunk in array.chunks for value in python_values(chunk, kind)]
        return pd.Series(values, dtype="object")
    if backend == "numpy":
        return array.to_pandas()
    if backend == "mesh" and (mapper := _familiar(array, kind)) is not None:
        return array.to_pandas(types_mapper=mapper)
    return pd.Series(pd.array(array, dtype=pd.ArrowDtype(array.type)))


def _familiar(array: pa.ChunkedArray, kind: TrinoType) -> Callable[[Any], Any] | None:
    """Which pandas type a column gets where Arrow's own choice is not exact."""
    import numpy as np
    import pandas as pd

    if kind.is_integer or kind.base == "boolean":
        if not array.null_count:
            return _arrows_choice
        name = "boolean" if kind.base == "boolean" else str(array.type).capitalize()
        return lambda _type: pd.api.types.pandas_dtype(name)
    if kind.is_text or kind.base == "json":
        return lambda _type: pd.StringDtype(na_value=np.nan)
    moments = {"timestamp", "timestamp with time zone"}
    return _arrows_choice if kind.base in {"real", "double", *moments} else None


def _arrows_choice(_type: Any) -> None:  # noqa: ANN401 - any Arrow type
    return None
