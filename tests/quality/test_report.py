from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from jupyter_mesh.model.contract import Column, Severity
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor, Decision, Reason
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import PortSnapshot, Release, Run
from jupyter_mesh.model.tables import Pin, Snapshot
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.model.versions import Change, Version, VersionDecision
from jupyter_mesh.quality.report import LIMIT, render

TABLE = TableName("lake", "aviation_delays", "carriers")
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def release():
    columns = (
        Column("carrier", TrinoType("varchar"), True, "Two-letter code."),
        Column("mean_delay", TrinoType("double"), unit="min"),
    )
    checks = (
        CheckResult(
            "carriers",
            "carrier.required",
            Outcome.PASSED,
            "carrier is null in 0 of 3,214 rows.",
            dimension="completeness",
            expected="nulls must be 0",
        ),
        CheckResult(
            "carriers",
            "names",
            Outcome.WARNED,
            "dest_name is null in 2 of 224 rows.",
            dimension="completeness",
            rows=({"dest": "BQN", "dest_name": None}, {"dest": "SJU", "dest_name": None}),
        ),
        CheckResult("carriers", "text", Outcome.NOT_EVALUATED, "text was not evaluated."),
    )
    return Release(
        ProductName("aviation", "delays"),
        Version(1, 1, 0),
        NOON,
        Actor("ann"),
        (PortSnapshot("carriers", Snapshot(TABLE, "m", "u", 1, 0, 3214, columns)),),
        inputs=(Pin(TableName("lake", "raw", "flights"), 42),),
        run=Run("r", "/home/ann/secret-folder/delays.ipynb", "ab" * 32, "x", "y", NOON, NOON),
        version_decision=VersionDecision(Change.MINOR, ("carriers.cancelled was added",)),
        checks=checks,
        decision=Decision((Reason("checks", "names warned", blocking=False),)),
        digest="cd" * 32,
    )


class Page(HTMLParser):
    """Every tag in order, open ones closed; the text without tags."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.text = set(), [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_a_page_says_verdict_reasons_checks_rows_and_columns(release):
    page = Page(render(release))
    assert page.open == []
    for words in (
        "aviation/delays 1.1.0",
        "1 passed, 1 warned, 1 not evaluated.",
        "This is a minor change.",
        "carriers.cancelled was added",
        "names warned",
        "2 failing rows",
        "BQN",
        "mean_delay",
        "lake.raw.flights",
        "delays.ipynb",
    ):
        assert words in page.text
    assert page.text.index("completeness") < page.text.index("other promises")


CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: 4a6fb0b6-6a4e-5b8e-9a0c-000000000002
version: 1.0.0
status: active
schema:
  - name: carriers
    properties:
      - name: carrier
        logicalType: string
        description: The code that IATA gave.
"""


def test_columns_are_told_in_the_contract_s_words(release):
    (port,) = release.outputs
    page = Page(render(replace(release, outputs=(replace(port, contract=CONTRACT),))))
    assert "The code that IATA gave." in page.text


def test_all_passed_reads_like_it(release):
    page = Page(render(replace(release, checks=release.checks[:1])))
    assert "Every check passed." in page.text
    assert "Nothing was checked." in Page(render(replace(release, checks=()))).text


def test_what_is_only_shown_does_not_colour_the_verdict(release):
    shown = replace(release.checks[2], severity=Severity.INFO)
    page = render(replace(release, checks=(release.checks[0], shown)))
    assert '<section class="band passed">' in page
    assert "1 passed, 1 not evaluated." in Page(page).text


def test_a_page_needs_and_tells_nothing_else(release):
    page = render(release)
    assert "http:" not in page
    assert "https:" not in page
    assert not Page(page).tags & {"script", "link", "img", "iframe", "object"}
    assert "default-src 'none'" in page
    assert "secret-folder" not in page
    assert "prefers-color-scheme: dark" in page


def test_no_text_becomes_markup(release):
    nasty = "<script>alert(1)</script>\"'&"
    check = replace(
        release.checks[1],
        rule=nasty,
        message=nasty,
        expected=nasty,
        dimension=nasty,
        rows=({nasty: nasty},),
    )
    columns = (Column(nasty, TrinoType("varchar"), description=nasty),)
    (port,) = release.outputs
    port = replace(port, snapshot=replace(port.snapshot, columns=columns))
    release = replace(release, checks=(check,), outputs=(port,), actor=Actor(nasty))
    page = Page(render(release))
    assert "script" not in page.tags
    assert page.open == []


def test_the_largest_release_stays_small(release):
    wide = "x" * 1000
    row = {f"column {at}": wide for at in range(8)}
    broken = replace(release.checks[1], message=wide, rows=(row,) * 20)
    columns = tuple(
        Column(f"c{at}", TrinoType("bigint"), description=wide) for at in range(900)
    )
    (port,) = release.outputs
    port = replace(port, snapshot=replace(port.snapshot, columns=columns))
    passed = replace(release.checks[0], message=wide)
    release = replace(
        release, checks=(passed,) * 900 + (broken,) * 50 + (passed,) * 900, outputs=(port,)
    )
    page = render(release)
    assert len(page.encode()) <= LIMIT
    assert page.count('class="warned"') >= 50


def test_many_ports_and_reasons_stay_small_too(release):
    (port,) = release.outputs
    ports = tuple(replace(port, port=f"port{at}") for at in range(200))
    long = ("because " * 100,) * 500
    checks = tuple(
        replace(check, port=port.port, message="x" * 400)
        for port in ports
        for check in release.checks * 3
    )
    notes = tuple(Reason("checks", text, blocking=False) for text in long)
    page = render(
        replace(
            release,
            outputs=ports,
            checks=checks,
            version_decision=VersionDecision(Change.MAJOR, long),
            decision=Decision(notes),
        )
    )
    assert len(page.encode()) <= LIMIT
    assert "And 450 more." in page
