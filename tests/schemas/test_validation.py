"""Our validator against the usual one, and the sentences it says."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.schemas.keywords import LIMITS, SILENT
from jupyter_mesh.schemas.validation import faults, shipped

NAMES = ["mesh", "odcs-v3.2.0", "odps-v1.0.0", "jupyterMesh"]
SPOKEN = {
    *("$ref", "type", "const", "enum", "required", "properties", "additionalProperties"),
    *("propertyNames", "items", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
    *("unevaluatedProperties", *LIMITS, *SILENT),
}
MESH = {
    "name": "m",
    "user": {"name": "ana", "groups": ["ops"]},
    "engine": "embedded",
    "engines": {"embedded": {"kind": "embedded", "memory": "2GB", "threads": 2}},
    "catalogs": {
        "lake": {
            "type": "iceberg",
            "uri": "sqlite:///c.db",
            "storage": {"endpoint": "https://s3", "access_key": "${env:A}"},
        },
        "ops": {"type": "sqlite", "path": "ops.db"},
        "pg": {"type": "postgresql", "host": "h", "database": "d", "user": "u", "port": 1},
        "drop": {"type": "files", "path": "data"},
    },
    "home": "lake",
    "cell_timeout": 60,
}
CONTRACT = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "c",
    "version": "1.0.0",
    "status": "active",
    "description": {"purpose": "p"},
    "team": {"name": "t", "members": [{"username": "ana"}]},
    "schema": [
        {
            "name": "t",
            "properties": [
                {
                    "name": "x",
                    "logicalType": "integer",
                    "physicalType": "bigint",
                    "logicalTypeOptions": {"minimum": 1},
                    "quality": [{"metric": "nullValues", "mustBe": 0, "unit": "rows"}],
                    "relationships": [{"to": "other.x"}],
                    "customProperties": [{"property": "unit", "value": "m"}],
                },
                {"name": "y", "logicalType": "array", "items": {"logicalType": "string"}},
            ],
            "quality": [
                {"type": "sql", "query": "SELECT 1", "mustBeBetween": [1, 2]},
                {"type": "custom", "engine": "e", "implementation": {"a": 1}},
                {"type": "text", "description": "d"},
            ],
        }
    ],
    "slaProperties": [{"property": "latency", "value": 4, "unit": "d"}],
}
PRODUCT = {
    "apiVersion": "v1.0.0",
    "kind": "DataProduct",
    "id": "p",
    "status": "draft",
    "inputPorts": [{"name": "i", "version": "1", "contractId": "c"}],
    "outputPorts": [{"name": "o", "version": "1", "customProperties": []}],
    "team": {"members": [{"username": "ana", "role": "owner"}]},
}
SAMPLES = {"mesh": MESH, "odcs-v3.2.0": CONTRACT, "odps-v1.0.0": PRODUCT}


def words_of(schema):
    """Every keyword that a schema uses, at any depth."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            # The standard keeps its kinds of servers one level deeper than other definitions.
            if not key.endswith("Server"):
                yield key
            if key in {"properties", "$defs"}:
                for below in value.values():
                    yield from words_of(below)
            elif key not in {"examples", "default", "const", "enum", "required"}:
                yield from words_of(value)
    elif isinstance(schema, list):
        for below in schema:
            yield from words_of(below)


def oracle(schema, value):
    from jsonschema import Draft201909Validator

    return Draft201909Validator(schema).is_valid(value)


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_a_shipped_schema_is_understood(name):
    assert set(words_of(shipped(name))) <= SPOKEN


@pytest.mark.parametrize("name", NAMES)
def test_shipped_schemas_are_schemas(name):
    from jsonschema import Draft201909Validator

    Draft201909Validator.check_schema(shipped(name))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_right_document_has_no_fault(name):
    assert faults(shipped(name), SAMPLES[name]) == []
    assert oracle(shipped(name), SAMPLES[name])


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(below, (*path, key))


def mutated(value, path, how):
    """The document with one thing wrong, or merely different, in one place."""
    value = copy.deepcopy(value)
    if not path:
        return value | {"surplus": 1} if how == "surplus" else value
    node = value
    for part in path[:-1]:
        node = node[part]
    if how == "remove":
        del node[path[-1]]
    elif how == "surplus" and isinstance(node[path[-1]], dict):
        node[path[-1]]["surplus"] = 1
    elif how == "repeat" and isinstance(node[path[-1]], list):
        node[path[-1]] = node[path[-1]] * 2
    elif how not in ("surplus", "repeat"):
        node[path[-1]] = how
    return value


HOW = st.sampled_from(
    ["remove", "surplus", "repeat", None, True, 3, -1, 2.5, "", "some words", [], {}, [1, 1]]
)


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_verdicts_are_those_of_the_usual_validator(name, data):
    sample = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 2))):
        where = data.draw(st.sampled_from(list(places(sample))))
        sample = mutated(sample, where, data.draw(HOW))
    assert (not faults(shipped(name), sample)) == oracle(shipped(name), sample), sample


def said(schema, value):
    return [(".".join(map(str, f.path)), f.text, f.remedy) for f in faults(schema, value)]


def test_an_unknown_key_offers_the_nearest_known_one():
    found = said(shipped("mesh"), {"catalogs": {"a": {"type": "iceberg", "warehose": "x"}}})
    assert found == [("catalogs.a.warehose", "there is no such key", "Did you mean warehouse?")]


def test_an_unknown_key_without_a_near_one_lists_what_is_known():
    schema = {"properties": {"alpha": {}, "beta": {}}, "additionalProperties": False}
    assert said(schema, {"zzz": 1})[0][2] == "Known here: alpha, beta."


def test_a_wrong_value_is_told_in_the_words_of_its_key():
    found = said(
        shipped("mesh"), MESH | {"engines": {"e": {"kind": "embedded", "memory": "lots"}}}
    )
    assert found[0][:2] == ("engines.e.memory", "expected a size such as 2GB, found 'lots'")


def test_a_secret_value_is_never_shown():
    catalogs = {"a": {"type": "iceberg", "password": "hunter2"}}
    assert "hunter2" not in json.dumps(said(shipped("mesh"), {"catalogs": catalogs}))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"metric": "nullValues"}, "found none of them"),
        ({"metric": "nullValues", "mustBe": 0, "mustNotBe": 1}, "found mustBe and mustNotBe"),
    ],
)
def test_exactly_one_operator_is_asked_for(rule, text):
    contract = copy.deepcopy(CONTRACT)
    contract["schema"][0]["quality"] = [rule]
    found = said(shipped("odcs-v3.2.0"), contract)
    assert len(found) == 1
    assert found[0][0] == "schema.0.quality.0"
    assert found[0][1].startswith("expected exactly one of mustBe, mustNotBe, ")
    assert found[0][1].endswith(text)


def test_all_faults_are_told_not_just_the_first():
    found = said(shipped("odps-v1.0.0"), {"kind": "Produkt", "id": 3, "outputPorts": [{}]})
    assert {path for path, _, _ in found} == {
        *("kind", "id", "apiVersion", "status", "outputPorts.0.name", "outputPorts.0.version")
    }
