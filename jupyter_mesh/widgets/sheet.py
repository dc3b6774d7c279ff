"""A sheet: the loaded rows of a result, sorted and filtered on exact values, as words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.arrays import python_values
from jupyter_mesh.formats.cells import shortened, text, visible
from jupyter_mesh.magics.pages import between

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.protocols import Result

# So many rows are kept for looking at; who needs more has .df() and .arrow().
MOST = 100_000
_AT_ONCE = 1000
_WINDOW = 100
_LONGEST_WINDOW = 1000
_SHOWN = 400
_LONGEST = 1_000_000
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "≠": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "≤": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "≥": lambda a, b: a >= b,
}
_ORDERED = frozenset(
    {"tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "boolean"}
    | {"varchar", "char", "date", "time", "timestamp", "timestamp with time zone"}
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a column's value has to be: `operator` is contains, null, not null or a sign."""

    column: int
    operator: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which of the loaded rows are seen, and by which column they stand in order."""

    filters: tuple[Filter, ...] = ()
    sort: int | None = None
    descending: bool = False


class Loaded:
    """The rows of one moment: Arrow, and of the columns that are asked for the values."""

    def __init__(self, rows: pa.Table, columns: Sequence[Column], *, is_whole: bool) -> None:
        self.rows, self.columns, self.is_whole = rows, columns, is_whole
        self._values: dict[int, list[Any]] = {}
        self._order: dict[Arrangement, list[int]] = {}

    def values(self, column: int) -> list[Any]:
        """All values of a column, exact."""
        if column not in self._values:
            self._values[column] = self.at(column, None)
        return self._values[column]

    def at(self, column: int, places: Sequence[int] | None) -> list[Any]:
        """The values of a column at some places."""
        import pyarrow as pa

        array = self.rows.column(column)
        if places is not None:
            array = array.take(pa.array(places, pa.int64()))
        kind = self.columns[column].type
        return [value for chunk in array.chunks for value in python_values(chunk, kind)]

    def order(self, arrangement: Arrangement) -> Sequence[int]:
        """The places of the rows that are seen, in their order."""
        if arrangement == Arrangement():
            return range(self.rows.num_rows)
        if arrangement not in self._order:
            # A grid has one order at a time; those before are let go.
            self._order = {arrangement: self._ordered(arrangement)}
        return self._order[arrangement]

    def _ordered(self, arrangement: Arrangement) -> list[int]:
        places: Sequence[int] = range(self.rows.num_rows)
        for one in arrangement.filters:
            values, passes = self.values(one.column), _test(one, self.columns[one.column])
            places = [place for place in places if passes(values[place])]
        if arrangement.sort is None:
            return list(places)
        values = self.values(arrangement.sort)
        key = _key(self.columns[arrangement.sort])
        known = [place for place in places if values[place] is not None]
        unknown = [place for place in places if values[place] is None]
        # Equal rows stay as they came, and NULL comes last either way.
        known.sort(key=lambda place: key(values[place]), reverse=arrangement.descending)
        return [*known, *unknown]


class Sheet:
    """Rows of a result, loaded as far as somebody wants to see."""

    def __init__(self, result: Result, rows: int = _AT_ONCE) -> None:
        self._result = result
        self._lock = RLock()
        self._loaded = self._load(max(1, min(rows, MOST)))

    def asked(self, ask: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `rows` or `cell`; nothing else is known here."""
        wanted = min(_number(values, "loaded", 0), MOST)
        with self._lock:
            if wanted > self._loaded.rows.num_rows and not self._loaded.is_whole:
                self._loaded = self._load(wanted)
            loaded = self._loaded
            order = loaded.order(self._arrangement(values))
        if ask == "rows":
            return self._rows(loaded, order, values)
        if ask == "cell":
            return self._cell(loaded, order, values)
        raise InputError(f"Nobody here knows how to {ask}.")

    @cached_property
    def _columns(self) -> list[dict[str, Any]]:
        return [
            {"name": visible(one.name), "type": str(one.type), "numeric": one.type.is_numeric}
            for one in self._result.columns
        ]

    def _load(self, wanted: int) -> Loaded:
        import pyarrow as pa

        from jupyter_mesh.formats.arrow import schema_of

        # One row more than wanted tells whether that was the end.
        batches = between(self._result.batches(), 0, wanted + 1)
        schema = batches[0].schema if batches else schema_of(self._result.columns)
        rows = pa.Table.from_batches(batches, schema=schema)
        is_whole = rows.num_rows <= wanted
        # In one piece: rows are looked up by their places, again and again.
        rows = rows.slice(0, wanted).combine_chunks()
        return Loaded(rows, self._result.columns, is_whole=is_whole)

    def _rows(
        self, loaded: Loaded, order: Sequence[int], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        first = _number(values, "first", 0)
        limit = min(_number(values, "limit", _WINDOW), _LONGEST_WINDOW)
        places = order[first : first + limit]
        columns = [
            [None if value is None else _word(value) for value in loaded.at(column, places)]
            for column in range(len(loaded.columns))
        ]
        return {
            "columns": self._columns,
            "loaded": loaded.rows.num_rows,
            "whole": loaded.is_whole,
            "full": loaded.rows.num_rows >= MOST,
            "seen": len(order),
            "first": first,
            "rows": [list(row) for row in zip(*columns, strict=True)],
        }

    def _cell(
        self, loaded: Loaded, order: Sequence[int], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        row, column = _number(values, "row", 0), self._column(values.get("column"))
        if row >= len(order):
            raise InputError("There is no such row.")
        (value,) = loaded.at(column, [order[row]])
        return {"text": None if value is None else shortened(text(value), _LONGEST)}

    def _arrangement(self, values: Mapping[str, Any]) -> Arrangement:
        filters = tuple(
            Filter(self._column(one.get("column")), *_operator(one))
            for one in values.get("filters") or ()
        )
        sort = values.get("sort")
        place = None if sort is None else self._column(sort)
        return Arrangement(filters, place, bool(values.get("descending")))

    def _column(self, place: Any) -> int:  # noqa: ANN401 - whatever the page says
        if not isinstance(place, int) or not 0 <= place < len(self._result.columns):
            raise InputError("There is no such column.")
        return place


def _number(values: Mapping[str, Any], name: str, default: int) -> int:
    number = values.get(name, default)
    if not isinstance(number, int) or number < 0:
        raise InputError(f"{name} is no number of rows.")
    return number


def _operator(one: Mapping[str, Any]) -> tuple[str, str]:
    operator, value = str(one.get("operator")), str(one.get("value", ""))
    if operator not in {*_OPERATORS, "contains", "null", "not null"}:
        raise InputError(f"There is no filter {operator!r}.")
    return operator, value


def _word(value: Any) -> str:  # noqa: ANN401 - any cell
    return visible(shortened(text(value), _SHOWN))


def _test(one: Filter, column: Column) -> Callable[[Any], bool]:
    match one.operator:
        case "null":
            return lambda value: value is None
        case "not null":
            return lambda value: value is not None
        case "contains":
            part = one.value.casefold()
            return lambda value: value is not None and part in text(value).casefold()
    holds = _OPERATORS[one.operator]
    if column.type.is_numeric:
        asked = _typed(one.value)
        return lambda value: value is not None and value == value and holds(value, asked)
    return lambda value: value is not None and holds(text(value), one.value)


def _typed(words: str) -> Decimal:
    """The number that was typed; Python compares it with any other without rounding."""
    try:
        number = Decimal(words.strip())
    except InvalidOperation as error:
        raise InputError(
            f"{words!r} is not a number.", remedy="Type one, such as 12.5, or leave it empty."
        ) from error
    if number.is_nan():
        raise InputError("NaN is neither less nor more.", remedy="Filter for text: NaN.")
    return number


def _key(column: Column) -> Callable[[Any], Any]:
    base = column.type.base
    if base not in _ORDERED:
        return text
    if base in {"real", "double"}:
        # Not-a-number is the largest of its kind, as in Trino.
        return lambda value: (value != value, value if value == value else 0.0)
    return lambda value: value
