"""The search index as rows: names, columns, comments and tags, found in spite of slips."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import and_, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.lookup import Line, Lookup
from jupyter_mesh.catalog.spelling import grams, nearest
from jupyter_mesh.model.browse import Hit, Listed, column_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.database import Database

_T = TypeVar("_T")
_NAMES = rows.NAMES
_GRAMS = rows.GRAMS
_WORD = re.compile(r"[^\W\d_]{3,80}")
# A question of more words, or longer ones, finds nothing more by them.
_MOST_WORDS = 6
_LONGEST = 64
# An arbitrary number of our own: whoever holds it is changing the index.
_CHANGING = 7_236_150_402
# Databases take so many values in one statement.
_CHUNK = 500
_COLUMNS_OF_ONE = 3
_SCORES = (1.0, 0.9, 0.8, 0.6)
_BY_SLIP = 0.5


class Names:
    """What one database knows by name; every catalog of a mesh is listed in its home's.

    Who searches keeps the words in memory and reads only what has changed since.
    """

    def __init__(self, lake: str, database: Database) -> None:
        self.lake = lake
        self.database = database
        self._lines: dict[str, Line] = {}
        self._lookup = Lookup({})
        self._seen = 0
        self._lock = Lock()

    # -- keeping -----------------------------------------------------------------------------

    def revisions(self, belongs: str) -> dict[str, str]:
        """What is listed for a catalog (empty: for the products), each with its revision."""
        statement = select(_NAMES.c.id, _NAMES.c.revision).where(
            self._there, _NAMES.c.belongs == belongs
        )
        with self.database.reading() as connection:
            return {row.id: row.revision for row in connection.execute(statement)}

    def owners(self) -> list[str]:
        """The catalogs of which anything is listed."""
        statement = select(_NAMES.c.belongs).where(self._there).distinct()
        with self.database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def put(self, entries: Iterable[Listed]) -> None:
        """List these, in the place of what is listed under their ids."""
        for some in _chunks(list({entry.id: entry for entry in entries}.values())):
            with self.database.writing(durable=False) as connection:
                change = self._next(connection)
                connection.execute(delete(_NAMES).where(self._are([e.id for e in some])))
                new = [{**self._row(entry), "change": change} for entry in some]
                connection.execute(insert(_NAMES), new)
                self._learn(connection, {word for e in some for word in _words(e)})

    def drop(self, ids: Iterable[str]) -> None:
        """List these no longer."""
        for some in _chunks(list(ids)):
            with self.database.writing(durable=False) as connection:
                change = self._next(connection)
                connection.execute(
                    update(_NAMES)
                    .where(self._are(some))
                    .values(change=change, words="", name="", revision="", entry="")
                )

    # -- asking ------------------------------------------------------------------------------

    def listed(self, ids: Sequence[str]) -> dict[str, Listed]:
        """What is listed under these ids."""
        found: dict[str, Listed] = {}
        with self.database.reading() as connection:
            for some in _chunks(ids):
                statement = select(_NAMES.c.entry).where(self._are(some), self._there)
                for entry in map(_listed, connection.execute(statement).scalars()):
                    found[entry.id] = entry
        return found

    def search(self, question: str, limit: int) -> list[Hit]:
        """The best hits for a few words; each has to be found somewhere, or nearly."""
        words = [word[:_LONGEST] for word in question.lower().split()[:_MOST_WORDS]]
        if not words:
            return []
        lookup = self.ready()
        hits = list(self._hits(lookup, [[word] for word in words], limit, 1.0))
        if len(hits) < limit:
            meant = [[word, *self._meant(word)] for word in words]
            if any(len(choices) > 1 for choices in meant):
                hits += self._hits(lookup, meant, limit, _BY_SLIP)
        best: dict[str, Hit] = {}
        for hit in hits:
            best.setdefault(hit.id, hit)
        return sorted(best.values(), key=lambda hit: -hit.score)[:limit]

    def _hits(
        self, lookup: Lookup, words: list[list[str]], limit: int, weight: float
    ) -> Iterator[Hit]:
        found = lookup.find(words, limit)
        entries = self.listed([one.id for one in found])
        for one in found:
            if one.id in entries:
                yield from _told(entries[one.id], one.rank, words, weight)

    def ready(self) -> Lookup:
        """The words as they are now; asked for beforehand, the next search need not wait."""
        statement = select(_NAMES.c.id, _NAMES.c.change, _NAMES.c.name, _NAMES.c.words).where(
            _NAMES.c.lake == self.lake, _NAMES.c.change > self._seen
        )
        with self._lock:
            with self.database.reading() as connection:
                changed = connection.execute(statement).all()
            for row in changed:
                if row.words:
                    self._lines[row.id] = Line(row.name.encode(), row.words.encode())
                else:
                    self._lines.pop(row.id, None)
            if changed:
                self._seen = max(row.change for row in changed)
                self._lookup = Lookup(self._lines)
            return self._lookup

    def _meant(self, word: str) -> list[str]:
        """The words of the index that differ from this one by a slip of the finger or two."""
        if len(word) < 3:
            return []
        statement = (
            select(_GRAMS.c.word)
            .where(_GRAMS.c.lake == self.lake, _GRAMS.c.gram.in_(grams(word)))
            .group_by(_GRAMS.c.word)
            .order_by(func.count().desc(), _GRAMS.c.word)
            .limit(200)
        )
        with self.database.reading() as connection:
            return nearest(word, connection.execute(statement).scalars())

    # -- inside ------------------------------------------------------------------------------

    @property
    def _there(self) -> ColumnElement[bool]:
        return and_(_NAMES.c.lake == self.lake, _NAMES.c.words != "")

    def _next(self, connection: Connection) -> int:
        """The number of the next change; nobody else takes one until the transaction ends."""
        if not self.database.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_CHANGING})"))
        last = select(func.max(_NAMES.c.change)).where(_NAMES.c.lake == self.lake)
        return (connection.execute(last).scalar() or 0) + 1

    def _are(self, ids: Sequence[str]) -> ColumnElement[bool]:
        return and_(_NAMES.c.lake == self.lake, _NAMES.c.id.in_(ids))

    def _row(self, entry: Listed) -> dict[str, Any]:
        inside = [entry.label, entry.path, entry.comment, *entry.tags]
        inside += [part for column in entry.columns for part in (column[0], column[2])]
        return {
            "lake": self.lake,
            "id": _storable(entry.id),
            "belongs": entry.belongs,
            "name": _storable(entry.label.lower().replace("\n", " ")),
            "words": _storable("\t".join(filter(None, inside)).lower().replace("\n", " ")),
            "revision": entry.revision,
            "entry": json.dumps(asdict(entry)),
        }

    def _learn(self, connection: Connection, words: set[str]) -> None:
        known: set[str] = set()
        for some in _chunks(sorted(words)):
            statement = select(_GRAMS.c.word).where(
                _GRAMS.c.lake == self.lake, _GRAMS.c.word.in_(some)
            )
            known |= set(connection.execute(statement.distinct()).scalars())
        new = [
            {"lake": self.lake, "gram": gram, "word": word}
            for word in sorted(words - known)
            for gram in sorted(grams(word))
        ]
        if new:
            dialect = sqlite if self.database.is_sqlite else postgresql
            connection.execute(dialect.insert(_GRAMS).on_conflict_do_nothing(), new)


def _told(entry: Listed, rank: int, words: list[list[str]], weight: float) -> Iterator[Hit]:
    """A row as hits: itself, and the columns for whose sake it was found."""
    score = _SCORES[rank] * weight
    if rank == 3:
        columns = [column for column in entry.columns if _matches(column, words)]
        for name, kind, comment in columns[:_COLUMNS_OF_ONE]:
            path = entry.table or entry.label
            told = comment or kind
            yield Hit(column_id(path, name), name, "column", path, told, score + 0.1 * weight)
    yield Hit(entry.id, entry.label, entry.kind, entry.path, entry.comment, score)


def _matches(column: tuple[str, str, str], words: list[list[str]]) -> bool:
    text = f"{column[0]}\n{column[2]}".lower()
    return any(word in text for some in words for word in some)


def _words(entry: Listed) -> Iterator[str]:
    for name in (entry.label, *entry.tags, *(column[0] for column in entry.columns)):
        yield from _WORD.findall(name.lower())


def _listed(text: str) -> Listed:
    found = json.loads(text)
    found["columns"] = tuple(tuple(column) for column in found["columns"])
    found["tags"] = tuple(found["tags"])
    return Listed(**found)


def _storable(text: str) -> str:
    """The text without what a database cannot hold: lone surrogates and zero characters."""
    return text.encode(errors="replace").decode().replace("\0", "")


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
