"""What a shell writes for a server that others keep."""

import json

import pytest


@pytest.fixture
def mesh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mesh.yaml").write_text(
        "catalogs:\n  lake: {type: iceberg}\n"
        "  crm: {type: postgresql, host: h, database: d, user: u, password: '${env:PW}'}\n"
    )
    return tmp_path


def test_catalogs_and_rules_are_written_with_references_alone(run, mesh):
    ended = run("trino", "config", "etc", "--json")
    assert ended.exit_code == 0
    found = json.loads(ended.stdout)
    assert found["environment"] == ["MESH_CRM_PASSWORD"]
    names = {str(path.relative_to(mesh / "etc")) for path in (mesh / "etc").rglob("*.*")}
    assert names == {
        "catalog/lake.properties",
        "catalog/crm.properties",
        "access-control.properties",
        "rules.json",
    }
    assert "${ENV:MESH_CRM_PASSWORD}" in (mesh / "etc/catalog/crm.properties").read_text()


def test_nothing_is_overwritten(run, mesh):
    (mesh / "etc").mkdir()
    (mesh / "etc" / "rules.json").write_text("mine")
    ended = run("trino", "config", "etc")
    assert ended.exit_code == 4
    assert (mesh / "etc" / "rules.json").read_text() == "mine"
    assert not (mesh / "etc" / "catalog").exists()
