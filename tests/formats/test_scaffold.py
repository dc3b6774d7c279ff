"""A new product: what is laid out is already right."""

import json

import nbformat
import pytest

from jupyter_mesh.errors import ConflictError, InputError
from jupyter_mesh.formats.lint import lint
from jupyter_mesh.formats.products import ProductFiles
from jupyter_mesh.formats.scaffold import new_product
from jupyter_mesh.model.names import ProductName

PLANTS = ProductName("energy", "plants")


def test_what_is_laid_out_can_be_read_at_once(tmp_path):
    made = new_product(tmp_path, PLANTS, "lake", "ana", ["plants", "fuels"])
    assert [path.relative_to(tmp_path / "energy" / "plants").as_posix() for path in made] == [
        *("product.odps.yaml", "contracts/plants.odcs.yaml", "contracts/fuels.odcs.yaml"),
        "plants.ipynb",
    ]
    product = ProductFiles(tmp_path, "lake").product(PLANTS)
    assert (product.owner, len(product.outputs)) == ("ana", 2)


def test_without_ports_there_is_one_called_like_the_product(tmp_path):
    new_product(tmp_path, PLANTS, "lake", "ana")
    product = ProductFiles(tmp_path, "lake").product(PLANTS)
    assert [port.name for port in product.outputs] == ["plants"]


def test_lint_asks_only_for_words(tmp_path):
    (tmp_path / "mesh.yaml").write_text("catalogs: {lake: {type: iceberg}}\n")
    new_product(tmp_path / "products", PLANTS, "lake", "ana")
    found = lint(tmp_path)
    assert found
    assert {finding.level for finding in found} == {"warning"}
    assert all("has no description" in finding.text for finding in found)


def test_the_notebook_is_a_notebook(tmp_path):
    path = new_product(tmp_path, PLANTS, "lake", "ana", ["fuels"])[-1]
    notebook = nbformat.reads(path.read_text(), as_version=4)
    nbformat.validate(notebook)
    title, parameters, extension, example = notebook.cells
    assert title.source.startswith("# energy/plants\n")
    assert parameters.metadata.tags == ["parameters"]
    assert extension.source == "%load_ext jupyter_mesh"
    assert example.source.startswith("%%mesh --stage fuels\n")


@pytest.mark.parametrize("owner", ["ana", "o'brien: #1", '"', "Zoë", "yes", "123"])
def test_any_owner_is_written_as_text(tmp_path, owner):
    new_product(tmp_path, PLANTS, "lake", owner)
    assert ProductFiles(tmp_path, "lake").product(PLANTS).owner == owner


def test_nothing_is_overwritten_and_nothing_added_then(tmp_path):
    notebook = tmp_path / "energy" / "plants" / "plants.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text(json.dumps({"mine": True}))
    with pytest.raises(ConflictError, match=r"plants\.ipynb is there already"):
        new_product(tmp_path, PLANTS, "lake", "ana")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [notebook]
    assert notebook.read_text() == '{"mine": true}'


@pytest.mark.parametrize("ports", [["a", "a"], ["A"], ["a-b"], [""], ["../x"]])
def test_a_port_that_sql_cannot_say_is_refused(tmp_path, ports):
    with pytest.raises(InputError, match="cannot name an output port"):
        new_product(tmp_path, PLANTS, "lake", "ana", ports)
    assert not list(tmp_path.iterdir())
