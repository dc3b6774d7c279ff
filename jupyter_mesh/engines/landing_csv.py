"""Landing csv: the whole file is looked at before a row is served, so that types are true.

The rules. The first row holds the names. The separator is the one of comma, semicolon, tab
and bar that finds most names there; text is UTF-8; values are quoted as in RFC 4180. An empty
field, NA, NULL and null are nulls; in quotes they are text. A column is a boolean, a whole
number, a number, a date or a moment when every value in the file is one. Whole numbers with
leading zeros are codes and stay text, and so do dates that are not written year first. Where
at least half of the values are of such a kind and some are not, the first that is not is a
fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from jupyter_mesh.engines import csv_kinds
from jupyter_mesh.engines.connection import literal
from jupyter_mesh.engines.csv_faults import first_fault, read_heading
from jupyter_mesh.engines.faults import explained
from jupyter_mesh.engines.landing_rows import Rows, file_literal
from jupyter_mesh.errors import LandingError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jupyter_mesh.engines.csv_faults import Heading
    from jupyter_mesh.engines.csv_kinds import Kind, Tally

_SAMPLE = 4_096


def read_csv(connection: duckdb.DuckDBPyConnection, path: Path) -> Rows:
    """The rows of a csv file, with the types that its values have.

    Raises LandingError with row and column for a ragged row, bad encoding, a value unlike its
    column, and for a file without a heading or without rows.
    """
    heading = read_heading(path)
    file = _File(connection, path, heading)
    try:
        found = file.kinds()
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        raise explained(error) from error
    except duckdb.Error as error:
        raise first_fault(path, heading) or _unexplained(path, error) from error
    columns = [Column(name, kind.type) for name, kind in zip(heading.names, found, strict=True)]
    values = [
        f"{kind.cast_of(quote(name))} AS {quote(name)}"
        for name, kind in zip(heading.names, found, strict=True)
    ]
    sql = f"SELECT {', '.join(values)} FROM {file.source}"  # noqa: S608 - quoted names
    return Rows(sql, tuple(columns))


class _File:
    """One csv file, read as text by DuckDB; its columns' kinds are found by counting."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, path: Path, heading: Heading
    ) -> None:
        self.connection = connection
        self.path = path
        self.heading = heading
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in heading.names)
        self.source = (
            f"read_csv({file_literal(path)}, auto_detect = false, header = true, "
            f"delim = {literal(heading.delimiter)}, quote = '\"', escape = '\"', "
            f"strict_mode = true, null_padding = false, columns = {{{columns}}}, "
            "nullstr = ['', 'NA', 'NULL', 'null'], allow_quoted_nulls = false, "
            f"compression = '{'gzip' if heading.compressed else 'none'}')"
        )

    def kinds(self) -> list[Kind]:
        """The kind of each column: supposed from the first rows, then held against all.

        Counting every kind in a large file would take several times as long as reading it.
        """
        rows, tallies = self._tally(self.heading.names, f"(FROM {self.source} LIMIT {_SAMPLE})")
        if not rows:
            raise LandingError(
                f"{self.path.name} has a heading but no rows.",
                file=str(self.path),
                remedy="Was it written to its end? An empty table is not landed.",
            )
        kinds = [tally.agreed() or tally.likely() or csv_kinds.TEXT for tally in tallies]
        misfits = self._misfits(dict(zip(self.heading.names, kinds, strict=True)))
        return self._settled(kinds, misfits) if misfits else kinds

    def _settled(self, kinds: list[Kind], misfits: Sequence[str]) -> list[Kind]:
        """The kinds after the columns that did not fit were counted in the whole file."""
        _rows, tallies = self._tally(misfits, self.source)
        settled = dict(zip(self.heading.names, kinds, strict=True))
        faulty = {}
        for name, tally in zip(misfits, tallies, strict=True):
            if (agreed := tally.agreed()) is not None:
                settled[name] = agreed
            elif (likely := tally.likely()) is not None:
                faulty[name] = likely
            else:
                settled[name] = csv_kinds.TEXT
        if faulty:
            raise self._fault(faulty)
        return list(settled.values())

    def _tally(self, names: Sequence[str], source: str) -> tuple[int, list[Tally]]:
        """The number of rows, and for each column how many of its values are of each kind."""
        counts = ["count(*)"]
        for name in names:
            text = quote(name)
            counts.append(f"count(nullif({text}, ''))")
            counts += [f"count_if({kind.fits_of(text)})" for kind in csv_kinds.COUNTED]
        rows, *numbers = self._first(counts, source)
        step = 1 + len(csv_kinds.COUNTED)
        return rows, [
            csv_kinds.Tally(
                numbers[place],
                dict(zip(csv_kinds.COUNTED, numbers[place + 1 : place + step], strict=True)),
            )
            for place in range(0, len(numbers), step)
        ]

    def _misfits(self, kinds: Mapping[str, Kind]) -> list[str]:
        """The columns where some value of the whole file is not of its kind."""
        checks = [f"count_if({_misfit(name, kind)})" for name, kind in kinds.items()]
        counts = self._first(checks, self.source)
        return [name for name, count in zip(kinds, counts, strict=True) if count]

    def _fault(self, faulty: Mapping[str, Kind]) -> LandingError:
        """The first value of the file that is unlike the rest of its column."""
        # No column can be called #: their names are letters, digits and underscores.
        firsts = [
            f'min_by(struct_pack(at := "#", name := {literal(name)}, '
            f'value := {quote(name)}), "#") FILTER ({_misfit(name, kind)})'
            for name, kind in faulty.items()
        ]
        names = ", ".join(quote(name) for name in faulty)
        numbered = f'(SELECT row_number() OVER () AS "#", {names} FROM {self.source})'  # noqa: S608
        found = self._first(firsts, numbered)
        first = min((hit for hit in found if hit), key=lambda hit: hit["at"])
        name, row = first["name"], first["at"] + 1
        heading = self.heading.written[self.heading.names.index(name)]
        return LandingError(
            f"{self.path.name}, row {row}, column {heading}: {_shown(first['value'])} is no "
            f"{faulty[name].word}, as most values of the column are.",
            file=str(self.path),
            row=row,
            column=heading,
            remedy="Mend the value in the file. If the column is meant to be text, read the "
            "file into a frame where it is text, and land the frame.",
        )

    def _first(self, items: Sequence[str], source: str) -> tuple[Any, ...]:
        """The one row that these aggregates make."""
        sql = f"SELECT {', '.join(items)} FROM {source}"  # noqa: S608 - quoted names
        return self.connection.execute(sql).fetchone() or ()


def _misfit(name: str, kind: Kind) -> str:
    text = quote(name)
    return f"nullif({text}, '') IS NOT NULL AND NOT {kind.fits_of(text)}"


def _shown(value: str) -> str:
    """A value as an error shows it: quoted, and not longer than a line takes."""
    return repr(value if len(value) <= 40 else f"{value[:37]}...")


def _unexplained(path: Path, error: duckdb.Error) -> LandingError:
    """What DuckDB says of a file in which we see no fault: mixed line ends, mostly."""
    return LandingError(
        f"{path.name} cannot be read as csv: {str(error).splitlines()[0]}",
        file=str(path),
        remedy="Save it with one kind of line ends, one separator and UTF-8.",
    )
