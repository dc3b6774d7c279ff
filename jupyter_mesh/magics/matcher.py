"""Completion in `%%mesh` cells and `%mesh` lines: tables, columns, verbs, products."""

from __future__ import annotations

import re
from dataclasses import replace
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import MeshError
from jupyter_mesh.magics import kernel
from jupyter_mesh.magics.lines import VERBS
from jupyter_mesh.magics.transformer import split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.browse import Entry

_AGE = 30.0
# A keystroke waits no longer than this; a slow answer serves the next one.
_WAIT = 0.4
_TOKEN = re.compile(r'[\w."$/@^~-]*\Z')
_AFTER_TABLE = re.compile(r"\b(?:from|join|into|table|update|describe)\s+\Z", re.IGNORECASE)
_TABLES = re.compile(r"\b(?:from|join)\s+([\w.\"$]+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)
_WORDS = tuple(
    "SELECT FROM WHERE GROUP ORDER BY HAVING LIMIT JOIN LEFT INNER CROSS ON USING WITH AS "  # noqa: SIM905
    "DISTINCT CASE WHEN THEN ELSE END AND OR NOT IN IS NULL LIKE BETWEEN EXISTS UNION ALL "
    "COUNT SUM AVG MIN MAX CAST COALESCE SHOW DESCRIBE CATALOGS SCHEMAS TABLES COLUMNS".split()
)
_OPTIONS = ("--into", "--stage", "--limit", "--engine")
_TAKES_PRODUCT = frozenset({"plan", "promote", "releases", "check", "rollback", "diff", "use"})


class Names:
    """What the mesh has below a prefix, kept for half a minute; empty when it cannot be asked.

    The mesh is asked in a thread, so that neither a slow catalog nor one that is gone is ever
    felt at the keyboard.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, list[Any]]] = {}
        self._mesh: Any = None
        self._asked: set[str] = set()
        self._lock = Lock()

    def below(self, prefix: str) -> list[Any]:
        """The entries below a prefix."""
        if self._mesh is not kernel.opened():
            self._mesh = kernel.opened()
            self._known.clear()
        at, entries = self._known.get(prefix, (0.0, []))
        if at and monotonic() - at < _AGE:
            return entries
        with self._lock:
            begins = prefix not in self._asked
            self._asked.add(prefix)
        if begins:
            asking = Thread(target=self._ask, args=(prefix,), daemon=True)
            asking.start()
            asking.join(_WAIT)
        return self._known.get(prefix, (0.0, []))[1]

    def _ask(self, prefix: str) -> None:
        try:
            entries = _entries(kernel.current(), prefix)
        except Exception:
            # Completing a name is no place for an error; the query that follows tells it.
            entries = []
        self._known[prefix] = (monotonic(), entries)
        with self._lock:
            self._asked.discard(prefix)


def _entries(mesh: Mesh, prefix: str) -> list[Entry]:
    """What stands below a prefix, read as a full name and below the session's default names."""
    session = mesh.session
    schema = f"{session.catalog}.{session.schema}" if session.schema else ""
    found: dict[str, Entry] = {}
    for base in dict.fromkeys(("", session.catalog, schema)):
        full = ".".join(filter(None, (base, prefix)))
        try:
            below = mesh.browse(full)
        except MeshError:
            continue
        for entry in below:
            name = entry.name.removeprefix(f"{base}.") if base else entry.name
            found.setdefault(name, replace(entry, name=name))
    return list(found.values())


def completions(
    before: str, names: Names, after: str = ""
) -> tuple[str, list[tuple[str, str]]] | None:
    """The typed fragment and what it may become, each with its kind; None where it is not ours.

    `before` and `after` are the cell up to the cursor and from there on: columns of a SELECT
    come from a FROM below it.
    """
    line = before.rpartition("\n")[2]
    fragment = _token(before)
    if line.lstrip().startswith("%mesh ") or line.lstrip().startswith("%mesh\t"):
        return fragment, _fitting(fragment, _in_line(line.split()[1:], fragment, names))
    cell = split_cell(before.splitlines(keepends=True) or [""])
    if cell is None:
        return None
    if "\n" not in before[before.index("%%mesh") :]:
        return fragment, _fitting(fragment, [(option, "option") for option in _OPTIONS])
    return fragment, _fitting(fragment, _in_sql(cell[1], after, fragment, names))


def _token(before: str) -> str:
    match = _TOKEN.search(before)
    return match[0] if match else ""


def _in_line(words: list[str], fragment: str, names: Names) -> list[tuple[str, str]]:
    done = words[:-1] if fragment else words
    if not done:
        return [(verb, "verb") for verb in VERBS]
    found: list[tuple[str, str]] = []
    if done[0] in _TAKES_PRODUCT:
        found += [(e.name, e.kind) for e in names.below("") if e.kind == "product"]
    if done[0] in {"browse", "describe", "check", "use"}:
        found += _catalog(fragment, names)
    return found


def _in_sql(body: str, after: str, fragment: str, names: Names) -> list[tuple[str, str]]:
    before = body[: len(body) - len(fragment)]
    if _AFTER_TABLE.search(before):
        return _catalog(fragment, names)
    found: list[tuple[str, str]] = []
    for table, alias in _TABLES.findall(body + after):
        is_alias = alias and alias.upper() not in _WORDS
        label = alias if is_alias else table.rpartition(".")[2]
        for entry in names.below(table):
            if entry.kind != "column":
                continue
            column = entry.name.rpartition(".")[2]
            found += [(column, "column"), (f"{label}.{column}", "column")]
    if "." not in fragment:
        found += [(word, "keyword") for word in _WORDS]
    return found


def _catalog(fragment: str, names: Names) -> list[tuple[str, str]]:
    """One level of the catalog: what stands below the last dot of the fragment."""
    prefix = fragment.rpartition(".")[0]
    return [
        (entry.name, entry.kind)
        for entry in names.below(prefix)
        if entry.kind in {"catalog", "schema", "table"}
    ]


def _fitting(fragment: str, found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that begin with what was typed, whatever its case, each once."""
    start = fragment.lower()
    fits = [(name, kind) for name, kind in found if name.lower().startswith(start)]
    return list(dict.fromkeys(fits))


def matcher(names: Names) -> Any:  # noqa: ANN401 - IPython's matcher
    """IPython's own shape of the above (API version 2)."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher()  # type: ignore[untyped-decorator]
    def mesh_matcher(context: Any) -> dict[str, Any]:  # noqa: ANN401 - IPython's context
        before = "\n".join(
            [
                *context.full_text.split("\n")[: context.cursor_line],
                context.line_with_cursor[: context.cursor_position],
            ]
        )
        found = completions(before, names, context.full_text[len(before) :])
        if found is None:
            return {"completions": [], "suppress": False}
        fragment, fits = found
        return {
            "completions": [SimpleCompletion(text=name, type=kind) for name, kind in fits],
            "matched_fragment": fragment,
            "suppress": True,
        }

    return mesh_matcher
