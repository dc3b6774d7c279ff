"""Trino's result pages and spooled segments as Arrow batches, every value exact.

Trino's client protocol (https://trino.io/docs/current/develop/client-protocol.html) sends rows
as JSON: directly in the answer, or in segments that lie compressed in an object store. This
module turns both into Arrow without a Python object for each value wherever that is safe.
It needs nothing of the rest of the package.
"""

from __future__ import annotations

import base64
import gc
import re
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines.pages_text import read_flat
from jupyter_mesh.engines.pages_types import Kind, PageError, arrow_type, kind_of
from jupyter_mesh.engines.pages_values import column_of, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa

    Fetch = Callable[[str, Mapping[str, Any]], bytes]
    Acknowledge = Callable[[str, Mapping[str, Any]], None]

__all__ = ["PageError", "PageReader", "arrow_schema", "split"]

# Segments on their way at once: enough to hide a store's delay, few enough to stay small.
_AHEAD = 2
_DATA = re.compile(rb',\s*"data"\s*:\s*\[\s*\[')


def arrow_schema(columns: Sequence[Mapping[str, Any]]) -> pa.Schema:
    """The Arrow schema of the protocol's `columns`; zoned moments are in UTC."""
    import pyarrow as pa

    kinds = [kind_of(column) for column in columns]
    return pa.schema(
        [
            pa.field(column["name"], arrow_type(kind))
            for column, kind in zip(columns, kinds, strict=True)
        ]
    )


def split(body: bytes) -> tuple[dict[str, Any], bytes | None]:
    """An answer without its direct rows, and these rows as they came; None if there are none.

    The rows are found without reading them: `"data":[[` cannot stand inside a JSON text,
    where quotes are escaped. Raises PageError for what is no answer.
    """
    import orjson

    try:
        match = _DATA.search(body)
        if match is None:
            return orjson.loads(body), None
        start = match.end() - 2
        end = _end_of_rows(body, start)
        return orjson.loads(body[: match.start()] + body[end:]), body[start:end]
    except orjson.JSONDecodeError as error:
        raise PageError(f"The server's answer is not whole: {error}") from error


def _end_of_rows(body: bytes, start: int) -> int:
    """Where the array of rows ends: the last place from which the rest reads as an answer."""
    end = len(body)
    while (end := body.rfind(b"]]", start, end)) >= 0:
        rest = body[end + 2 :].lstrip()
        if rest[:1] in {b",", b"}"} and _closes(rest):
            return end + 2
        end += 1
    raise PageError("The server's answer ends in the middle of its rows.")


def _closes(rest: bytes) -> bool:
    import orjson

    try:
        orjson.loads(b'{"data":0' + rest)
    except orjson.JSONDecodeError:
        return False
    return True


