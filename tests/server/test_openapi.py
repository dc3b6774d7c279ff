"""Promises of the OpenAPI document: it is whole, and no input breaks it."""

from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jupyter_mesh.server.openapi import document
from jupyter_mesh.server.routes import ROUTES, table

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def test_it_is_valid_and_tells_every_route():
    found = document(table("/hub/"), "/hub/mesh/api")
    OpenAPIV31SpecValidator(found).validate()
    told = {
        (method.upper(), path) for path, verbs in found["paths"].items() for method in verbs
    }
    assert {(route.method, f"/{route.path}") for route in ROUTES} <= told
    assert ("GET", "/openapi.json") in told


def hold(operation, mode, headers):
    """Ask one route so many things, and look at each answer."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        # Tornado hangs up on an address of 64 kB, as any server does, before we see it.
        assume(len(urlencode(case.query or {})) < 60_000)
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)

    ask()


@pytest.mark.long
def test_no_input_breaks_a_route(server):
    found = server.ask("openapi.json")
    schema = schemathesis.openapi.from_dict(found)
    schema.config.update(base_url=server.base)
    faults = []
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            try:
                hold(operation, mode, server.headers)
            except Exception as error:
                faults.append(f"{operation.label} {mode.value}: {error}")
    assert not faults, "\n\n".join(faults)
    log = (server.folder / "server.log").read_text()
    assert "Traceback" not in log, log[log.index("Traceback") :][:3000]
