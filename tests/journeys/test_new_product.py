"""A product's life as its maker sees it: made, filled, changed, with versions that follow."""

import json

import pytest


@pytest.fixture
def plants(small_folder, run, monkeypatch):
    """A fresh mesh beside the other one, with a product laid out and nothing written yet."""
    folder = small_folder / "fresh"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert run("init").returncode == 0
    assert run("land", small_folder / "orders.csv", "lake.raw.plants").returncode == 0
    made = run("new", "product", "energy/plants")
    assert made.returncode == 0, made.stderr
    return folder / "products" / "energy" / "plants"


def promoted(run):
    done = run("--json", "promote", "energy/plants")
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)["version"]


def edit(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


@pytest.mark.long
def test_what_is_laid_out_is_promoted_and_its_versions_follow_its_contract(plants, run):
    assert promoted(run) == "1.0.0"
    contract = plants / "contracts" / "plants.odcs.yaml"
    notebook = plants / "plants.ipynb"
    edit(notebook, "SELECT CAST(1 AS bigint) AS id", "SELECT id, amount FROM lake.raw.plants")
    column = "      - name: amount\n        logicalType: number\n        physicalType: double\n"
    contract.write_text(contract.read_text().rstrip() + "\n" + column)
    assert promoted(run) == "1.1.0"
    edit(contract, column, f"{column}        description: What it makes.\n")
    assert promoted(run) == "1.1.1"
    edit(notebook, "SELECT id, amount", "SELECT CAST(amount AS varchar) AS id")
    edit(contract, "logicalType: integer", "logicalType: string")
    edit(contract, "physicalType: bigint", "physicalType: varchar")
    edit(contract, f"{column}        description: What it makes.\n", "")
    assert promoted(run) == "2.0.0"
    old = run("read", "energy/plants@^1", "plants", "--format", "json")
    assert set(json.loads(old.stdout)[0]) == {"id", "amount"}
    new = run("read", "energy/plants@latest", "plants", "--format", "json")
    assert set(json.loads(new.stdout)[0]) == {"id"}
    assert json.loads(run("fsck", "--json").stdout) == []


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("role: owner", "role: reader", "energy/plants has no owner"),
        ("status: draft", "status: draft\nversion: soon", "claims version soon, which is none"),
    ],
)
def test_a_plan_foresees_what_a_gate_will_refuse(plants, run, before, after, reason):
    edit(plants / "product.odps.yaml", before, after)
    foreseen = run("plan", "energy/plants")
    assert reason in foreseen.stdout
    refused = run("promote", "energy/plants")
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert "Cell 1" not in refused.stderr
