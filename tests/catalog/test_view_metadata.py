"""Promises about a view's metadata: made and changed as other engines expect it."""

import pytest
from pydantic import ValidationError

from jupyter_mesh.catalog.view_metadata import new_view, updated
from jupyter_mesh.errors import ConflictError, InputError

SCHEMA = {
    "type": "struct",
    "fields": [{"id": 1, "name": "n", "type": "long", "required": False}],
}
OTHER = {
    "type": "struct",
    "fields": [{"id": 1, "name": "m", "type": "string", "required": False}],
}


def version(sql, **known):
    return {
        "version-id": 1,
        "schema-id": 0,
        "timestamp-ms": 1,
        "summary": {"engine-name": "test"},
        "representations": [{"type": "sql", "sql": sql, "dialect": "trino"}],
        "default-namespace": ["raw"],
        **known,
    }


@pytest.fixture
def view():
    return new_view("file:///wh/v", SCHEMA, version("SELECT 1"), {"comment": "one"})


def sql_of(view):
    [current] = [v for v in view["versions"] if v["version-id"] == view["current-version-id"]]
    return current["representations"][0]["sql"]


def replaced(view, sql, number=2, schema=-1, current=-1):
    return updated(
        view,
        [{"type": "assert-view-uuid", "uuid": view["view-uuid"]}],
        [
            {"action": "add-schema", "schema": OTHER},
            {
                "action": "add-view-version",
                "view-version": version(sql, **{"version-id": number, "schema-id": schema}),
            },
            {"action": "set-current-view-version", "view-version-id": current},
        ],
    )


def test_a_new_view_is_whole(view):
    assert view["format-version"] == 1
    assert view["properties"] == {"comment": "one"}
    assert sql_of(view) == "SELECT 1"
    assert [entry["version-id"] for entry in view["version-log"]] == [1]


@pytest.mark.parametrize(("number", "current"), [(2, -1), (2, 2), (1, 1), (9, 9), (9, -1)])
def test_a_new_version_becomes_current_however_the_client_counts(view, number, current):
    after = replaced(view, "SELECT 2", number, current=current)
    assert sql_of(after) == "SELECT 2"
    assert after["view-uuid"] == view["view-uuid"]
    assert [v["version-id"] for v in after["versions"]] == [1, 2]
    [newest] = [v for v in after["versions"] if v["version-id"] == 2]
    assert newest["schema-id"] == 1
    assert sql_of(view) == "SELECT 1"


def test_an_older_version_can_be_current_again(view):
    after = updated(
        replaced(view, "SELECT 2"),
        [],
        [{"action": "set-current-view-version", "view-version-id": 1}],
    )
    assert sql_of(after) == "SELECT 1"
    assert [entry["version-id"] for entry in after["version-log"]] == [1, 2, 1]


def test_properties_come_and_go(view):
    after = updated(
        view,
        [],
        [
            {"action": "set-properties", "updates": {"a": "b"}},
            {"action": "remove-properties", "removals": ["comment", "gone"]},
        ],
    )
    assert after["properties"] == {"a": "b"}


def test_the_place_of_a_view_is_the_catalogs_to_give(view):
    after = updated(view, [], [{"action": "set-location", "location": "file:///etc"}])
    assert after["location"] == view["location"]


def test_only_so_many_versions_are_kept(view):
    for number in range(30):
        view = replaced(view, f"SELECT {number}")
    assert len(view["versions"]) == 10
    assert sql_of(view) == "SELECT 29"
    assert len(view["schemas"]) == 2


def test_a_view_that_was_made_anew_is_another(view):
    with pytest.raises(ConflictError):
        updated(view, [{"type": "assert-view-uuid", "uuid": "another"}], [])


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"action": "fly"},
        {"action": "add-schema"},
        {"action": "add-view-version"},
        {"action": "add-view-version", "view-version": {"schema-id": 7}},
        {"action": "set-current-view-version", "view-version-id": 9},
        {"action": "set-properties", "updates": None},
    ],
)
def test_an_update_that_makes_no_sense_is_refused(view, update):
    with pytest.raises(InputError):
        updated(view, [], [update])
    with pytest.raises(InputError):
        updated(view, [{"type": "assert-ref-snapshot-id"}], [])


def test_a_version_without_a_statement_is_refused():
    with pytest.raises(ValidationError):
        new_view("file:///wh/v", SCHEMA, {"version-id": 1}, {})
