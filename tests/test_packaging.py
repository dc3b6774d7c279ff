"""What is handed out: wheel and sdist bring the extensions along and ask nobody for Node."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[1]


def run(*command, **environ):
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    return done.returncode, done.stdout + done.stderr


def pip(*arguments, **environ):
    return run(sys.executable, "-m", "pip", *arguments, **environ)


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory):
    """A PATH on which there is no program at all."""
    return str(tmp_path_factory.mktemp("no-programs"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    code, told = run(sys.executable, "-m", "build", "--sdist", "--outdir", folder, ROOT)
    assert code == 0, told
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(sdist, nowhere, tmp_path_factory):
    """The wheel as it comes out of the sdist on a machine without Node."""
    folder = tmp_path_factory.mktemp("wheel")
    code, told = pip("wheel", "--no-deps", "--wheel-dir", folder, sdist, PATH=nowhere)
    assert code == 0, told
    return next(folder.glob("*.whl"))


@pytest.fixture
def clone(tmp_path):
    """A checkout that nothing was built in yet."""
    folder = tmp_path / "clone"
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in filter(None, names.split("\0")):
        source, target = ROOT / name, folder / name
        # A file may be on its way out of the work tree while it is still listed.
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return folder


def test_a_wheel_made_without_node_shows_both_extensions(wheel, nowhere, tmp_path):
    home = tmp_path / "venv"
    assert run(sys.executable, "-m", "venv", "--without-pip", home)[0] == 0
    python = home / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = home / "lib" / version / "site-packages"
    # What it depends on is borrowed; itself and its files are those of the wheel.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    code, told = pip("--python", python, "install", "--no-deps", "--force-reinstall", wheel)
    assert code == 0, told
    own = {
        "PATH": nowhere,
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
    }
    _code, front = run(python, "-m", "jupyterlab.labextensions", "list", **own)
    assert "jupyter-mesh" in front
    line = next(line for line in front.splitlines() if "jupyter-mesh" in line)
    assert "enabled" in line
    assert "OK" in line
    _code, back = run(python, "-m", "jupyter_server.extension.serverextension", "list", **own)
    lines = [line for line in back.splitlines() if "jupyter_mesh" in line]
    assert any("enabled" in line for line in lines), back
    assert any("OK" in line for line in lines), back


def test_the_wheel_brings_settings_and_the_server_s_switch(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert any(name.endswith("schemas/jupyter-mesh/catalog.json") for name in names)
    assert any(name.endswith("jupyter_server_config.d/jupyter_mesh.json") for name in names)
    assert sum("remoteEntry" in name for name in names) == 1


def test_without_node_a_checkout_says_what_to_do(clone, nowhere, tmp_path):
    code, told = pip("wheel", "--no-deps", "--wheel-dir", tmp_path, clone, PATH=nowhere)
    assert code != 0
    assert "SKIP_JUPYTER_BUILDER=1" in told


def test_the_python_parts_go_without_the_front_end(clone, nowhere, tmp_path):
    code, told = pip(
        *("wheel", "--no-deps", "--wheel-dir", tmp_path, clone),
        PATH=nowhere,
        SKIP_JUPYTER_BUILDER="1",
    )
    assert code == 0, told
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        names = archive.namelist()
    assert "jupyter_mesh/mesh.py" in names
    # The widgets' pictures are no build: they are there as they stand.
    pictures = ROOT / "jupyter_mesh/widgets/pictures"
    assert {f"jupyter_mesh/widgets/pictures/{path.name}" for path in pictures.iterdir()} <= {
        *names
    }
    assert not any("labextensions" in name for name in names)


def test_the_lock_names_no_registry():
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
