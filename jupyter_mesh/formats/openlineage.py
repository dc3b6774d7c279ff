"""A release as OpenLineage events (specification 2-0-2), one JSON object an event.

The shapes are written here, not taken from the standard's client: importing that costs more
than a second. Facet names and versions are those of its specification.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from jupyter_mesh.model.contract import Severity
from jupyter_mesh.model.lineage import EventType
from jupyter_mesh.model.quality import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import PortSnapshot, Release
    from jupyter_mesh.model.tables import Pin

PRODUCER = "urn:jupyter-mesh"
EVENT_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = "https://openlineage.io/spec/facets"
NAMESPACE = "mesh://local"


def to_lines(release: Release, namespace: str = NAMESPACE) -> str:
    """The events of a release as JSON lines: one when its run began, one when it was public.

    `namespace` tells this mesh's tables and jobs from another's.
    """
    began = release.run.started if release.run else release.created
    events = (
        _event(EventType.START, began, release, namespace, outputs=[]),
        _event(
            EventType.COMPLETE,
            release.created,
            release,
            namespace,
            outputs=[_output(output, release, namespace) for output in release.outputs],
        ),
    )
    return "".join(json.dumps(event) + "\n" for event in events)


def _event(
    kind: EventType,
    at: datetime,
    release: Release,
    namespace: str,
    outputs: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "eventType": kind.value,
        "eventTime": at.isoformat(),
        "producer": PRODUCER,
        "schemaURL": EVENT_SCHEMA,
        "run": {"runId": run_uuid(release), "facets": _run_facets(release)},
        "job": {
            "namespace": namespace,
            "name": str(release.product),
            "facets": {
                "jobType": _facet(
                    "2-0-4/JobTypeJobFacet",
                    processingType="BATCH",
                    integration="JUPYTER_MESH",
                    jobType=release.kind.upper(),
                )
            },
        },
        "inputs": [_input(pin, namespace) for pin in release.inputs],
        "outputs": outputs,
    }


def run_uuid(release: Release) -> str:
    """The run's identity as the standard wants it; a rollback ran nothing and gets its own."""
    text = release.run.run_id if release.run else f"{release.product}@{release.version}"
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, text))


def _run_facets(release: Release) -> dict[str, Any]:
    tags = {
        "release": f"{release.product}@{release.version}",
        "actor": str(release.actor),
        "digest": release.digest,
        "notebook": release.run.digest if release.run else "",
    }
    return {"tags": _facet("1-0-0/TagsRunFacet", tags=_tags(tags))}


def _input(pin: Pin, namespace: str) -> dict[str, Any]:
    version = pin.digest if pin.snapshot_id is None else str(pin.snapshot_id)
    facets: dict[str, Any] = {}
    if version:
        facets["version"] = _facet("1-0-1/DatasetVersionDatasetFacet", datasetVersion=version)
    if pin.release:
        tags = _tags({"release": pin.release})
        facets["tags"] = _facet("1-0-0/TagsDatasetFacet", tags=tags)
    return {"namespace": namespace, "name": str(pin.table), "facets": facets}


def _output(output: PortSnapshot, release: Release, namespace: str) -> dict[str, Any]:
    snapshot = output.snapshot
    columns = [
        {"name": column.name, "type": str(column.type), "ordinal_position": position}
        | ({"description": column.description} if column.description else {})
        for position, column in enumerate(snapshot.columns, start=1)
    ]
    tags = {"release": f"{release.product}@{release.version}", "port": output.port}
    facets = {
        "version": _facet(
            "1-0-1/DatasetVersionDatasetFacet", datasetVersion=str(snapshot.snapshot_id or "")
        ),
        "schema": _facet("1-2-0/SchemaDatasetFacet", fields=columns),
        "tags": _facet("1-0-0/TagsDatasetFacet", tags=_tags(tags)),
    }
    assertions = [_assertion(check) for check in release.checks if check.port == output.port]
    if assertions:
        facets["dataQualityAssertions"] = _facet(
            "1-1-0/DataQualityAssertionsDatasetFacet", assertions=assertions
        )
    statistics = {} if snapshot.rows is None else {"rowCount": snapshot.rows}
    return {
        "namespace": namespace,
        "name": str(snapshot.table),
        "facets": facets,
        "outputFacets": {
            "outputStatistics": _facet("1-0-2/OutputStatisticsOutputDatasetFacet", **statistics)
        },
    }


def _assertion(check: CheckResult) -> dict[str, Any]:
    """One check; failing rows stay out, they may hold what not everybody may see."""
    told = {
        "assertion": check.metric or check.rule,
        "success": check.outcome is Outcome.PASSED,
        "name": check.rule,
        "severity": "error" if check.severity is Severity.CRITICAL else "warn",
        "column": check.column,
        "description": check.message,
        "expected": check.expected,
        "actual": "" if check.observed is None else str(check.observed),
    }
    return {key: value for key, value in told.items() if value != ""}


def _tags(pairs: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"key": key, "value": value, "source": "JUPYTER_MESH"}
        for key, value in pairs.items()
        if value
    ]


def _facet(schema: str, **content: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    url = f"{FACETS}/{schema}.json#/$defs/{schema.partition('/')[2]}"
    return {"_producer": PRODUCER, "_schemaURL": url, **content}
