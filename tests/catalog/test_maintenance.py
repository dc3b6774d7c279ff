"""Promises of fsck and gc, on each database."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.maintenance import fsck, gc
from jupyter_mesh.catalog.reach import Reach
from jupyter_mesh.errors import StorageError
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.tables import AsOf

PRODUCT = ProductName("aviation", "delays")
NOW = timedelta(0)
# Where the database has no part in it, one will do.
on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def path_of(location):
    return Path(location.removeprefix("file://"))


def files_of(lake, state):
    document = lake.files.document(state.metadata_location)
    reached = Reach(lake.files).of_snapshot(document, state.snapshot_id)
    return [path_of(file.location) for file in reached]


def kinds(lake):
    return sorted({problem.kind for problem in fsck(lake)})


@pytest.fixture
def released(hand, lake):
    """Three releases of two tables, tagged; answers the tables' states in the first."""
    for number, version in enumerate(("1.0.0", "1.1.0", "2.0.0"), 1):
        lake.tag(hand.publish(lake, version, ("carriers", "routes"), rows=range(number)))
    return [output.snapshot for output in lake.releases()[-1].outputs]


def test_a_whole_store_has_no_problem(hand, lake, released):
    lake.rollback(PRODUCT, _ref("1.0.0"), hand.release("1.0.0", []).actor)
    branch = lake.open_branch("r", PRODUCT, [])
    hand.fill(lake, hand.table("carriers"), branch.name)
    assert fsck(lake) == []


def _ref(version):
    from jupyter_mesh.model.versions import ReleaseRef

    return ReleaseRef.parse(f"{PRODUCT}@{version}")


@on_sqlite
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_missing_file_of_any_kind_is_found(hand, lake, released, number):
    lost = files_of(lake, released[0])[number]
    lost.unlink()
    found = [problem for problem in fsck(lake) if problem.kind == "file"]
    assert any(str(lost) in problem.text for problem in found)
    assert {problem.subject for problem in found} == {"aviation/delays 1.0.0"}


@on_sqlite
def test_a_missing_or_damaged_metadata_file_is_found(hand, lake, released):
    path_of(released[0].metadata_location).unlink()
    path_of(released[1].metadata_location).write_text('{"format-version": 2')
    texts = [problem.text for problem in fsck(hand.lake())]
    assert len(texts) == 2
    assert "cannot be read: it is not there" in texts[0]
    assert "the file is damaged" in texts[1]


@on_sqlite
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_damaged_file_is_found(hand, lake, released, number):
    damaged = files_of(lake, released[0])[number]
    damaged.write_bytes(damaged.read_bytes()[:-7])
    assert any(str(damaged) in problem.text for problem in fsck(lake))


def test_a_tampered_record_is_found(hand, lake, released):
    change(lake, "1.1.0", record=lambda text: text.replace('"ana"', '"eve"'))
    (problem,) = fsck(lake)
    assert (problem.kind, problem.subject) == ("digest", "aviation/delays 1.1.0")
    assert str(problem).startswith("aviation/delays 1.1.0: its record was changed")


@on_sqlite
def test_a_record_that_was_tampered_with_and_signed_again_breaks_the_chain(
    hand, lake, released
):
    from jupyter_mesh.formats.release import digest

    def forged(text):
        record = json.loads(text)
        record["actor"]["user"] = "eve"
        record["digest"] = digest(record)
        return json.dumps(record)

    change(lake, "1.1.0", record=forged)
    with lake.database.reading() as connection:
        record = connection.execute(
            select(rows.RELEASES.c.record).where(rows.RELEASES.c.version == "1.1.0")
        ).scalar_one()
    change(lake, "1.1.0", digest=lambda _old: json.loads(record)["digest"])
    (problem,) = fsck(lake)
    assert (problem.kind, problem.subject) == ("chain", "aviation/delays 2.0.0")


@on_sqlite
def test_an_unreadable_or_misplaced_record_is_found(hand, lake, released):
    change(lake, "1.0.0", record=lambda _text: "{")
    change(lake, "1.1.0", version=lambda _old: "9.9.9")
    assert kinds(lake) == ["record"]


def test_a_removed_release_is_found(hand, lake, released):
    with lake.database.writing() as connection:
        connection.execute(delete(rows.RELEASES).where(rows.RELEASES.c.version == "1.1.0"))
    assert kinds(lake) == ["chain"]
    with lake.database.writing() as connection:
        connection.execute(delete(rows.RELEASES).where(rows.RELEASES.c.version == "2.0.0"))
    assert kinds(lake) == ["head"]


def change(lake, of, **columns):
    table = rows.RELEASES
    with lake.database.writing() as connection:
        found = connection.execute(select(table).where(table.c.version == of)).one()
        connection.execute(
            update(table)
            .where(table.c.version == of)
            .values({name: new(getattr(found, name)) for name, new in columns.items()})
        )


@on_sqlite
def test_metadata_of_another_table_behind_a_release_is_found(hand, lake, released):
    ours, other = (path_of(state.metadata_location) for state in released)
    ours.write_bytes(other.read_bytes())
    assert "metadata" in kinds(hand.lake())


def test_a_current_table_changed_or_dropped_behind_its_release_is_found(hand, lake, released):
    hand.append(lake, hand.table("carriers"), rows=(9,))
    hand.client(lake).drop_table(("aviation_delays", "routes"))
    found = [(problem.kind, problem.subject) for problem in fsck(lake)]
    assert found == [
        ("pointer", "lake.aviation_delays.carriers"),
        ("pointer", "lake.aviation_delays.routes"),
    ]


