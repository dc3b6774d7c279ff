import json
import sys
from dataclasses import replace
from datetime import UTC, datetime

import attr
import pytest
from openlineage.client import event_v2, facet_v2
from openlineage.client.facet_v2 import data_quality_assertions_dataset as assertions
from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics

from jupyter_mesh.formats.openlineage import run_uuid
from jupyter_mesh.lineage.openlineage import OpenLineageFile
from jupyter_mesh.model.contract import Column, Severity
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import PortSnapshot, Release, Run
from jupyter_mesh.model.tables import Pin, Snapshot
from jupyter_mesh.model.types import BIGINT, VARCHAR
from jupyter_mesh.model.versions import Version

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FLIGHTS, AIRLINES = TableName("lake", "raw", "flights"), TableName("ops", "main", "airlines")
CARRIERS = TableName("lake", "aviation_delays", "carriers")
FACETS = {
    "tags": {
        "run": facet_v2.tags_run.TagsRunFacet,
        "dataset": facet_v2.tags_dataset.TagsDatasetFacet,
    },
    "jobType": facet_v2.job_type_job.JobTypeJobFacet,
    "version": facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet,
    "schema": facet_v2.schema_dataset.SchemaDatasetFacet,
    "outputStatistics": statistics.OutputStatisticsOutputDatasetFacet,
    "dataQualityAssertions": assertions.DataQualityAssertionsDatasetFacet,
}


@pytest.fixture
def release():
    columns = (Column("id", BIGINT, description="the carrier"), Column("name", VARCHAR))
    snapshot = Snapshot(CARRIERS, "v1.json", "u", 42, 0, 16, columns)
    checks = (
        CheckResult(
            "carriers", "id.required", Outcome.PASSED, "no nulls", "id", "nullValues", 0
        ),
        CheckResult(
            "carriers",
            "few",
            Outcome.FAILED,
            "16 rows",
            metric="rowCount",
            observed=16,
            expected="less than 10",
            severity=Severity.WARNING,
            rows=({"id": "not for everybody"},),
        ),
    )
    run = Run("0" * 31 + "1", "delays.ipynb", "d0", "x", "d1", AT, AT)
    return Release(
        ProductName("aviation", "delays"),
        Version(1, 2, 0, 3),
        AT,
        Actor("ana"),
        (PortSnapshot("carriers", snapshot),),
        (Pin(FLIGHTS, 7, release="raw/flights@1.0.0"), Pin(AIRLINES, digest="abc")),
        run,
        checks=checks,
        digest="d2",
    )


def events(release, folder, **settings):
    OpenLineageFile(**settings).announce(release, str(folder))
    path = folder / "releases" / f"{release.version}.openlineage.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def facets_of(event):
    yield from (("run", *pair) for pair in event["run"]["facets"].items())
    yield from (("job", *pair) for pair in event["job"]["facets"].items())
    for dataset in (*event["inputs"], *event["outputs"]):
        yield from (("dataset", *pair) for pair in dataset["facets"].items())
        yield from (("dataset", *pair) for pair in dataset.get("outputFacets", {}).items())


def test_a_release_is_a_start_and_a_complete_event_of_one_run(release, tmp_path):
    start, complete = events(release, tmp_path, namespace="mesh://flights")
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert complete["job"]["namespace"] == "mesh://flights"
    assert [d["name"] for d in complete["inputs"]] == ["lake.raw.flights", "ops.main.airlines"]
    assert [d["name"] for d in complete["outputs"]] == ["lake.aviation_delays.carriers"]
    assert start["outputs"] == []
    first, second = complete["inputs"]
    assert first["facets"]["version"]["datasetVersion"] == "7"
    assert first["facets"]["tags"]["tags"][0]["value"] == "raw/flights@1.0.0"
    assert second["facets"]["version"]["datasetVersion"] == "abc"
    (output,) = complete["outputs"]
    assert output["facets"]["version"]["datasetVersion"] == "42"
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 16
    told = output["facets"]["dataQualityAssertions"]["assertions"]
    assert [(a["success"], a["severity"]) for a in told] == [
        (True, "error"),
        (False, "warn"),
    ]


def test_failing_rows_are_not_told_to_others(release, tmp_path):
    assert "not for everybody" not in json.dumps(events(release, tmp_path))


def test_the_standards_own_client_accepts_every_event_and_facet(release, tmp_path):
    for event in events(release, tmp_path):
        built = event_v2.RunEvent(
            eventTime=event["eventTime"],
            producer=event["producer"],
            run=event_v2.Run(runId=event["run"]["runId"]),
            job=event_v2.Job(event["job"]["namespace"], event["job"]["name"]),
            eventType=event_v2.RunState[event["eventType"]],
            inputs=[event_v2.InputDataset(d["namespace"], d["name"]) for d in event["inputs"]],
            outputs=[
                event_v2.OutputDataset(d["namespace"], d["name"]) for d in event["outputs"]
            ],
        )
        assert built.schemaURL == event["schemaURL"]
        seen = list(facets_of(event))
        assert seen
        for kind, name, facet in seen:
            known = FACETS[name]
            check_facet(known[kind] if isinstance(known, dict) else known, facet)


def check_facet(known, facet):
    """Every key is the standard's, every required one is there, the schema is its own."""
    content = {key: value for key, value in facet.items() if not key.startswith("_")}
    names = {field.name: field for field in attr.fields(known)}
    assert content.keys() <= names.keys()
    assert known(**content)._get_schema() == facet["_schemaURL"]
    items = {
        "tags": ("tags", "TagsRunFacetFields", "TagsDatasetFacetFields"),
        "fields": ("fields", "SchemaDatasetFacetFields"),
        "assertions": ("assertions", "Assertion"),
    }
    module = sys.modules[known.__module__]
    for key, (_name, *classes) in items.items():
        item = next((getattr(module, name) for name in classes if hasattr(module, name)), None)
        for value in content.get(key, ()):
            item(**value)


def test_a_rollback_ran_nothing_and_still_has_a_run_of_its_own(release, tmp_path):
    back = replace(release, run=None, kind="rollback", version=Version(1, 2, 0, 4))
    other = replace(back, version=Version(1, 2, 0, 5))
    assert run_uuid(back) != run_uuid(other)
    complete = events(back, tmp_path)[1]
    assert complete["job"]["facets"]["jobType"]["jobType"] == "ROLLBACK"


def test_every_event_is_one_line_whatever_the_texts_hold(release, tmp_path):
    checks = tuple(replace(check, message="two\nlines\u2028three") for check in release.checks)
    assert len(events(replace(release, checks=checks), tmp_path)) == 2
