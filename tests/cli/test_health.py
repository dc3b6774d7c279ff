"""What there is and how it is, in a shell."""

import json

from jupyter_mesh.model.health import Condition, Health

GOOD = Condition("catalog lake", Health.GOOD, "SQLite")
BAD = Condition("engine trino", Health.BAD, "Nobody answers.", "mesh stack up trino")


def test_the_engines_are_listed(run):
    ended = run("engines", "--json")
    assert ended.exit_code == 0
    assert json.loads(ended.stdout)[0]["name"] == "embedded"


def test_a_sound_mesh_ends_well(run, fake):
    fake.conditions = [GOOD]
    ended = run("doctor")
    assert ended.exit_code == 0
    assert "SQLite" in ended.stdout


def test_what_is_ill_ends_with_its_remedy_and_a_code(run, fake):
    fake.conditions = [GOOD, BAD]
    ended = run("doctor")
    assert ended.exit_code == 5
    assert "mesh stack up trino" in ended.stdout
