"""The shape of a csv file: its heading, and the first place where the file breaks it."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from jupyter_mesh.errors import LandingError
from jupyter_mesh.model.names import safe_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DELIMITERS = ",;\t|"
_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
# A field may hold a document; csv's own limit of 128 KiB is no fault of the file.
_LONGEST_FIELD = 2**31 - 1
_ENCODING = "Save the file as UTF-8 and land it again."


@dataclass(frozen=True, slots=True)
class Heading:
    """The first row of a csv file: its names as written and as columns, and its separator."""

    written: tuple[str, ...]
    names: tuple[str, ...]
    delimiter: str
    compressed: bool


def read_heading(path: Path) -> Heading:
    """The heading of a csv file; LandingError when it is not text or has no heading."""
    with path.open("rb") as file:
        start = file.read(4)
    compressed = start.startswith(_GZIP)
    if start.startswith(_WIDE):
        raise _encoding(path, 1, "", "it is UTF-16")
    if start.startswith(b"PAR1"):
        raise LandingError(
            f"{path.name} is a parquet file.",
            file=str(path),
            remedy="Rename it to end in .parquet.",
        )
    candidates = [_first_row(path, compressed, delimiter) for delimiter in _DELIMITERS]
    # A quote inside a name tells that the separator was another one.
    written = max(candidates, key=lambda row: (len(row), '"' not in "".join(row)))
    delimiter = _DELIMITERS[candidates.index(written)]
    if not any(field.strip() for field in written):
        raise LandingError(
            f"{path.name} begins with an empty row.",
            file=str(path),
            row=1,
            remedy="Put the names of the columns into the first row.",
        )
    _check_names(path, written)
    return Heading(tuple(written), tuple(safe_names(written)), delimiter, compressed)


def first_fault(path: Path, heading: Heading) -> LandingError | None:
    """The first row that has too few or many values, bad quotes or bad encoding, if any."""
    wanted = len(heading.written)
    row = 0
    try:
        for row, fields in enumerate(_rows(path, heading.compressed, heading.delimiter), 1):
            if fields and len(fields) != wanted:
                return _ragged(path, row, fields, heading)
    except UnicodeDecodeError as error:
        return _undecodable(path, row + 1, error, heading)
    except csv.Error as error:
        return LandingError(
            f"{path.name}, row {row + 1}: the quotes are broken ({error}).",
            file=str(path),
            row=row + 1,
            remedy='Close every quote, and write a quote inside quotes twice ("").',
        )
    return None


def _first_row(path: Path, compressed: bool, delimiter: str) -> list[str]:
    try:
        return next(_rows(path, compressed, delimiter), [])
    except UnicodeDecodeError as error:
        raise _undecodable(path, 1, error, None) from error
    except csv.Error:
        return []


def _rows(path: Path, compressed: bool, delimiter: str) -> Iterator[list[str]]:
    """The rows as csv fields; blank lines are empty rows, as a spreadsheet counts them."""
    csv.field_size_limit(_LONGEST_FIELD)
    with _opened(path, compressed) as file:
        yield from csv.reader(_lines(file), delimiter=delimiter, strict=True)


def _opened(path: Path, compressed: bool) -> IO[bytes]:
    return gzip.open(path) if compressed else path.open("rb")  # type: ignore[return-value]


def _lines(file: IO[bytes]) -> Iterator[str]:
    """The lines of a file decoded one by one, so that bad encoding is met at its own row."""
    for number, line in enumerate(file):
        yield (line.removeprefix(_BOM) if not number else line).decode()


def _check_names(path: Path, written: list[str]) -> None:
    """Refuse a first row of data: numbers where names should be; a plain year may be a name."""
    numbers = [field for field in written if _is_number(field)]
    years = [field for field in numbers if field.isdigit() and len(field) == 4]
    if len(numbers) == len(written) or len(numbers) > len(years):
        raise LandingError(
            f"{path.name} has no heading: its first row holds the value {numbers[0]}.",
            file=str(path),
            row=1,
            column=numbers[0],
            remedy="Put the names of the columns into the first row.",
        )


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return any(sign.isdigit() for sign in field)


def _ragged(path: Path, row: int, fields: list[str], heading: Heading) -> LandingError:
    wanted = heading.written
    missing = wanted[len(fields)] if len(fields) < len(wanted) else ""
    values = "1 value" if len(fields) == 1 else f"{len(fields)} values"
    return LandingError(
        f"{path.name}, row {row}: {values} where the heading has {len(wanted)} names"
        + (f"; {missing} is missing." if missing else "."),
        file=str(path),
        row=row,
        column=missing,
        remedy="Give every row one value for each name; quote values that hold "
        f"{'a tab' if heading.delimiter == chr(9) else heading.delimiter}.",
    )


def _undecodable(
    path: Path, row: int, error: UnicodeDecodeError, heading: Heading | None
) -> LandingError:
    byte = f"the byte 0x{error.object[error.start]:02x} is not UTF-8"
    column = ""
    if heading is not None:
        before = error.object[: error.start].decode()
        place = len(next(csv.reader([before], delimiter=heading.delimiter), [""]))
        column = heading.written[min(place, len(heading.written)) - 1]
    return _encoding(path, row, column, byte)


def _encoding(path: Path, row: int, column: str, reason: str) -> LandingError:
    place = f"{path.name}, row {row}" + (f", column {column}" if column else "")
    return LandingError(
        f"{place}: {reason}.", file=str(path), row=row, column=column, remedy=_ENCODING
    )
