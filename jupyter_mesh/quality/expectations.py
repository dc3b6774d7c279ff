"""The one door to Great Expectations; only the worker process ever goes through it."""

from __future__ import annotations

import math
import os
import warnings
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

_BOUNDS = ("min_value", "max_value")


def warm() -> Any:  # noqa: ANN401 - the library's own batch definition
    """Load the library, which takes seconds, and answer what batches are made from."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    warnings.simplefilter("ignore")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("mesh").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("all")


def validate(definition: Any, request: Mapping[str, Any]) -> list[dict[str, Any]]:  # noqa: ANN401
    """Hold each expectation of a request against its parquet file, one answer each.

    One at a time, because the library lets one that breaks take the others with it.
    """
    import pyarrow.parquet as pq

    table = pq.read_table(request["path"])
    frame = _simple(table).to_pandas(date_as_object=False)
    batch = definition.get_batch(batch_parameters={"dataframe": frame})
    key = request.get("key", ())
    return [_one(batch, table.schema, wanted, key) for wanted in request["expectations"]]


def _simple(table: pa.Table) -> pa.Table:
    """Decimals as floats: the library's statistics fail on exact numbers."""
    import pyarrow as pa

    fields = [
        field.with_type(pa.float64()) if pa.types.is_decimal(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _one(
    batch: Any,  # noqa: ANN401 - the library's own batch
    schema: pa.Schema,
    wanted: Mapping[str, Any],
    key: Sequence[str],
) -> dict[str, Any]:
    import great_expectations as gx

    form: dict[str, Any] = {"result_format": "SUMMARY", "partial_unexpected_count": 20}
    if key:
        form["unexpected_index_column_names"] = list(key)
    kwargs = _typed(dict(wanted["kwargs"]), schema)
    expectation = {"type": wanted["type"], "kwargs": kwargs, "meta": {}}
    try:
        suite = gx.ExpectationSuite(name="one", expectations=[expectation])
        outcome = batch.validate(suite, result_format=form).results[0]
    except Exception as error:
        return {"error": _short(error)}
    raised = _raised(outcome.exception_info)
    if raised:
        return {"error": raised}
    result = outcome.result
    rows = _rows(result, wanted["kwargs"])
    kept = {k: _plain(v) for k, v in result.items() if not k.startswith("partial_")}
    return {"success": bool(outcome.success), "result": kept, "rows": rows}


def _typed(kwargs: dict[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """Bounds of a column of dates as dates: the library compares no date with its spelling."""
    import pyarrow as pa

    column = kwargs.get("column")
    at = schema.get_field_index(column) if isinstance(column, str) else -1
    if at >= 0 and pa.types.is_temporal(schema.field(at).type):
        for bound in _BOUNDS:
            if isinstance(kwargs.get(bound), str):
                kwargs[bound] = datetime.fromisoformat(kwargs[bound])
    return kwargs


def _raised(info: Mapping[str, Any]) -> str:
    """What the library caught, in one line; it keeps one record, or one a metric."""
    for record in (info, *(part for part in info.values() if isinstance(part, dict))):
        if record.get("raised_exception"):
            return _short(record.get("exception_message") or "the expectation failed to run")
    return ""


def _short(error: object) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300]


def _rows(result: Mapping[str, Any], kwargs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Up to 20 failing rows, with their key where the library tells it."""
    indexed = result.get("partial_unexpected_index_list")
    if indexed and isinstance(indexed[0], dict):
        return [{str(k): _plain(v) for k, v in row.items()} for row in indexed[:20]]
    values = result.get("partial_unexpected_list") or []
    names = kwargs.get("column_list") or [
        kwargs[name] for name in ("column_A", "column_B", "column") if name in kwargs
    ]
    return [dict(zip(names, _cells(value, names), strict=False)) for value in values[:20]]


def _cells(value: object, names: Sequence[str]) -> Iterable[Any]:
    if isinstance(value, dict):
        return [_plain(value.get(name)) for name in names]
    if isinstance(value, list | tuple) and len(names) > 1:
        return [_plain(item) for item in value]
    return [_plain(value)]


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the library answers
    """The value as plain JSON: the library itself fails on numpy's and exact numbers."""
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item() if getattr(value, "ndim", 0) == 0 else value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) or str(value) != "NaT" else None
