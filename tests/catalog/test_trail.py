"""Promises of the trail: outbox, audit and runs, on each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.runs import RunRecord
from jupyter_mesh.model.tables import Access, AuditEntry, Pin

PRODUCT = ProductName("aviation", "delays")
NOW = datetime(2026, 11, 22, 20, 15, 1, 5, tzinfo=UTC)


def test_a_notice_stays_until_it_was_told(hand, lake):
    lake.notices = ("tags", "record")
    hand.publish(lake, "1.0.0")
    tags, record = lake.outbox()
    lake.delivered(tags, "the server is down")
    assert lake.outbox() == [replace(tags, attempts=1), record]
    lake.delivered(tags)
    assert lake.outbox() == [record]
    lake.delivered(record)
    assert lake.outbox() == []


def test_the_audit_comes_back_newest_first_and_by_run(lake):
    table = TableName("lake", "raw", "flights")
    entry = AuditEntry(
        NOW,
        "ana",
        "query",
        "SELECT 1 -- ünï",
        "r1",
        Access((Pin(table, 2**62, "file:///m", "u", "a/b@1.0.0"),), (table,)),
        "failed: division by zero",
        {"seconds": 0.5, "rows": [1, None]},
    )
    other = AuditEntry(NOW + timedelta(seconds=1), "bo", "promote", "aviation/delays", "r2")
    lake.record(entry)
    lake.record(other)
    assert lake.audit() == [other, entry]
    assert lake.audit("r1") == [entry]
    assert lake.audit(limit=1) == [other]
    assert lake.audit("r3") == []


def test_facts_become_plain_values(lake):
    lake.record(AuditEntry(NOW, "ana", "query", "", facts={"sum": Decimal("1.10"), "at": NOW}))
    (entry,) = lake.audit()
    assert entry.facts == {"sum": "1.10", "at": NOW.isoformat()}


def test_a_run_is_remembered_with_its_newest_state(lake):
    first = RunRecord("r1", PRODUCT, "failed", NOW, "ana", NOW, {"cell": 3})
    second = RunRecord("r2", ProductName("sales", "orders"), "refused", NOW, "bo")
    lake.save_run(first)
    lake.save_run(replace(second, started=NOW + timedelta(seconds=1)))
    changed = replace(first, state="published", facts={"version": "1.0.0"})
    lake.save_run(changed)
    assert [run.run_id for run in lake.runs()] == ["r2", "r1"]
    assert lake.runs(PRODUCT) == [changed]
    assert lake.runs(ProductName("no", "body")) == []


def test_a_running_run_whose_branch_has_ended_shows_as_lost(hand, lake):
    now = datetime.now(UTC)
    for name in ("alive", "expired", "swept", "committed", "early"):
        lake.save_run(RunRecord(name, PRODUCT, "running", now, "ana"))
    lake.save_run(RunRecord("never", PRODUCT, "running", now - timedelta(days=1), "ana"))
    lake.open_branch("alive", PRODUCT, [])
    lake.merge(lake.open_branch("committed", PRODUCT, []).name)
    lake.hidden.lease = timedelta(seconds=-1)
    lake.open_branch("swept", PRODUCT, [])
    lake.sweep()
    lake.open_branch("expired", PRODUCT, [])
    assert {run.run_id: run.state for run in lake.runs()} == {
        "alive": "running",
        "expired": "lost",
        "swept": "lost",
        "committed": "published",
        "early": "running",
        "never": "lost",
    }
