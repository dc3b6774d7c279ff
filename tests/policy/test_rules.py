from __future__ import annotations

import pytest

from jupyter_mesh.errors import ConfigError, DescriptorError
from jupyter_mesh.policy.gates import ChecksMustPass
from jupyter_mesh.policy.rules import gates_for


@pytest.fixture
def mesh(tmp_path):
    """Write gates.yaml for the mesh and for the domain aviation; answer the gates."""

    def make(whole="", domain=""):
        for folder, text in (("policy", whole), ("products/aviation/policy", domain)):
            path = tmp_path / folder
            path.mkdir(parents=True, exist_ok=True)
            if text:
                (path / "gates.yaml").write_text(text)
        return gates_for(tmp_path / "policy", tmp_path / "products", "aviation")

    return make


def test_without_a_file_the_usual_gates_stand(mesh, tmp_path):
    gates = mesh()
    assert [gate.name for gate in gates] == ["checks", "version", "owner", "secrets"]
    assert gates[0] == ChecksMustPass(not_evaluated_blocks=True, warnings_block=False)


def test_the_mesh_may_open_and_close_gates(mesh):
    gates = mesh("owner: optional\ndescriptions: required\nnot_evaluated: allow\n")
    assert [gate.name for gate in gates] == ["checks", "version", "secrets", "descriptions"]
    assert gates[0] == ChecksMustPass(not_evaluated_blocks=False, warnings_block=False)


def test_a_domain_may_ask_for_more(mesh):
    gates = mesh("owner: optional\n", "owner: required\nwarnings: block\n")
    assert [gate.name for gate in gates] == ["checks", "version", "owner", "secrets"]
    assert gates[0] == ChecksMustPass(not_evaluated_blocks=True, warnings_block=True)


@pytest.mark.parametrize(
    ("whole", "domain", "line"),
    [
        ("warnings: block\n", "# ours\nwarnings: allow\n", 2),
        ("", "owner: optional\n", 1),
        ("secrets: block\n", "version: block\nsecrets: allow\n", 2),
    ],
)
def test_a_domain_may_not_ask_for_less(mesh, whole, domain, line):
    with pytest.raises(ConfigError) as caught:
        mesh(whole, domain)
    assert f"aviation/policy/gates.yaml:{line}: " in caught.value.message
    assert "never for less" in caught.value.remedy


def test_a_domain_may_repeat_what_the_mesh_says(mesh):
    assert len(mesh("owner: optional\n", "owner: optional\n")) == 3


def test_an_unknown_setting_offers_the_nearest(mesh):
    with pytest.raises(DescriptorError) as caught:
        mesh("owner: required\nwarning: block\n")
    assert caught.value.line == 2
    assert "Did you mean warnings?" in caught.value.remedy


@pytest.mark.parametrize("word", ["maybe", "true", "[block]"])
def test_an_unknown_word_says_which_there_are(mesh, word):
    with pytest.raises(DescriptorError, match="expected block or allow"):
        mesh(f"warnings: {word}\n")
