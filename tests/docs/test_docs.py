"""The documentation, held to the truth: its commands, settings, statements and errors work."""

import re
import shlex
from pathlib import Path

import pytest

from jupyter_mesh import errors
from jupyter_mesh.cli.app import mesh as main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language):
    pattern = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [text for page in PAGES for text in pattern.findall(page.read_text())]


def commands():
    line = re.compile(r"^    (?:\S*/)?(mesh [a-z].*?)(?:\s{2,}#.*)?$", re.MULTILINE)
    inline = re.compile(r"`(mesh [a-z][^`\n]*)`")
    return sorted(
        {
            found
            for page in PAGES
            for pattern in (line, inline)
            for found in pattern.findall(page.read_text())
        }
    )


@pytest.mark.parametrize("command", commands())
def test_every_command_is_one(command):
    words = shlex.split(command.partition(" < ")[0])[1:]
    context = main.make_context("mesh", [*words], resilient_parsing=True)
    found = main
    while hasattr(found, "get_command"):
        name = next((word for word in words if not word.startswith("-")), "")
        if not name and found.invoke_without_command:
            break
        words = words[words.index(name) + 1 :]
        found = found.get_command(context, name)
        assert found is not None, f"{command}: there is no {name}"
    known = {option for it in found.params for option in (*it.opts, *it.secondary_opts)}
    options = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    assert set(options) <= known | {"--json", "--help"}


def test_the_settings_of_the_page_load(tmp_path):
    from jupyter_mesh.settings import load

    (text,) = [block for block in blocks("yaml") if block.startswith("# mesh.yaml")]
    (tmp_path / "mesh.yaml").write_text(text)
    settings = load(tmp_path, environ={})
    assert list(settings.catalogs) == ["lake", "shared", "ops", "crm", "drop"]
    assert settings.home == "lake"


def test_the_catalogs_of_others_on_the_page_load(tmp_path):
    from jupyter_mesh.settings import RestSettings, load

    text = next(block for block in blocks("yaml") if "type: iceberg-rest" in block)
    (tmp_path / "mesh.yaml").write_text(text)
    lake = load(tmp_path, environ={}).catalogs["lake"]
    assert isinstance(lake, RestSettings)
    assert (lake.warehouse, lake.flavour) == ("analytics", "plain")


def test_the_gates_of_the_page_load(tmp_path):
    from jupyter_mesh.policy.rules import gates_for

    (text,) = [block for block in blocks("yaml") if block.startswith("# policy/gates.yaml")]
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "gates.yaml").write_text(text)
    names = [
        gate.name for gate in gates_for(tmp_path / "policy", tmp_path / "products", "shop")
    ]
    assert {"checks", "version", "owner", "secrets"} <= set(names)


def test_the_contract_of_the_page_is_one():
    from jupyter_mesh.formats.odcs import read_contract

    (text,) = [block for block in blocks("yaml") if block.startswith("# contracts/")]
    contract = read_contract(text, "orders.odcs.yaml")
    assert [column.name for column in contract.columns] == ["country", "revenue"]
    assert {"revenue-known", "some-countries", "nothing-negative"} <= {
        rule.id for rule in contract.rules
    }


@pytest.mark.long
@pytest.mark.parametrize("statement", blocks("sql"))
def test_every_statement_is_answered(demo_folder, statement):
    from jupyter_mesh.mesh import Mesh

    with Mesh.open(demo_folder) as mesh:
        assert mesh.query(statement).rows()


def test_every_error_is_explained_with_its_exit_code():
    page = (ROOT / "docs" / "errors.md").read_text()
    told = dict(re.findall(r"^\| `(\w+)` \| .* \| (\d+) \|$", page, re.MULTILINE))
    kinds = {
        name: str(kind.exit_code)
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.MeshError) and name != "MeshError"
    }
    assert told == kinds


def test_every_link_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"
