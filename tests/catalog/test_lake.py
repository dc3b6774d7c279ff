"""Promises of the lake as a whole."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from jupyter_mesh import protocols
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.catalog.maintenance import fsck, gc
from jupyter_mesh.settings import IcebergSettings, StorageSettings

RACE = Path(__file__).parents[2] / "benchmarks" / "publish_race.py"


def test_nothing_is_opened_before_it_is_used(local, tmp_path):
    with Lake("lake", local, None) as lake:
        assert list(tmp_path.iterdir()) == []
        assert lake.schemas() == []
        assert (tmp_path / "mesh" / "catalog.db").exists()


def test_a_closed_lake_opens_again(local_hand, local_lake):
    release = local_hand.publish(local_lake, "1.0.0")
    local_lake.close()
    assert local_lake.latest(release.product) == release


def test_another_start_finds_everything(hand, lake):
    release = hand.publish(lake, "1.0.0")
    table = hand.table("carriers")
    assert hand.lake().latest(release.product) == release
    assert hand.lake().snapshot(table) == lake.snapshot(table)


def test_a_lake_lies_in_an_object_store(local_hand, bucket, tmp_path):
    local_hand.settings = IcebergSettings(
        local_hand.settings.uri,
        f"s3://lake/{tmp_path.name}",
        storage=StorageSettings(bucket, "us-east-1", "${env:KEY}", "${env:SECRET}"),
    )
    lake = local_hand.lake()
    for number, version in enumerate(("1.0.0", "1.1.0"), 1):
        lake.tag(local_hand.publish(lake, version, rows=range(number)))
    branch = lake.open_branch("lost", None, [])
    lost = local_hand.fill(lake, local_hand.table("new"), branch.name)
    lake.abandon(branch.name)
    assert fsck(lake) == []
    report = gc(lake, timedelta(seconds=-5))
    assert lost.metadata_location in report.files
    assert fsck(lake) == []
    assert gc(lake, timedelta(seconds=-5)).removed == 0
    table = local_hand.client(lake).load_table(("aviation_delays", "carriers"))
    assert table.scan(snapshot_id=table.snapshot_by_name("v1.0.0").snapshot_id).count() == 1


def test_it_has_every_verb_of_its_protocol(local_lake):
    verbs = {name for name in vars(protocols.Catalog) if not name.startswith("_")}
    assert len(verbs) > 30
    assert not {name for name in verbs if not hasattr(local_lake, name)}


@pytest.mark.long
@pytest.mark.our_database
def test_eight_processes_publish_two_tables_at_once_and_nothing_is_torn(settings):
    done = subprocess.run(
        [sys.executable, RACE, "--uri", settings.uri, "--reads", "500"],
        capture_output=True,
        text=True,
        check=False,
        timeout=550,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "160 of 160" in done.stdout
