import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from jupyter_mesh.formats.records import record
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.policy import Actor, Decision, Reason
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import Obstacle, Run
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.model.versions import Change, ReleaseRef
from jupyter_mesh.testing.mesh import LARGE, PRODUCT, ScriptedMesh, release


def test_names_versions_and_types_are_words():
    words = [TableName("a", "b", "C"), ReleaseRef.parse("x/y@^1"), TrinoType.parse("bigint")]
    assert record(words) == ['a.b."C"', "x/y@^1", "bigint"]
    assert record(Change.MAJOR) == "major"
    assert record(Actor("ana", ("staff",))) == "ana"


def test_every_noun_is_json():
    mesh = ScriptedMesh()
    nouns = [
        *(release(), mesh.plan("a/b"), mesh.diff("a", "b"), mesh.describe("x"), PRODUCT),
        *(mesh.session, mesh.land("x", "a.b.c"), mesh.stage("p", None), mesh.check("a")),
        Decision((Reason("owner", "nobody"),)),
    ]
    for noun in nouns:
        written = record(noun)
        assert json.loads(json.dumps(written)) == written


def test_a_release_tells_its_tables_exactly():
    written = record(release())
    assert written["tables"] == [
        {
            "port": "carriers",
            "table": "lake.aviation_delays.carriers",
            "snapshot_id": LARGE,
            "rows": 3,
            "uuid": "u",
            "metadata_location": "file:///x/v1.json",
        }
    ]
    assert (written["change"], written["reason"]) == ("minor", "the first release")


def test_a_run_leaves_the_environment_out():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    run = Run("r", "n.ipynb", "d", "e.ipynb", "d", now, now, {"month": 3}, ("pandas==3",) * 500)
    assert "environment" not in record(run)
    assert record(run)["parameters"] == {"month": 3}


def test_long_texts_and_secrets_are_left_out():
    @dataclass(frozen=True)
    class Noun:
        name: str
        text: str = field(repr=False)

    assert record(Noun("a", "long")) == {"name": "a"}


def test_rows_and_places_are_kept():
    check = CheckResult("p", "r", Outcome.NOT_EVALUATED, "why", rows=({"a": None},))
    assert record(check)["outcome"] == "not evaluated"
    assert record(check)["rows"] == [{"a": None}]
    assert record(Obstacle("hidden state", cell=3, line=2))["cell"] == 3