@on_sqlite
def test_a_pointer_to_nothing_is_found(hand, lake, released):
    table = hand.table("planes", "raw")
    state = hand.fill(lake, table)
    path_of(state.metadata_location).unlink()
    (problem,) = fsck(hand.lake())
    assert (problem.kind, problem.subject) == ("file", "lake.raw.planes")


@on_sqlite
def test_rows_of_a_branch_that_is_none_are_found(hand, lake, released):
    with lake.database.writing() as connection:
        connection.execute(
            insert(rows.ICEBERG_TABLES).values(
                catalog_name="lake~ghost",
                table_namespace="a",
                table_name="b",
                metadata_location="file:///nowhere",
            )
        )
    (problem,) = fsck(lake)
    assert (problem.kind, problem.subject) == ("branch", "lake~ghost")


@pytest.mark.our_database
def test_gc_removes_what_an_abandoned_run_left_and_nothing_else(hand, lake, released):
    branch = lake.open_branch("r", PRODUCT, [])
    lost = hand.fill(lake, hand.table("carriers"), branch.name, rows=range(50))
    new = hand.fill(lake, hand.table("new"), branch.name)
    garbage = {*files_of(lake, lost), *files_of(lake, new)}
    lake.abandon(branch.name)

    would = gc(lake, NOW, dry_run=True)
    assert all(path.exists() for path in garbage)
    report = gc(lake, NOW)

    assert (would.dry_run, report.dry_run) == (True, False)
    assert (report.removed, report.size, report.files) == (
        would.removed,
        would.size,
        would.files,
    )
    assert garbage <= {path_of(location) for location in report.files}
    assert not any(path.exists() for path in garbage)
    assert not path_of(new.metadata_location).parent.parent.exists()
    assert fsck(lake) == []
    for version, count in {"v1.0.0": 1, "v1.1.0": 2, "v2.0.0": 3}.items():
        state = lake.snapshot(hand.table("carriers"), at=AsOf(version=version))
        assert hand.rows(lake, state.metadata_location) == list(range(count))
    assert [state.rows for state in lake.history(hand.table("carriers"))] == [3, 2, 1]
    assert gc(lake, NOW).removed == 0


def test_gc_keeps_what_releases_of_a_dropped_table_need(hand, lake, released):
    branch = lake.open_branch("r", PRODUCT, [])
    lake.drop(hand.table("routes"), branch.name)
    state = hand.fill(lake, hand.table("carriers"), branch.name)
    lake.publish(branch.name, hand.release("3.0.0", [state]))
    gc(hand.lake(), NOW)
    assert fsck(hand.lake()) == []
    assert hand.rows(lake, released[1].metadata_location) == [0]


@pytest.mark.our_database
def test_gc_touches_nothing_younger_than_the_floor_or_than_an_open_run(hand, lake, released):
    branch = lake.open_branch("dead", PRODUCT, [])
    hand.fill(lake, hand.table("new"), branch.name)
    lake.abandon(branch.name)
    assert gc(lake).removed == 0
    for path in path_of(lake.warehouse).rglob("*.*"):
        os.utime(path, (1_000_000, 1_000_000))
    assert gc(lake, timedelta(days=365 * 100)).removed == 0
    with lake.lease("aviation/delays", "ana"):
        assert gc(lake, NOW).removed > 0
    working = lake.open_branch("alive", PRODUCT, [])
    fresh = path_of(lake.location_for(hand.table("t"))) / "data" / "unfinished.parquet"
    fresh.write_bytes(b"PAR1")
    assert gc(lake, NOW).removed == 0
    lake.abandon(working.name)
    with lake.lease("aviation/delays", "bo"):
        fresh.touch()
        assert gc(lake, NOW).removed == 0
    assert gc(lake, NOW).files == (f"file://{fresh}",)


@pytest.mark.our_database
def test_gc_sweeps_dead_runs_first(hand, lake, released):
    lake.hidden.lease = timedelta(seconds=-1)
    branch = lake.open_branch("dead", PRODUCT, [])
    state = hand.fill(lake, hand.table("new"), branch.name)
    assert gc(lake, NOW, dry_run=True).removed == 0
    gc(lake, NOW)
    assert not path_of(state.metadata_location).exists()


@on_sqlite
def test_gc_leaves_files_that_this_catalog_did_not_make(hand, lake, released):
    pond = hand.lake("pond")
    theirs = hand.table("t", "s")
    location = path_of(pond.location_for(theirs)) / "data" / "a.parquet"
    location.write_bytes(b"")
    own = path_of(lake.warehouse) / "notes" / "readme.txt"
    own.parent.mkdir()
    own.write_text("mine")
    assert gc(lake, NOW).removed == 0
    assert location.exists()
    assert own.exists()


@on_sqlite
def test_gc_stops_before_removing_anything_when_something_cannot_be_read(hand, lake, released):
    branch = lake.open_branch("dead", PRODUCT, [])
    state = hand.fill(lake, hand.table("new"), branch.name)
    lake.abandon(branch.name)
    files_of(lake, released[0])[1].write_bytes(b"nonsense")
    with pytest.raises(StorageError, match="damaged"):
        gc(lake, NOW)
    assert path_of(state.metadata_location).exists()


@pytest.mark.our_database
def test_history_forgets_states_whose_files_were_collected(hand, lake):
    table = hand.table("flights", "raw")
    hand.fill(lake, table, rows=(1,))
    lake.drop(table)
    hand.fill(lake, table, rows=(2, 3))
    gc(lake, NOW)
    assert [state.rows for state in hand.lake().history(table)] == [2, 0]
