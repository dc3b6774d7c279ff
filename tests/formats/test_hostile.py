"""Descriptors with anything in the wrong place: refused with a sentence, never with a crash."""

import copy
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mesh.documents import Document, render
from jupyter_mesh.errors import MeshError, NameNotFound
from jupyter_mesh.formats.lint import lint
from jupyter_mesh.formats.products import ProductFiles
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.settings import load

DELAYS = ProductName("aviation", "delays")
DEMO = Path(str(files("jupyter_mesh.demo") / "files"))
FOLDER = Path("products") / "aviation" / "delays"
FILES = [
    Path("mesh.yaml"),
    FOLDER / "product.odps.yaml",
    FOLDER / "contracts" / "carriers.odcs.yaml",
    FOLDER / "contracts" / "routes.odcs.yaml",
]
JUNK = st.sampled_from(
    [
        None,
        True,
        3,
        -1.5,
        "",
        "word",
        "a.b.c",
        "${env:X}",
        [],
        {},
        [None],
        [[]],
        {"a": {}},
        [{}],
    ]
)


def places(value, path=()):
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(below, (*path, key))


@pytest.fixture(scope="module")
def mesh(tmp_path_factory):
    root = tmp_path_factory.mktemp("hostile") / "mesh"
    shutil.copytree(DEMO, root)
    return root


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_anything_anywhere_is_read_or_refused(mesh, file, data):
    plain = copy.deepcopy(Document.read(DEMO / file).plain())
    path = data.draw(st.sampled_from(list(places(plain))))
    node = plain
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = data.draw(JUNK)
    target = mesh / file
    target.write_text(render(plain))
    try:
        refusal = attempt(mesh)
        found = [finding for finding in lint(mesh) if finding.level == "error"]
    finally:
        shutil.copy(DEMO / file, target)
    # A folder of products that is elsewhere is nothing wrong in any file.
    assert bool(found) == (refusal is not None) or isinstance(refusal, NameNotFound), refusal


def attempt(mesh):
    """What stops the mesh's product from being read, or nothing."""
    try:
        read = load(mesh, {})
        ProductFiles(read.products, read.home).product(DELAYS)
    except MeshError as error:
        return error
    return None
