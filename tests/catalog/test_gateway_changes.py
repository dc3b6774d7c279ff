import json
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

ROWS = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "name": ["a", "b", None]})


def fill(client, name="raw.t"):
    table = client.create_table(name, ROWS.schema)
    table.append(ROWS)
    return table


def rows(client, name="raw.t"):
    found = client.load_table(name).scan().to_arrow().sort_by("id")
    return found.to_pylist()


def test_what_keeps_shared_files_safe_is_forced(client):
    catalog = client()
    wish = {
        "gc.enabled": "true",
        "write.metadata.delete-after-commit.enabled": "true",
        "own": "1",
    }
    table = catalog.create_table("raw.t", ROWS.schema, properties=wish)
    with table.transaction() as change:
        change.set_properties({"gc.enabled": "true"})
    found = catalog.load_table("raw.t")
    assert found.properties["gc.enabled"] == "false"
    assert found.properties["write.metadata.delete-after-commit.enabled"] == "false"
    assert found.properties["own"] == "1"
    assert found.metadata.format_version == 2


@pytest.mark.parametrize("version", ["1", "3"])
def test_other_format_versions_are_refused(client, version):
    from pyiceberg.exceptions import BadRequestError

    with pytest.raises(BadRequestError, match="format version 2"):
        client().create_table("raw.t", ROWS.schema, properties={"format-version": version})


def test_a_table_cannot_be_put_outside_the_warehouse(client, ask, tmp_path):
    catalog = client()
    table = fill(catalog)
    for wish in (f"file://{tmp_path}/elsewhere", f"{table.location()}/../../../elsewhere"):
        body = {"updates": [{"action": "set-location", "location": wish}]}
        status, answer = ask("POST", "/v1/lake/namespaces/raw/tables/t", body)
        assert status == 400
        assert "inside the warehouse" in answer["error"]["message"]
    made = catalog.create_table("raw.u", ROWS.schema, location=f"file://{tmp_path}/elsewhere")
    assert made.location().startswith(f"file://{tmp_path}/warehouse/")


def commit_of(table, branch_point):
    """What appending does to a table, as the protocol's table change."""
    return {
        "identifier": {"namespace": ["raw"], "name": table},
        "requirements": [
            {"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": branch_point}
        ],
        "updates": [{"action": "set-properties", "updates": {"touched": "yes"}}],
    }


def test_a_transaction_over_two_tables_is_all_or_nothing(client, ask, tmp_path):
    catalog = client()
    first, second = fill(catalog, "raw.a"), fill(catalog, "raw.b")
    heads = [table.metadata.current_snapshot_id for table in (first, second)]
    second.append(ROWS)
    changes = {"table-changes": [commit_of("a", heads[0]), commit_of("b", heads[1])]}
    status, answer = ask("POST", "/v1/lake/transactions/commit", changes)
    assert (status, answer["error"]["type"]) == (409, "CommitFailedException")
    assert "touched" not in catalog.load_table("raw.a").properties
    fresh = catalog.load_table("raw.b").metadata.current_snapshot_id
    changes = {"table-changes": [commit_of("a", heads[0]), commit_of("b", fresh)]}
    assert ask("POST", "/v1/lake/transactions/commit", changes)[0] == 204
    for name in ("raw.a", "raw.b"):
        assert catalog.load_table(name).properties["touched"] == "yes"


def test_two_changes_of_one_table_in_a_transaction_are_one_step(client, ask):
    table = fill(client())
    head = table.metadata.current_snapshot_id
    one, other = commit_of("t", head), commit_of("t", head)
    other["updates"][0]["updates"] = {"again": "yes"}
    body = {"table-changes": [one, other]}
    assert ask("POST", "/v1/lake/transactions/commit", body)[0] == 204
    found = client().load_table("raw.t")
    assert {"touched", "again"} <= found.properties.keys()
    assert found.metadata.metadata_log[-1].metadata_file == table.metadata_location


def test_a_change_overtaken_between_reading_and_writing_is_a_conflict(
    client, local_lake, monkeypatch
):
    from pyiceberg.exceptions import CommitFailedException

    table = fill(client())
    write = local_lake.write_metadata
    overtaken = []

    def overtake(metadata, base=None):
        place = write(metadata, base)
        if not overtaken:
            overtaken.append(True)
            client().load_table("raw.t").append(ROWS)
        return place

    monkeypatch.setattr(local_lake, "write_metadata", overtake)
    with pytest.raises(CommitFailedException), table.transaction() as change:
        change.set_properties({"mine": "yes"})
    found = client().load_table("raw.t")
    assert "mine" not in found.properties
    assert len(rows(client())) == 6


def test_a_snapshot_made_from_an_older_state_is_refused_even_unasked(client, ask):
    catalog = client()
    table = fill(catalog)
    old = table.metadata.current_snapshot()
    table.append(ROWS)
    late = json.loads(old.model_dump_json())
    late |= {"snapshot-id": 7, "sequence-number": 9, "parent-snapshot-id": old.snapshot_id}
    reference = {
        "action": "set-snapshot-ref",
        "ref-name": "main",
        "type": "branch",
        "snapshot-id": 7,
    }
    body = {"updates": [{"action": "add-snapshot", "snapshot": late}, reference]}
    status, answer = ask("POST", "/v1/lake/namespaces/raw/tables/t", body)
    assert (status, answer["error"]["type"]) == (409, "CommitFailedException")
    assert len(rows(catalog)) == 6


def test_many_writers_lose_no_row(client):
    fill(client())
    with client().load_table("raw.t").transaction() as change:
        change.set_properties({"commit.retry.num-retries": "50"})
    catalogs = [client() for _ in range(4)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda catalog: catalog.load_table("raw.t").append(ROWS), catalogs))
    assert len(rows(client())) == 3 * (1 + len(catalogs))
