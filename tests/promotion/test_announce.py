import json

import pytest

from jupyter_mesh.formats.release import from_record
from jupyter_mesh.promotion.announce import announcers, deliver
from jupyter_mesh.testing.fakes import FakeAnnouncer


@pytest.fixture
def release(stage, tmp_path):
    stage.announcers[:] = []
    stage.catalog.kinds = ("tags", "lineage", "record", "report", "somebody else's")
    return stage.promote()


def told(stage, tmp_path, found):
    return deliver(stage.catalog, found, lambda name: str(tmp_path))


def test_the_built_in_announcers_write_beside_the_product(stage, release, tmp_path):
    found = announcers(stage.catalog, lambda release: f"<h1>{release.version}</h1>")
    lines = told(stage, tmp_path, found)
    assert [line.error for line in lines] == ["", "", "", ""]
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == [
        "1.0.0.gx.json",
        "1.0.0.html",
        "1.0.0.json",
        "1.0.0.openlineage.jsonl",
    ]
    assert "tag 1.0.0" in stage.made
    record = json.loads((tmp_path / "releases" / "1.0.0.json").read_text())
    assert from_record(record).digest == release.digest
    checks = json.loads((tmp_path / "releases" / "1.0.0.gx.json").read_text())
    assert len(checks["results"]) == len(release.checks)


def test_a_kind_that_nobody_tells_is_left(stage, release, tmp_path):
    told(stage, tmp_path, announcers(stage.catalog, lambda release: ""))
    assert [notice.kind for notice in stage.catalog.outbox()] == ["somebody else's"]


def test_telling_twice_writes_the_same(stage, release, tmp_path):
    found = announcers(stage.catalog, lambda release: "report")
    for announcer in found:
        announcer.announce(release, str(tmp_path))
    before = {path.name: path.read_bytes() for path in (tmp_path / "releases").iterdir()}
    for announcer in found:
        announcer.announce(release, str(tmp_path))
    after = {path.name: path.read_bytes() for path in (tmp_path / "releases").iterdir()}
    assert before == after


def test_one_that_fails_does_not_keep_the_others_from_being_told(stage, release, tmp_path):
    good = FakeAnnouncer("record")
    stage.calls.failures["announce tags"] = ValueError("no such server")
    lines = told(stage, tmp_path, [FakeAnnouncer("tags", stage.calls), good])
    assert [line.error for line in lines] == ["ValueError: no such server", ""]
    assert good.told
    assert [notice.attempts for notice in stage.catalog.outbox() if notice.kind == "tags"] == [
        1
    ]


def test_a_folder_that_cannot_be_written_is_an_error_to_be_tried_again(
    stage, release, tmp_path
):
    (tmp_path / "releases").write_text("a file where the folder should be")
    lines = told(stage, tmp_path, announcers(stage.catalog))
    assert [bool(line.error) for line in lines] == [False, True, True]
