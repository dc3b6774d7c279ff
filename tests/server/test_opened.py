"""Promises of the one open mesh: shared by all, mixed up by none, opened anew."""

import threading

import pytest

from jupyter_mesh.errors import ConfigError
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.server.opened import OpenMesh


@pytest.fixture
def opened(small_folder):
    found = OpenMesh(small_folder)
    yield found
    found.close()


def test_everybody_has_a_session_of_their_own(opened):
    with opened.of(Actor("ana")) as hers, opened.of(Actor("bo")) as his:
        hers.use("lake")
        hers.as_of("2026-01-01")
        assert hers.parts is his.parts
        assert (hers.session.actor.user, his.session.actor.user) == ("ana", "bo")
        assert his.session.as_of is None
    with opened.of(None) as own:
        assert own.session.actor.user == "ana"
        assert own.session.as_of is None


def test_many_who_come_at_once_share_one_mesh(opened):
    parts, ready = [], threading.Barrier(8)

    def come():
        ready.wait()
        with opened.of(Actor("x")) as mesh:
            parts.append(mesh.parts)

    threads = [threading.Thread(target=come) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in parts}) == 1


def test_a_changed_settings_file_opens_the_mesh_anew(opened, small_folder):
    with opened.of(None) as before:
        path = small_folder / "mesh.yaml"
        path.write_text(path.read_text().replace("name: shop", "name: other"))
        with opened.of(None) as after:
            assert after.parts.settings.name == "other"
        # Whoever is still at work keeps what they have.
        assert before.parts.engine().catalogs() == ["crm", "lake"]


def test_without_a_mesh_it_says_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.delenv("MESH_PATH", raising=False)
    opened = OpenMesh(tmp_path)
    assert not opened.exists
    with pytest.raises(ConfigError, match=r"no mesh\.yaml"), opened.of(None):
        pass


def test_a_mesh_above_is_found_and_a_named_one_wins(small_folder, tmp_path, monkeypatch):
    below = small_folder / "notebooks" / "deep"
    below.mkdir(parents=True)
    assert OpenMesh(below).path == small_folder / "mesh.yaml"
    other = tmp_path / "other"
    other.mkdir()
    (other / "mesh.yaml").write_text("catalogs: {lake: {type: iceberg}}\n")
    assert OpenMesh(below, str(other)).path == other / "mesh.yaml"
