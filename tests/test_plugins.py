"""Plug-ins by entry point: found by name, loaded one at a time, failing by name."""

import sys

import pytest

from jupyter_mesh import plugins
from jupyter_mesh.errors import ConfigError, NameNotFound


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Lay out packages that bring gates, as an installer would."""

    def install(package, entries, module=""):
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        )
        lines = "".join(f"{name} = {value}\n" for name, value in entries.items())
        (info / "entry_points.txt").write_text(f"[{plugins.GATES}]\n{lines}")
        (tmp_path / f"{package}.py").write_text(module)

    monkeypatch.syspath_prepend(str(tmp_path))
    yield install
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_a_plug_in_is_loaded_by_its_name_alone(installed):
    installed("mesh_one", {"strict": "mesh_one:Strict"}, "class Strict: ...\n")
    installed("mesh_two", {"broken": "mesh_two:Gate"}, "raise SystemError('loaded!')\n")
    assert {"strict", "broken"} <= set(plugins.names(plugins.GATES))
    assert plugins.load(plugins.GATES, "strict").__name__ == "Strict"


def test_an_unknown_plug_in_offers_the_nearest(installed):
    installed("mesh_one", {"strict": "mesh_one:Strict"})
    with pytest.raises(NameNotFound, match=r"no gate strickt\.\nDid you mean strict"):
        plugins.load(plugins.GATES, "strickt")


def test_where_nothing_is_near_the_way_is_to_install():
    with pytest.raises(NameNotFound, match="Install the package"):
        plugins.load(plugins.GATES, "zzz_nothing_like_it")


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("import surely_not_there", "ModuleNotFoundError"),
        ("", "AttributeError"),
    ],
)
def test_a_plug_in_that_fails_is_named_with_its_package(installed, module, reason):
    installed("mesh_bad", {"bad": "mesh_bad:Gate"}, module)
    with pytest.raises(ConfigError, match=reason) as caught:
        plugins.load(plugins.GATES, "bad")
    assert "gate bad (mesh_bad:Gate) of mesh_bad" in caught.value.message


def test_two_packages_with_one_name_are_both_told(installed):
    installed("mesh_a", {"same": "mesh_a:Gate"})
    installed("mesh_b", {"same": "mesh_b:Gate"})
    with pytest.raises(ConfigError, match="mesh_a and mesh_b"):
        plugins.load(plugins.GATES, "same")
