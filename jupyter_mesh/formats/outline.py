"""The nouns as a title, a table of words and notes: what every surface shows to a person."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from jupyter_mesh.formats.cells import plain, shortened, text, visible
from jupyter_mesh.model.browse import Description, Entry
from jupyter_mesh.model.diff import ReleaseDiff
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import Plan, Release
from jupyter_mesh.model.tables import Landing, Session, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_CELL = 80
MARKS = {
    Outcome.PASSED: "✓ passed",
    Outcome.WARNED: "! warned",
    Outcome.FAILED: "✗ failed",
    Outcome.NOT_EVALUATED: "? not evaluated",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """A title, a table and notes below it; `numeric` are the columns to align right."""

    title: str
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    numeric: frozenset[int] = frozenset()


def counted(number: int, noun: str) -> str:
    """`1 row`, `1,234 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def table(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    notes: Iterable[str] = (),
    numeric: Iterable[int] = (),
) -> Outline:
    """An outline of any values; each becomes one visible line, nothing stays empty."""
    return Outline(
        title,
        tuple(headings),
        tuple(tuple(_cell(value) for value in row) for row in rows),
        tuple(notes),
        frozenset(numeric),
    )


def _cell(value: Any) -> str:  # noqa: ANN401 - any cell
    return "" if value is None else visible(text(value))


@singledispatch
def outline(value: Any) -> Outline:  # noqa: ANN401 - any noun
    """How the noun is shown; a value of unknown kind as its fields."""
    facts = {field.name: getattr(value, field.name) for field in fields(value)}
    return table(type(value).__name__, ("fact", "value"), _facts(facts))


def listing(kind: str, values: Sequence[Any]) -> Outline:
    """How a list is shown: of releases, entries, checks, or of any other frozen values."""
    if kind in _LISTS:
        return _LISTS[kind](values)
    if not values:
        return Outline(f"No {kind}s.")
    names = [field.name for field in fields(values[0]) if field.repr]
    rows = [[getattr(value, name) or "" for name in names] for value in values]
    return table(counted(len(values), kind), names, rows)


def failing(rows: Sequence[Mapping[str, Any]], title: str = "") -> Outline:
    """Failing rows as a table of all keys they have, in their first order."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[text(plain(row.get(name))) for name in names] for row in rows]
    return table(title or counted(len(rows), "failing row"), names, cells)


def _releases(releases: Sequence[Release]) -> Outline:
    rows = [
        (
            str(release.product),
            str(release.version),
            release.state.value,
            _moment(release.created),
            str(release.actor),
            release.reason,
            release.digest[:12],
        )
        for release in releases
    ]
    headings = ("product", "version", "state", "created", "actor", "reason", "digest")
    title = counted(len(rows), "release") if rows else "No releases yet."
    return table(title, headings if rows else (), rows)


def _entries(entries: Sequence[Entry]) -> Outline:
    if not entries:
        return Outline("Nothing there.")
    rows = [(entry.name, entry.kind, entry.type, entry.comment) for entry in entries]
    title = "1 entry" if len(rows) == 1 else f"{len(rows):,} entries"
    return table(title, ("name", "kind", "type", "comment"), rows)


def _checks(checks: Sequence[CheckResult]) -> Outline:
    rows = [
        (
            check.port,
            check.rule,
            MARKS[check.outcome],
            check.expected,
            check.observed,
            check.severity.value,
            check.message,
        )
        for check in checks
    ]
    found = [(outcome, sum(c.outcome is outcome for c in checks)) for outcome in Outcome]
    summary = ", ".join(f"{count} {outcome.value}" for outcome, count in found if count)
    notes = [
        f"See failing rows: %mesh rows {check.rule}"
        for check in checks
        if check.rows and check.outcome in {Outcome.FAILED, Outcome.WARNED}
    ]
    headings = ("port", "rule", "outcome", "expected", "observed", "severity", "message")
    return table(
        summary or "No rules to check.", headings if rows else (), rows, notes, numeric=(4,)
    )


@outline.register
def _(release: Release) -> Outline:
    rows = [
        (out.port, str(out.snapshot.table), out.snapshot.rows, out.snapshot.snapshot_id)
        for out in release.outputs
    ]
    notes = [
        f"{release.state.value}, published {_moment(release.created)} by {release.actor}",
        f"reason: {release.reason}" if release.reason else "",
        f"restores {release.restores}" if release.restores else "",
        f"digest {release.digest}" if release.digest else "",
    ]
    return table(
        f"{release.product} {release.version}",
        ("port", "table", "rows", "snapshot"),
        rows,
        filter(None, notes),
        numeric=(2, 3),
    )


@outline.register
def _(plan: Plan) -> Outline:
    decision = plan.version_decision
    before = f" (after {plan.previous.version})" if plan.previous else " (the first)"
    rows: list[tuple[str, str]] = [
        ("version", f"{plan.version}{before}"),
        *(("because", reason) for reason in decision.reasons),
        ("notebook", plan.product.notebook),
        *(("reads", _pinned(pin)) for pin in plan.inputs),
        *(("serves", f"{port.name} = {port.table}") for port in plan.product.outputs),
        *(("parameter", f"{name} = {text(value)}") for name, value in plan.parameters.items()),
        ("checks", counted(plan.checks, "rule")),
        ("gates", ", ".join(plan.gates) or "none"),
        *((_weight(obstacle), str(obstacle)) for obstacle in plan.obstacles),
    ]
    clear = "nothing stands in the way" if plan.is_clear else "it would be refused"
    title = f"{plan.product.name} {plan.version}: {clear}"
    note = f"Go on with: mesh promote {plan.product.name}" if plan.is_clear else ""
    return table(title, ("what", "how"), rows, filter(None, [note]))


def _weight(obstacle: Any) -> str:  # noqa: ANN401 - model.runs.Obstacle
    return "in the way" if obstacle.blocking else "note"


def _pinned(pin: Any) -> str:  # noqa: ANN401 - model.tables.Pin
    version = pin.release or (f"snapshot {pin.snapshot_id}" if pin.snapshot_id else "")
    return f"{pin.table} at {version or 'its present state'}"


@outline.register
def _(description: Description) -> Outline:
    if description.columns:
        rows: list[tuple[Any, ...]] = [
            (
                column.name,
                str(column.type),
                "required" if column.required else "",
                column.description,
            )
            for column in description.columns
        ]
        headings = ("column", "type", "null", "description")
    else:
        rows = [(e.name, e.kind, e.type, e.comment) for e in description.entries]
        headings = ("name", "kind", "type", "comment")
    notes = [f"{key}: {value}" for key, value in _facts(description.facts)]
    title = f"{description.kind} {description.name}"
    return table(title, headings if rows else (), rows, notes)


@outline.register
def _(diff: ReleaseDiff) -> Outline:
    before, after = diff.before, diff.after
    rows: list[tuple[str, str]] = [
        ("change", diff.decision.change.name.lower()),
        *(("because", reason) for reason in diff.decision.reasons),
    ]
    for port in diff.ports:
        rows.append(
            (f"{port.port} rows", f"{_count(port.rows_before)} -> {_count(port.rows_after)}")
        )
        for word in ("added", "removed", "retyped"):
            rows += [(f"{port.port} {word}", column) for column in getattr(port, word)]
    rows += [("input changed", name) for name in diff.inputs_changed]
    rows += [("view", name) for name in diff.views_changed]
    rows += [("check changed", name) for name in diff.checks_changed]
    title = f"{before.product} {before.version} -> {after.version}"
    return table(title, ("what", "how"), rows)


@outline.register
def _(landing: Landing) -> Outline:
    title = f"{landing.table}: {counted(landing.rows, 'row')} landed"
    facts = {
        "source": landing.source,
        "media type": landing.media_type,
        "bytes": landing.size,
        "digest": landing.digest,
        "snapshot": landing.snapshot_id,
    }
    return table(title, ("fact", "value"), _facts(facts))


@outline.register
def _(snapshot: Snapshot) -> Outline:
    title = f"{snapshot.table}: {_count(snapshot.rows)} rows staged, seen by no reader yet"
    columns = [(column.name, str(column.type)) for column in snapshot.columns]
    return table(title, ("column", "type"), columns)


@outline.register
def _(session: Session) -> Outline:
    names = ".".join(filter(None, (session.catalog, session.schema)))
    facts = {"user": str(session.actor), "names": names, "branch": session.branch}
    if session.as_of is not None:
        facts["as of"] = session.as_of.version or _moment(session.as_of.timestamp)
    if session.pins:
        facts["pinned"] = counted(len(session.pins), "table")
    return table("From here on", ("fact", "value"), _facts(facts))


_LISTS: dict[str, Callable[[Sequence[Any]], Outline]] = {
    "release": _releases,
    "entry": _entries,
    "check": _checks,
}


def _facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (key, shortened(text(value), 4 * _CELL))
        for key, value in facts.items()
        if value not in (None, "", (), [], {})
    ]


def _count(rows: int | None) -> str:
    return "?" if rows is None else f"{rows:,}"


def _moment(when: Any) -> str:  # noqa: ANN401 - a datetime or nothing
    return "" if when is None else f"{when:%Y-%m-%d %H:%M:%S}{when:%z}"
