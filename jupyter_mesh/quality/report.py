"""A release for people without Jupyter: one HTML page that needs nothing but itself."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.cells import shortened, text, visible
from jupyter_mesh.formats.odcs import read_contract
from jupyter_mesh.model.contract import Severity
from jupyter_mesh.model.quality import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import PortSnapshot, Release

# A page of this size opens everywhere, also as an attachment or in a preview.
LIMIT = 200_000
_TONES = {
    Outcome.FAILED: ("failed", "✗", "failed"),
    Outcome.NOT_EVALUATED: ("skipped", "?", "not evaluated"),
    Outcome.WARNED: ("warned", "!", "warned"),
    Outcome.PASSED: ("passed", "✓", "passed"),
}
_WORST_FIRST = list(_TONES)
_MOST_SENTENCES = 50


@dataclass(frozen=True, slots=True)
class Detail:
    """How much a page shows: failing rows of a check, checks and columns of a port."""

    rows: int
    checks: int
    columns: int


_DETAILS = (
    Detail(20, 500, 500),
    Detail(5, 200, 200),
    Detail(0, 60, 60),
    Detail(0, 5, 5),
    Detail(0, 0, 0),
)


def render(release: Release) -> str:
    """The release's page: verdict, reasons, checks with failing rows, columns, origins.

    At most 200 kB, no script, nothing fetched, every text escaped; less detail where there is
    too much of it.
    """
    page = ""
    for detail in _DETAILS:
        page = "".join(_page(release, detail))
        if len(page.encode()) <= LIMIT:
            break
    return page


def _page(release: Release, detail: Detail) -> Iterator[str]:
    title = f"{release.product} {release.version}"
    style = (files(__package__) / "report.css").read_text(encoding="utf-8")
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(title)}</title><style>{style}</style></head><body><main>"
    yield f"<header><h1>{_text(title)}</h1>{_born(release)}</header>"
    yield from _band(release.checks)
    yield from _reasons(release)
    for output in release.outputs:
        yield from _port(output, release.checks, detail)
    yield from _origins(release)
    yield f"<footer>Record <code>{_text(release.digest or 'not yet sealed')}</code></footer>"
    yield "</main></body></html>\n"


def _text(value: Any, width: int = 400) -> str:  # noqa: ANN401 - any value that is shown
    words = value if isinstance(value, str) else text(value)
    return escape(shortened(visible(words), width))


def _born(release: Release) -> str:
    when = f"{release.created:%Y-%m-%d %H:%M} {release.created.tzname() or ''}".strip()
    words = f"Published {when} by {release.actor}"
    if release.restores:
        words += f", going back to {release.restores}"
    return f'<p class="soft">{_text(words)}</p>'


def _band(checks: Sequence[CheckResult]) -> Iterator[str]:
    """The verdict in one sentence over a bar of all outcomes."""
    counts = {outcome: sum(c.outcome is outcome for c in checks) for outcome in _WORST_FIRST}
    # What is only shown (texts, rules of severity info) does not colour the verdict.
    loud = {check.outcome for check in checks if check.severity is not Severity.INFO}
    worst = next((outcome for outcome in _WORST_FIRST if outcome in loud), Outcome.PASSED)
    tone = _TONES[worst][0]
    if not checks:
        yield '<section class="band skipped"><strong>Nothing was checked.</strong></section>'
        return
    parts = [f"{counts[o]:,} {_TONES[o][2]}" for o in reversed(_WORST_FIRST) if counts[o]]
    all_passed = counts[Outcome.PASSED] == len(checks)
    says = "Every check passed." if all_passed else ", ".join(parts) + "."
    yield f'<section class="band {tone}"><strong>{says}</strong>'
    yield f'<p class="soft">{len(checks):,} promises were held against the data.</p>'
    yield f"{_bar(counts, len(checks))}</section>"


def _bar(counts: dict[Outcome, int], total: int) -> str:
    at, parts = 0.0, []
    for outcome in reversed(_WORST_FIRST):
        width = 1000 * counts[outcome] / total
        if width:
            tone = _TONES[outcome][0]
            parts.append(f'<rect class="{tone}" x="{at:.1f}" width="{width:.1f}" height="10"/>')
        at += width
    bars = "".join(parts)
    label = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    return (
        f'<svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">{bars}</svg>'
    )


def _reasons(release: Release) -> Iterator[str]:
    if release.version_decision.reasons:
        size = release.version_decision.change.name.lower()
        change = "no change of the contract" if size == "none" else f"a {size} change"
        yield f"<h2>Why {_text(str(release.version))}</h2><p>This is {change}.</p>"
        yield _listed(release.version_decision.reasons)
    if release.decision.notes:
        yield f"<h2>Noted at the gate</h2>{_listed(map(str, release.decision.notes))}"


def _listed(sentences: Iterable[str]) -> str:
    items = [f"<li>{_text(words)}</li>" for words in sentences]
    if len(items) > _MOST_SENTENCES:
        items[_MOST_SENTENCES:] = [f"<li>And {len(items) - _MOST_SENTENCES:,} more.</li>"]
    return f"<ul>{''.join(items)}</ul>"


def _port(output: PortSnapshot, checks: Sequence[CheckResult], detail: Detail) -> Iterator[str]:
    snapshot = output.snapshot
    table = _text(str(snapshot.table))
    yield f"<h2>{_text(output.port)}</h2><p class='soft'><code>{table}</code>"
    yield f"{f', {snapshot.rows:,} rows' if snapshot.rows is not None else ''}</p>"
    ours = [check for check in checks if check.port == output.port]
    ours.sort(key=lambda check: (check.dimension or "~", _WORST_FIRST.index(check.outcome)))
    shown = sorted(ours, key=lambda check: _WORST_FIRST.index(check.outcome))[: detail.checks]
    kept = {id(check) for check in shown}
    for dimension, group in groupby(ours, key=lambda check: check.dimension):
        listed = [check for check in group if id(check) in kept]
        if listed:
            yield f"<h3>{_text(dimension or 'other promises')}</h3><ul class='checks'>"
            yield from (_check(check, detail) for check in listed)
            yield "</ul>"
    if len(ours) > len(shown):
        yield f"<p class='soft'>And {len(ours) - len(shown):,} more.</p>"
    yield _columns(_promised(output), detail)


def _check(check: CheckResult, detail: Detail) -> str:
    tone, mark, word = _TONES[check.outcome]
    promise = f" · {_text(check.expected, 200)}" if check.expected else ""
    return (
        f'<li class="{tone}"><span class="mark" role="img" aria-label="{word}">{mark}</span>'
        f"<div>{_text(check.message)}<div class='rule'><code>{_text(check.rule, 120)}</code> · "
        f"{_text(str(check.severity))}{promise}</div>"
        f"{_rows(check.rows[: detail.rows])}</div></li>"
    )


def _rows(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return ""
    names = list(rows[0])
    body = [[row.get(name) for name in names] for row in rows]
    count = "1 failing row" if len(rows) == 1 else f"{len(rows)} failing rows"
    return f"<details open><summary>{count}</summary>{_table(names, body)}</details>"


def _promised(output: PortSnapshot) -> Sequence[Column]:
    """The columns with what the contract says of them; the bare ones where it says nothing."""
    try:
        return read_contract(output.contract, output.port, output.port).columns
    except InputError:
        return output.snapshot.columns


def _columns(columns: Sequence[Column], detail: Detail) -> str:
    body = [
        [column.name, str(column.type), "required" if column.required else "", _about(column)]
        for column in columns[: detail.columns]
    ]
    more = len(columns) - len(body)
    rest = f"<p class='soft'>And {more:,} more.</p>" if more > 0 else ""
    count = "1 column" if len(columns) == 1 else f"{len(columns):,} columns"
    table = _table(["column", "type", "", "about"], body)
    return f"<details><summary>{count}</summary>{table}{rest}</details>"


def _about(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return f"{column.description}{unit}".strip()


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th scope='col'>{_text(name, 60)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(value, 120)}</td>" for value in row) + "</tr>"
        for row in rows
    )
    return (
        f"<div class='scroll'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _origins(release: Release) -> Iterator[str]:
    """What it was made from: inputs at their versions, and the notebook."""
    if release.inputs:
        rows = [
            [str(pin.table), pin.release or "", pin.snapshot_id or pin.digest[:16]]
            for pin in release.inputs[:200]
        ]
        yield f"<h2>Made from</h2>{_table(['table', 'release', 'snapshot'], rows)}"
    if release.run is not None:
        run = release.run
        seconds = (run.ended - run.started).total_seconds()
        # The folder is nobody's business but the author's.
        name = run.notebook.replace("\\", "/").rpartition("/")[2]
        yield f"<h2>Run</h2><p>{_text(name)} in {seconds:,.1f} s, "
        yield f"<code>{_text(run.digest)}</code></p>"