class PageReader:
    """Reads the pages of one answer; `columns` as the protocol tells them.

    `schema` is that of every batch. Where all moments of a zoned column's first page are told
    in one zone, it is the column's from then on; else the column is told in UTC.
    """

    def __init__(self, columns: Sequence[Mapping[str, Any]]) -> None:
        self.kinds: tuple[Kind, ...] = tuple(kind_of(column) for column in columns)
        self.schema = arrow_schema(columns)
        self._has_zones = False

    def _take_zones(self, columns: Sequence[list[Any]]) -> None:
        """Let the first page say in which zone each column of zoned moments is told."""
        import pyarrow as pa

        self._has_zones = True
        for place, (values, field) in enumerate(zip(columns, self.schema, strict=True)):
            if pa.types.is_timestamp(field.type) and field.type.tz is not None:
                kind = pa.timestamp(field.type.unit, zone_of(values))
                self.schema = self.schema.set(place, field.with_type(kind))

    def direct(self, rows: bytes) -> Iterator[pa.RecordBatch]:
        """The batches of a JSON array of rows."""
        yield self._batch(rows, None)

    def segments(
        self, data: Mapping[str, Any], fetch: Fetch, acknowledge: Acknowledge
    ) -> Iterator[pa.RecordBatch]:
        """The batches of spooled data, in order; each segment is acknowledged once it is read.

        `fetch` gets an address and the headers to send, and gives bytes; `acknowledge` likewise
        tells the server that a segment may go. Both may be called in threads.
        """
        encoding = str(data["encoding"])
        segments = deque(data["segments"])
        waiting: deque[tuple[Mapping[str, Any], Any]] = deque()
        with ThreadPoolExecutor(_AHEAD, thread_name_prefix="mesh-segment") as threads:
            try:
                while segments or waiting:
                    while segments and len(waiting) < _AHEAD:
                        segment = segments.popleft()
                        waiting.append((segment, threads.submit(_bytes_of, segment, fetch)))
                    segment, coming = waiting.popleft()
                    yield self._segment(segment, encoding, coming.result())
                    if segment["type"] == "spooled" and segment.get("ackUri"):
                        threads.submit(acknowledge, segment["ackUri"], _headers(segment))
            finally:
                for _segment, coming in waiting:
                    coming.cancel()

    def _segment(self, segment: Mapping[str, Any], encoding: str, raw: bytes) -> pa.RecordBatch:
        facts = segment.get("metadata", {})
        rows = _unpacked(raw, encoding, facts.get("uncompressedSize"))
        return self._batch(rows, facts.get("rowsCount"))

    def _batch(self, rows: bytes, count: int | None) -> pa.RecordBatch:
        if (batch := read_flat(rows, self.kinds, self.schema, count)) is not None:
            return batch
        with _uncollected():
            return self._slowly(rows, count)

    def _slowly(self, rows: bytes, count: int | None) -> pa.RecordBatch:
        import pyarrow as pa

        lists = _lists(rows)
        if count is not None and len(lists) != count:
            raise PageError(f"A page holds {len(lists)} rows where {count} were announced.")
        columns = zip(*lists, strict=True) if lists else ((),) * len(self.kinds)
        found = [list(values) for values in columns]
        if lists and not self._has_zones:
            self._take_zones(found)
        try:
            arrays = [
                column_of(values, kind).cast(field.type)
                if pa.types.is_timestamp(field.type)
                else column_of(values, kind)
                for values, kind, field in zip(found, self.kinds, self.schema, strict=True)
            ]
        except ValueError as error:
            raise error if isinstance(error, PageError) else PageError(str(error)) from error
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector rest: it would look again and again at lists that all stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _lists(rows: bytes) -> list[list[Any]]:
    import orjson

    try:
        lists = orjson.loads(rows)
    except orjson.JSONDecodeError as error:
        raise PageError(f"A page of rows is not whole: {error}") from error
    if not isinstance(lists, list):
        raise PageError("A page of rows is no list.")
    return lists


def _headers(segment: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        name: ", ".join(value) if isinstance(value, list) else value
        for name, value in (segment.get("headers") or {}).items()
    }


def _bytes_of(segment: Mapping[str, Any], fetch: Fetch) -> bytes:
    if segment["type"] == "inline":
        return base64.b64decode(segment["data"])
    return fetch(segment["uri"], _headers(segment))


def _unpacked(raw: bytes, encoding: str, size: int | None) -> bytes:
    if size is None or encoding == "json":
        return raw
    unpack = _PACKINGS.get(encoding)
    if unpack is None:
        raise PageError(f"The server sends rows as {encoding}, which is not known.")
    return unpack(raw, size)


def _from_zstd(raw: bytes, size: int) -> bytes:
    import zstandard

    try:
        return zstandard.ZstdDecompressor().decompress(raw, max_output_size=size)
    except zstandard.ZstdError as error:
        raise PageError(f"A segment cannot be unpacked: {error}") from error


def _from_lz4(raw: bytes, size: int) -> bytes:
    import lz4.block

    try:
        return bytes(lz4.block.decompress(raw, uncompressed_size=size))
    except lz4.block.LZ4BlockError as error:
        raise PageError(f"A segment cannot be unpacked: {error}") from error


_PACKINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "json+zstd": _from_zstd,
    "json+lz4": _from_lz4,
}
