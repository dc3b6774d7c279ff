"""The doctor looks at real parts, and says of each what it found."""

import shutil
from pathlib import Path

import pytest

from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.health import Health


@pytest.fixture
def said(small_mesh):
    def look(mesh=small_mesh):
        return {
            subject: [one for one in found if one.subject == subject]
            for found in [list(mesh.doctor())]
            for subject in {one.subject for one in found}
        }

    return look


def test_a_sound_mesh_has_nothing_to_mend(said):
    found = said()
    assert found["files"][0].health is not Health.BAD
    assert "mesh stack up trino" in found["engine trino"][0].text
    for subject in (
        "catalog lake",
        "catalog crm",
        "engine embedded",
        "engine trino",
        "releases",
    ):
        assert {one.health for one in found[subject]} == {Health.GOOD}, found[subject]


def test_the_guarantee_that_holds_is_said(said):
    assert any("one transaction" in one.text for one in said()["catalog lake"])


def test_a_source_that_is_gone_stops_no_other(said, small_mesh):
    Path(small_mesh.parts.settings.catalogs["crm"].path).unlink()
    found = said()
    assert [one.health for one in found["catalog crm"]] == [Health.BAD]
    assert found["catalog crm"][0].remedy
    assert found["catalog lake"][0].health is Health.GOOD


def test_a_warehouse_that_cannot_be_written_is_told(said, small_mesh, monkeypatch):
    shutil.rmtree(small_mesh.parts.home.warehouse.removeprefix("file://"))
    Path(small_mesh.parts.home.warehouse.removeprefix("file://")).write_text("a file")
    assert Health.BAD in {one.health for one in said()["catalog lake"]}


def test_faults_in_files_are_counted(said, small_mesh):
    (Path(small_mesh.parts.settings.root) / "mesh.yaml").write_text("catalogs: {}\n")
    assert said()["files"][0].remedy == "See them all: mesh lint."


def test_an_open_branch_without_an_owner_is_told(said, small_mesh):
    from datetime import timedelta

    small_mesh.parts.home.open_branch("lost", None, (), timedelta(seconds=-1))
    (doubt,) = [one for one in said()["catalog lake"] if one.health is Health.DOUBTFUL]
    assert "lost" in doubt.text


def test_the_engines_and_the_one_that_answers(small_mesh):
    engines = {entry.name: entry for entry in small_mesh.engines()}
    assert engines.keys() == {"embedded", "trino"}
    assert engines["embedded"].comment
    assert not engines["trino"].comment
    assert Mesh.open(small_mesh.parts.settings.root).parts.settings.engine == "embedded"


def test_a_catalog_that_lost_its_memory_is_told(said, small_mesh):
    root, database = small_mesh.parts.settings.root, small_mesh.parts.home.database
    small_mesh.close()
    for file in Path(database.place).parent.glob("catalog.db*"):
        file.unlink()
    with Mesh.open(root) as mesh:
        told = said(mesh)["catalog lake"]
    assert "put back a copy" in told[1].remedy
    assert told[1].health is Health.BAD


def test_what_could_not_be_told_waits_for_the_next_cleaning(said, small_mesh, monkeypatch):
    from jupyter_mesh.promotion import announce

    tell = announce._tell
    monkeypatch.setattr(announce, "_tell", lambda *_: "the disk is full")
    small_mesh.promote("shop/orders")
    (doubt,) = said()["releases"]
    assert doubt.health is Health.DOUBTFUL
    assert "mesh gc" in doubt.remedy
    monkeypatch.setattr(announce, "_tell", tell)
    small_mesh.gc(dry_run=True)
    assert said()["releases"][0].health is Health.DOUBTFUL
    small_mesh.gc()
    assert said()["releases"][0].health is Health.GOOD
    assert not small_mesh.parts.home.outbox()
