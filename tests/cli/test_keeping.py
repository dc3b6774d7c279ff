import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from jupyter_mesh.settings import load
from jupyter_mesh.testing.mesh import ScriptedMesh


def test_init_makes_a_mesh_that_opens(run, tmp_path):
    root = tmp_path / "new" / "shop"
    ended = run("init", str(root))
    assert ended.exit_code == 0
    assert load(root).name == "shop"
    assert ".mesh/" in (root / ".gitignore").read_text().splitlines()
    assert "mesh.yaml" in ended.stdout


def test_init_overwrites_nothing(run, tmp_path):
    (tmp_path / "mesh.yaml").write_text("mine")
    ended = run("init", str(tmp_path))
    assert ended.exit_code == 4
    assert "is there already" in ended.stderr
    assert (tmp_path / "mesh.yaml").read_text() == "mine"
    assert not (tmp_path / ".gitignore").exists()


def test_init_leaves_a_gitignore_alone(run, tmp_path):
    (tmp_path / ".gitignore").write_text("mine")
    assert json.loads(run("init", str(tmp_path), "--json").stdout)["files"] == [
        str(tmp_path / "mesh.yaml")
    ]
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_init_where_nothing_can_be_written_says_so(run, tmp_path):
    (tmp_path / "file").touch()
    ended = run("init", str(tmp_path / "file" / "below"))
    assert ended.exit_code == 5
    assert "could not be set up" in ended.stderr


@pytest.mark.parametrize(
    ("words", "call", "said"),
    [
        (["gc"], ("gc", None, False), "2 files (2,048 bytes) removed, 7 kept."),
        (["gc", "--dry-run"], ("gc", None, True), "would be removed"),
        (["gc", "--older-than", "0.5"], ("gc", timedelta(hours=12), False), "a.parquet"),
    ],
)
def test_gc_says_what_it_removed(run, fake, words, call, said):
    ended = run(*words)
    assert fake.calls[0] == call
    assert said in ended.stdout
    assert json.loads(run(*words, "--json").stdout)["removed"] == 2


def test_a_sound_store_is_said_to_be_sound(run):
    ended = run("fsck")
    assert (ended.exit_code, ended.stdout) == (0, "No problems.\n")


def test_an_unsound_store_ends_with_5_and_every_problem(run, monkeypatch):
    from jupyter_mesh.catalog.proof import Problem

    problem = Problem("file", "aviation/delays 1.0.0", "a file is missing", "Restore it.")
    monkeypatch.setattr(ScriptedMesh, "fsck", lambda _self: [problem])
    ended = run("fsck", "--json")
    assert ended.exit_code == 5
    assert json.loads(ended.stdout)[0]["remedy"] == "Restore it."
    assert "a file is missing" in run("fsck").stdout


def test_a_demonstration_is_not_made_where_something_else_lies(run, tmp_path):
    (tmp_path / "thesis.txt").touch()
    ended = run("demo", str(tmp_path))
    assert ended.exit_code == 2
    assert "is not empty" in ended.stderr


def test_letters_that_a_terminal_lacks_are_spelled(tmp_path):
    done = subprocess.run(
        [Path(sys.executable).parent / "mesh", "init", str(tmp_path / "größe"), "--name", "数"],
        capture_output=True, check=False, timeout=60,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert rb"gr\xf6\xdfe" in done.stdout
