"""Products as folders."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from jupyter_mesh.errors import DescriptorError, NameNotFound
from jupyter_mesh.formats.products import ProductFiles
from jupyter_mesh.formats.scaffold import new_product
from jupyter_mesh.model.changes import contract_change
from jupyter_mesh.model.names import ProductName, TableName

PLANTS = ProductName("energy", "plants")


@pytest.fixture
def products(tmp_path):
    new_product(tmp_path, PLANTS, "lake", "ana", ["plants", "fuels"])
    return ProductFiles(tmp_path, "lake")


@pytest.fixture
def folder(tmp_path, products):
    return tmp_path / "energy" / "plants"


def edit(path, written, instead):
    text = path.read_text()
    assert written in text
    path.write_text(text.replace(written, instead, 1))


def test_names_are_sorted_and_only_of_folders_with_a_descriptor(tmp_path, products):
    new_product(tmp_path, ProductName("aviation", "delays"), "lake", "ana")
    (tmp_path / "energy" / "empty").mkdir()
    shutil.copytree(tmp_path / "energy" / "plants", tmp_path / "energy" / "Not a name")
    assert [str(name) for name in products.names()] == ["aviation/delays", "energy/plants"]


def test_no_folder_means_no_products(tmp_path):
    assert list(ProductFiles(tmp_path / "nowhere", "lake").names()) == []


def test_a_product_is_read_whole(products, folder):
    product = products.product(PLANTS)
    assert (product.name, product.owner, product.status) == (PLANTS, "ana", "draft")
    assert product.folder == str(folder)
    assert product.notebook == str(folder / "plants.ipynb")
    assert [port.name for port in product.outputs] == ["plants", "fuels"]
    assert product.output("fuels").table == TableName("lake", "energy_plants", "fuels")
    assert product.files == {
        name: (folder / name).read_text()
        for name in (
            "product.odps.yaml",
            "contracts/plants.odcs.yaml",
            "contracts/fuels.odcs.yaml",
        )
    }


def test_the_demonstrations_product_is_read():
    root = Path(str(files("jupyter_mesh.demo"))) / "files" / "products"
    product = ProductFiles(root, "lake").product(ProductName("aviation", "delays"))
    assert {port.name for port in product.outputs} == {"carriers", "routes"}


def test_a_changed_file_is_read_anew(products, folder):
    before = products.product(PLANTS).output("fuels").contract
    edit(folder / "contracts" / "fuels.odcs.yaml", "name: id", "name: fuel")
    after = products.product(PLANTS).output("fuels").contract
    assert contract_change(before, after).reasons[0] == "column id was removed"


def test_an_unknown_product_offers_the_nearest(products):
    with pytest.raises(NameNotFound, match="Did you mean energy/plants"):
        products.product(ProductName("energy", "plant"))
    with pytest.raises(NameNotFound, match="mesh new product zoo/animals"):
        products.product(ProductName("zoo", "animals"))


def refused(products):
    with pytest.raises(DescriptorError) as caught:
        products.product(PLANTS)
    return caught.value


def test_a_port_without_a_contract_is_refused_at_the_port(products, folder):
    (folder / "contracts" / "fuels.odcs.yaml").unlink()
    error = refused(products)
    assert "the port fuels has no contract" in error.reason
    assert error.key == "outputPorts[1].name"
    assert (
        (folder / "product.odps.yaml")
        .read_text()
        .splitlines()[error.line - 1]
        .endswith("fuels")
    )


def test_the_contract_of_another_port_is_refused(products, folder):
    contracts = folder / "contracts"
    shutil.copy(contracts / "plants.odcs.yaml", contracts / "fuels.odcs.yaml")
    error = refused(products)
    assert "contract of fuels, found that of plants" in error.reason
    assert error.file.endswith("fuels.odcs.yaml")


def test_a_contract_with_another_id_is_refused(products, folder):
    edit(folder / "contracts" / "fuels.odcs.yaml", "\nid: ", "\nid: x")
    assert refused(products).key == "outputPorts[1].contractId"


def test_a_contract_of_another_table_is_refused(products, folder):
    edit(folder / "contracts" / "fuels.odcs.yaml", "lake.energy_plants.fuels", "lake.x.fuels")
    assert "says lake.x.fuels, but the port serves" in refused(products).reason


def test_a_broken_contract_is_refused_at_its_own_line(products, folder):
    edit(
        folder / "contracts" / "fuels.odcs.yaml", "physicalType: bigint", "physicalType: bigin"
    )
    error = refused(products)
    assert error.file == str(folder / "contracts" / "fuels.odcs.yaml")
    assert error.key == "schema[0].properties[0].physicalType"


def test_a_missing_notebook_is_refused(products, folder):
    (folder / "plants.ipynb").unlink()
    assert "there is no notebook plants.ipynb" in refused(products).reason


def test_a_notebook_elsewhere_is_refused(products, folder):
    (folder.parent / "other.ipynb").write_text("{}")
    edit(folder / "product.odps.yaml", 'notebook: "plants', 'notebook: "../other')
    assert "does not lie in the product's folder" in refused(products).reason


def test_a_notebook_need_not_be_named_where_there_is_no_doubt(products, folder):
    edit(
        folder / "product.odps.yaml",
        '      notebook: "plants.ipynb"\n',
        "      parameters: {}\n",
    )
    assert products.product(PLANTS).notebook == str(folder / "plants.ipynb")
    (folder / "plants.ipynb").rename(folder / "work.ipynb")
    assert products.product(PLANTS).notebook == str(folder / "work.ipynb")
    shutil.copy(folder / "work.ipynb", folder / "play.ipynb")
    assert "not said which notebook" in refused(products).reason
    for path in folder.glob("*.ipynb"):
        path.unlink()
    assert "there is no notebook" in refused(products).reason
