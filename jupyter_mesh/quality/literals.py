"""Values of a contract as literals of Trino SQL, of the type of the column they meet."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.model.types import TrinoType


def text(value: object) -> str:
    """The value as a string literal (ISO 9075-2, character string literal)."""
    spelled = value.isoformat() if isinstance(value, date) else str(value)
    spelled = str(value).lower() if isinstance(value, bool) else spelled
    if "\0" in spelled:
        raise ValueError("a value holds the character NUL")
    return "'" + spelled.replace("'", "''") + "'"


def literal(value: object, kind: TrinoType) -> str:
    """The value as a literal that compares exactly with a column of that type.

    Raises ValueError, with a sentence, when the value is none of the type.
    """
    spell = _SPELLINGS.get(kind.base)
    if spell is None:
        raise ValueError(f"a column of type {kind} cannot be compared with a value")
    try:
        return spell(value)
    except (ValueError, InvalidOperation, OverflowError) as error:
        raise ValueError(f"{value!r} is no {kind}") from error


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError(f"{value!r} is no number")
    number = Decimal(str(value).strip())
    if not number.is_finite():
        raise ValueError(f"{value!r} is not finite")
    return number


def _integer(value: object) -> str:
    number = _exact(value)
    if number != int(number) or not -(2**63) <= number < 2**63:
        raise ValueError(f"{value!r} is no 64-bit integer")
    return str(int(number))


def _decimal(value: object) -> str:
    return format(_exact(value), "f")


def _bound(value: object) -> str:
    """A number that bounds integers need not be one itself."""
    number = _exact(value)
    return _integer(value) if number == int(number) else _decimal(value)


def _double(value: object) -> str:
    number = float(_exact(value))
    if not isfinite(number):
        raise ValueError(f"{value!r} is too large")
    spelled = repr(number)
    return spelled.replace("e", "E") if "e" in spelled else f"{spelled}E0"


def _real(value: object) -> str:
    # The bare literal is a double, and 0.1 as a double is no real's value.
    return f"CAST({_double(value)} AS real)"


def _boolean(value: object) -> str:
    word = str(value).strip().upper()
    if word not in {"TRUE", "FALSE"}:
        raise ValueError(f"{value!r} is no boolean")
    return word


def _date(value: object) -> str:
    moment = _moment(value)
    if moment.time() != time() or moment.tzinfo:
        raise ValueError(f"{value!r} is no date")
    return f"DATE '{moment.date().isoformat()}'"


def _timestamp(value: object) -> str:
    moment = _moment(value)
    if moment.tzinfo:
        raise ValueError(f"{value!r} has a time zone")
    return f"TIMESTAMP '{moment.isoformat(' ', 'microseconds')}'"


def _zoned(value: object) -> str:
    moment = _moment(value)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"TIMESTAMP '{moment.replace(tzinfo=None).isoformat(' ', 'microseconds')} UTC'"


def _time(value: object) -> str:
    moment = value if isinstance(value, time) else time.fromisoformat(str(value).strip())
    return f"TIME '{moment.replace(tzinfo=None).isoformat('microseconds')}'"


def _uuid(value: object) -> str:
    return f"UUID '{UUID(str(value))}'"


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no date")
    return datetime.fromisoformat(value.strip())


_SPELLINGS: dict[str, Callable[[object], str]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), _bound),
    **dict.fromkeys(("varchar", "char", "json"), text),
    "decimal": _decimal,
    "double": _double,
    "real": _real,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "timestamp with time zone": _zoned,
    "time": _time,
    "uuid": _uuid,
}
