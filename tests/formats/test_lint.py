"""Lint: everything at once."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from jupyter_mesh.formats.lint import lint, lint_contract
from jupyter_mesh.formats.scaffold import new_product
from jupyter_mesh.model.names import ProductName

PLANTS = ProductName("energy", "plants")


@pytest.fixture
def mesh(tmp_path):
    (tmp_path / "mesh.yaml").write_text("catalogs: {lake: {type: iceberg}}\n")
    new_product(tmp_path / "products", PLANTS, "lake", "ana", ["plants"])
    return tmp_path


def errors(folder):
    return [
        (Path(found.file).name, found.line, found.key, found.text)
        for found in lint(folder)
        if found.level == "error"
    ]


def doubts(folder):
    return {found.text for found in lint(folder) if found.level == "warning"}


def edit(path, written, instead):
    text = path.read_text()
    assert written in text
    path.write_text(text.replace(written, instead, 1))


def test_the_demonstration_is_clean(tmp_path):
    shutil.copytree(str(files("jupyter_mesh.demo") / "files"), tmp_path / "mesh")
    assert lint(tmp_path / "mesh") == []


def test_all_files_are_looked_through_at_once(mesh):
    folder = mesh / "products" / "energy" / "plants"
    (mesh / "mesh.yaml").write_text(
        "catalogs:\n  lake:\n    type: iceberg\nenigne: x\nhom: y\n"
    )
    edit(folder / "product.odps.yaml", "status: draft", "staus: draft")
    contract = folder / "contracts" / "plants.odcs.yaml"
    edit(contract, "required: true", "required: 'yes'")
    edit(contract, "status: draft", "status: 3")
    found = errors(mesh)
    assert [(file, key) for file, _, key, _ in found] == [
        ("mesh.yaml", "enigne"),
        ("mesh.yaml", "hom"),
        ("plants.odcs.yaml", "status"),
        ("plants.odcs.yaml", "schema[0].properties[0].required"),
        ("product.odps.yaml", "status"),
        ("product.odps.yaml", "staus"),
    ]


def test_a_folder_without_a_mesh_says_so(tmp_path):
    assert errors(tmp_path) == [("mesh.yaml", 0, "", "there is no such file")]


def test_products_are_looked_for_where_mesh_yaml_says(mesh):
    (mesh / "products").rename(mesh / "elsewhere")
    assert not errors(mesh)
    assert not doubts(mesh)
    edit(mesh / "mesh.yaml", "}}", "}}\nproducts: elsewhere")
    assert doubts(mesh)


def test_what_a_reader_would_miss_is_asked_for(mesh):
    folder = mesh / "products" / "energy" / "plants"
    edit(folder / "product.odps.yaml", "role: owner", "role: reader")
    edit(folder / "product.odps.yaml", "id: ", "id: x")
    assert doubts(mesh) == {
        "nobody owns this product.",
        "it has no description.",
        "this is not the id that energy/plants leads to.",
        "the contract has no description.",
        "column id has no description.",
    }


def test_a_contract_without_a_port_is_doubtful(mesh):
    contracts = mesh / "products" / "energy" / "plants" / "contracts"
    shutil.copy(contracts / "plants.odcs.yaml", contracts / "old.odcs.yaml")
    assert "no output port is called old." in doubts(mesh)


def test_a_folder_that_is_no_name_is_told(mesh):
    folder = mesh / "products" / "energy"
    (folder / "plants").rename(folder / "Power Plants")
    assert "'energy/Power Plants' is not a product's name." in [
        text for *_, text in errors(mesh)
    ]


def test_broken_yaml_is_one_finding_beside_the_others(mesh):
    contract = mesh / "products" / "energy" / "plants" / "contracts" / "plants.odcs.yaml"
    contract.write_text("a: [1\n")
    (mesh / "mesh.yaml").write_text("a:\n\tb: 1\n")
    assert [(file, line) for file, line, _, _ in errors(mesh)] == [
        ("mesh.yaml", 2),
        ("plants.odcs.yaml", 2),
    ]


def test_doubts_about_a_contract_stand_at_their_lines(contract):
    text = contract.text(
        """\
        - name: x
          physicalType: varchar
          description: d
          logicalTypeOptions:
            pattern: (?=a)
        - name: y
          logicalType: string
          physicalType: bigint
          description: d
          quality:
            - {metric: invalidValues, mustBe: 0, arguments: {pattern: 'a++'}}
            - {metric: nullValues, mustBe: 0, severity: P1}
        """
    )
    found = lint_contract("description: {purpose: p}\n" + text, "f", "t")
    assert [(finding.line, finding.level) for finding in found] == [
        *((14, "warning"), (16, "warning"), (19, "warning"), (21, "warning"))
    ]
    texts = [finding.text for finding in found]
    assert texts[0].startswith("the engines do not agree on looking ahead")
    assert texts[1] == "string is unusual for a bigint."
    assert texts[3] == "'P1' is not a known severity and counts as critical."


def test_every_finding_has_a_remedy(mesh):
    assert all(finding.remedy for finding in lint(mesh))
