"""Promises of the first two routes: whose mesh it is, and making one."""

import pytest


@pytest.fixture
def jp_root_dir(tmp_path, monkeypatch):
    monkeypatch.delenv("MESH_PATH", raising=False)
    monkeypatch.setenv("MESH_USER", "ana")
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


async def test_without_a_mesh_the_status_says_so_and_the_rest_says_how(ask):
    told = (await ask("status")).json
    assert told["mesh"] is None
    answer = await ask("tree", parent="products")
    assert answer.status == 400
    assert "mesh init" in answer.error["remedy"]


async def test_a_mesh_is_made_where_there_is_none(ask, jp_root_dir):
    answer = await ask("init", "POST")
    assert answer.status == 201, answer.content
    assert answer.json["mesh"]["root"] == str(jp_root_dir)
    assert (jp_root_dir / "mesh.yaml").is_file()
    assert (await ask("status")).json["mesh"]["name"] == "empty"
    assert (await ask("tree", parent="catalogs")).json["items"][0]["label"] == "lake"


async def test_a_mesh_made_in_a_folder_below_is_found_there(ask, jp_root_dir):
    answer = await ask("init", "POST", folder="mine")
    assert answer.json["mesh"]["root"] == str(jp_root_dir / "mine")
    assert (await ask("status")).json["mesh"]["name"] == "mine"


async def test_no_second_mesh_is_made(ask):
    assert (await ask("init", "POST")).status == 201
    answer = await ask("init", "POST", folder="other")
    assert answer.status == 409


@pytest.mark.parametrize("folder", ["../outside", "a/../../outside", "x/../.."])
async def test_nothing_is_made_outside_of_jupyters_folder(ask, jp_root_dir, folder):
    answer = await ask("init", "POST", folder=folder)
    assert answer.status == 400
    assert not (jp_root_dir.parent / "outside").exists()


async def test_a_broken_settings_file_is_told_with_its_line(ask, jp_root_dir):
    (jp_root_dir / "mesh.yaml").write_text("name: x\ncatalogs:\n  lake:\n    type: nonsense\n")
    answer = await ask("status")
    assert answer.status == 400
    assert answer.error["line"] == 4


async def test_two_meshes_below_are_not_guessed_between(ask, jp_root_dir):
    for name in ("one", "two"):
        (jp_root_dir / name).mkdir()
        (jp_root_dir / name / "mesh.yaml").write_text("catalogs: {lake: {type: iceberg}}\n")
    answer = await ask("tree", parent="products")
    assert answer.status == 400
    assert "2 meshes" in answer.error["message"]
