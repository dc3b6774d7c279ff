"""The demonstration, from the real data to the refusal."""

import json
import subprocess
import sys

import pytest

from jupyter_mesh.demo import tell_story
from jupyter_mesh.errors import InputError
from jupyter_mesh.mesh import Mesh

pytestmark = pytest.mark.long


def test_two_releases_stand_and_the_third_was_refused(demo_folder):
    with Mesh.open(demo_folder) as mesh:
        versions = [str(release.version) for release in mesh.releases("aviation/delays")]
        assert versions == ["1.1.0", "1.0.0"]
        assert "cancelled" in mesh.release("aviation/delays").reason
        flights = mesh.query("SELECT count(*) FROM lake.raw.flights").rows()
        assert flights == [(336776,)]
        assert mesh.fsck() == []
        assert mesh.lint() == []


def test_an_older_release_is_read_as_it_was(demo_folder):
    with Mesh.open(demo_folder) as mesh:
        old = [column.name for column in mesh.read("aviation/delays@1.0.0", "carriers").columns]
        new = [column.name for column in mesh.read("aviation/delays@^1", "carriers").columns]
    assert set(new) - set(old) == {"cancelled"}


def test_a_second_time_it_says_what_is_there_and_changes_nothing(demo_folder):
    before = (demo_folder / ".mesh" / "catalog.db").stat().st_size
    (line,) = tell_story(demo_folder, lambda _progress: None)
    assert [row["version"] for row in line.rows] == ["1.1.0", "1.0.0"]
    assert "--fresh" in line.text
    assert (demo_folder / ".mesh" / "catalog.db").stat().st_size == before


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        next(tell_story(tmp_path, lambda _progress: None))
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_the_shell_speaks_of_the_same_releases(demo_folder):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "jupyter_mesh.cli", "--mesh", demo_folder),
            *("releases", "aviation/delays", "--json"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    releases = json.loads(done.stdout)
    assert [release["version"] for release in releases] == ["1.1.0", "1.0.0"]
    assert [release["state"] for release in releases] == ["current", "superseded"]
