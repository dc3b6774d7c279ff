import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pytest

from jupyter_mesh.catalog.gateway import LARGEST_BODY, Gateway
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.names import TableName
from jupyter_mesh.settings import IcebergSettings

ROWS = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "name": ["a", "b", None]})
T = TableName("lake", "raw", "t")


class NoSecrets:
    def resolve(self, reference):
        raise AssertionError(reference)


@pytest.fixture
def lake(tmp_path):
    settings = IcebergSettings(
        f"sqlite:///{tmp_path}/catalog.db", f"file://{tmp_path}/warehouse"
    )
    with Lake("lake", settings, NoSecrets()) as lake:
        lake.create_schema("raw")
        yield lake


@pytest.fixture
def gateway(lake):
    gateway = Gateway({"lake": lake})
    yield gateway
    gateway.close()


@pytest.fixture
def client(gateway):
    """An Iceberg client of a branch, main without one: pyiceberg's own REST catalog."""
    from pyiceberg.catalog.rest import RestCatalog

    clients = []

    def open_client(branch=""):
        place = gateway.endpoint("lake", branch)
        properties = {"uri": place.uri, "warehouse": place.warehouse, "token": place.token}
        properties["py-io-impl"] = "pyiceberg.io.pyarrow.PyArrowFileIO"
        clients.append(RestCatalog("test", **properties))
        return clients[-1]

    yield open_client
    for opened in clients:
        opened.close()


def ask(place, method, path, body=None, headers=None):
    """One plain request; answers status and parsed body."""
    address = urlsplit(place.uri)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    headers = {"Authorization": f"Bearer {place.token}"} | (headers or {})
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else None
    finally:
        connection.close()


def fill(client, name="raw.t"):
    table = client.create_table(name, ROWS.schema)
    table.append(ROWS)
    return table


def rows(client, name="raw.t"):
    found = client.load_table(name).scan().to_arrow().sort_by("id")
    return found.to_pylist()


def files(tmp_path):
    return {path for path in Path(tmp_path, "warehouse").rglob("*") if path.is_file()}


def test_it_listens_on_loopback_only_when_needed_and_stops(lake):
    gateway = Gateway({"lake": lake})
    before = threading.active_count()
    gateway.close()
    place = gateway.endpoint("lake")
    assert place.uri.startswith("http://127.0.0.1:")
    assert gateway.endpoint("lake").uri == place.uri
    assert ask(place, "GET", "/v1/config?warehouse=lake")[0] == 200
    gateway.close()
    with pytest.raises(ConnectionRefusedError):
        ask(place, "GET", "/v1/config?warehouse=lake")
    again = gateway.endpoint("lake")
    assert again.token != place.token
    gateway.close()
    assert threading.active_count() <= before + 1


def test_a_closed_gateway_ends_the_conversations_it_has(lake):
    gateway = Gateway({"lake": lake})
    place = gateway.endpoint("lake")
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(place.uri).port, timeout=10)
    headers = {"Authorization": f"Bearer {place.token}"}
    connection.request("HEAD", "/v1/lake/namespaces/raw", headers=headers)
    with connection.getresponse() as response:
        assert response.status == 204
    gateway.close()
    # A living one would answer for another gateway that gets the same port.
    assert connection.sock.recv(1) == b""
    connection.close()


def test_the_token_shows_in_no_text(gateway):
    place = gateway.endpoint("lake")
    assert len(place.token) >= 32
    assert place.token not in repr(place)


def test_an_unknown_catalog_is_named(gateway):
    with pytest.raises(NameNotFound, match="There is no catalog lak"):
        gateway.endpoint("lak")


@pytest.mark.parametrize("given", ["", "Bearer wrong", "bearer", "Basic eDp5", "Bearer é"])
def test_whoever_has_no_token_is_turned_away(gateway, given):
    place = gateway.endpoint("lake")
    status, answer = ask(
        place, "GET", "/v1/config?warehouse=lake", headers={"Authorization": given.encode()}
    )
    assert status == 401
    assert answer["error"]["type"] == "NotAuthorizedException"
    assert place.token not in str(answer)


def test_a_body_too_large_is_not_read(gateway):
    place = gateway.endpoint("lake")
    length = {"Content-Length": str(LARGEST_BODY + 1)}
    status, _answer = ask(place, "POST", "/v1/lake/namespaces", headers=length)
    assert status == 413


def test_a_body_without_length_is_refused(gateway):
    chunked = {"Transfer-Encoding": "chunked"}
    place = gateway.endpoint("lake")
    assert ask(place, "POST", "/v1/lake/namespaces", headers=chunked)[0] == 411
    assert ask(place, "POST", "/v1/lake/namespaces", headers={"Content-Length": "x"})[0] == 411


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/", 404, "NotFoundException"),
        ("GET", "/v1", 404, "NotFoundException"),
        ("GET", "/v1/lake", 404, "NotFoundException"),
        ("GET", "/v1/lake/views", 404, "NotFoundException"),
        ("DELETE", "/v1/lake/namespaces", 404, "NotFoundException"),
        ("GET", "/v1/lake/transactions/commit", 404, "NotFoundException"),
        ("POST", "/v1/lake/namespaces/raw/tables/t/metrics", 404, "NotFoundException"),
        ("GET", "/v1/other/namespaces", 404, "NotFoundException"),
        ("GET", "/v1/lake@lake~gone/namespaces", 404, "NotFoundException"),
        ("GET", "/v1/config?warehouse=lake@lake~gone", 404, "NotFoundException"),
        ("GET", "/v1/config", 404, "NotFoundException"),
        ("GET", "/v1/lake/namespaces/nope", 404, "NoSuchNamespaceException"),
        ("GET", "/v1/lake/namespaces/nope/tables", 404, "NoSuchNamespaceException"),
        ("GET", "/v1/lake/namespaces?parent=nope", 404, "NoSuchNamespaceException"),
        ("GET", "/v1/lake/namespaces/raw/tables/nope", 404, "NoSuchTableException"),
        ("DELETE", "/v1/lake/namespaces/raw/tables/nope", 404, "NoSuchTableException"),
    ],
)
def test_what_is_not_there_is_not_found(gateway, method, path, status, kind):
    found, answer = ask(gateway.endpoint("lake"), method, path)
    assert (found, answer["error"]["type"], answer["error"]["code"]) == (status, kind, status)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/lake/namespaces", ["raw"], 400),
        ("/v1/lake/namespaces", {"namespace": []}, 400),
        ("/v1/lake/namespaces", {"namespace": ["a", "b"]}, 400),
        ("/v1/lake/namespaces", {"namespace": ["a.b"]}, 400),
        ("/v1/lake/namespaces", {"namespace": ["raw"]}, 409),
        ("/v1/lake/namespaces/raw/tables", {}, 400),
        ("/v1/lake/namespaces/raw/tables", {"name": "t"}, 400),
        ("/v1/lake/namespaces/raw/tables/t", {"updates": [{"action": "nonsense"}]}, 400),
        ("/v1/lake/namespaces/raw/tables/t", {"updates": []}, 404),
        ("/v1/lake/transactions/commit", {}, 400),
        ("/v1/lake/transactions/commit", {"table-changes": []}, 400),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(gateway, path, body, status):
    assert ask(gateway.endpoint("lake"), "POST", path, body)[0] == status


def test_a_body_that_is_no_json_is_refused(gateway):
    place = gateway.endpoint("lake")
    address = urlsplit(place.uri)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    headers = {"Authorization": f"Bearer {place.token}"}
    connection.request("POST", "/v1/lake/namespaces", b"{not json", headers)
    response = connection.getresponse()
    assert response.status == 400
    assert json.loads(response.read())["error"]["type"] == "BadRequestException"
    # The connection is still good: an engine keeps it alive over many requests.
    connection.request("HEAD", "/v1/lake/namespaces/raw", headers=headers)
    assert connection.getresponse().status == 204
    connection.close()


def test_schemas_come_and_go(client):
    catalog = client()
    catalog.create_namespace("new")
    assert set(catalog.list_namespaces()) == {("raw",), ("new",)}
    fill(catalog, "new.t")
    from pyiceberg.exceptions import NamespaceNotEmptyError

    with pytest.raises(NamespaceNotEmptyError):
        catalog.drop_namespace("new")
    catalog.drop_table("new.t")
    catalog.drop_namespace("new")
    assert catalog.list_namespaces() == [("raw",)]


def test_a_client_creates_fills_evolves_and_drops_a_table(client):
    from pyiceberg.types import DoubleType

    catalog = client()
    table = fill(catalog)
    assert catalog.list_tables("raw") == [("raw", "t")]
    assert catalog.table_exists("raw.t")
    with table.update_schema() as update:
        update.add_column("extra", DoubleType())
    table.delete("id = 2")
    assert rows(catalog) == [
        {"id": 1, "name": "a", "extra": None},
        {"id": 3, "name": None, "extra": None},
    ]
    catalog.drop_table("raw.t")
    assert not catalog.table_exists("raw.t")


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


def test_a_table_cannot_be_put_outside_the_warehouse(client, gateway, tmp_path):
    catalog = client()
    table = fill(catalog)
    for wish in (f"file://{tmp_path}/elsewhere", f"{table.location()}/../../../elsewhere"):
        body = {"updates": [{"action": "set-location", "location": wish}]}
        place = gateway.endpoint("lake")
        status, answer = ask(place, "POST", "/v1/lake/namespaces/raw/tables/t", body)
        assert status == 400
        assert "inside the warehouse" in answer["error"]["message"]
    made = catalog.create_table("raw.u", ROWS.schema, location=f"file://{tmp_path}/elsewhere")
    assert made.location().startswith(f"file://{tmp_path}/warehouse/")


def test_a_second_table_of_one_name_is_refused(client):
    from pyiceberg.exceptions import TableAlreadyExistsError

    fill(client())
    with pytest.raises(TableAlreadyExistsError):
        client().create_table("raw.t", ROWS.schema)


def test_a_branch_is_hidden_from_main(client, lake):
    fill(client())
    branch = lake.open_branch("run-1", None, (T,)).name
    staged = client(branch)
    staged.load_table("raw.t").append(ROWS)
    fill(staged, "raw.u")
    assert len(rows(staged)) == 6
    assert len(rows(client())) == 3
    assert client().list_tables("raw") == [("raw", "t")]


def test_a_drop_on_a_branch_leaves_main(client, lake):
    fill(client())
    staged = client(lake.open_branch("run-1", None, (T,)).name)
    staged.drop_table("raw.t")
    assert not staged.table_exists("raw.t")
    assert len(rows(client())) == 3


def test_a_purge_touches_no_file(client, lake, tmp_path):
    fill(client())
    branch = lake.open_branch("run-1", None, (T,)).name
    before = files(tmp_path)
    client().purge_table("raw.t")
    assert files(tmp_path) == before
    assert len(rows(client(branch))) == 3


def test_a_closed_branch_takes_no_commit(client, lake):
    from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError

    fill(client())
    branch = lake.open_branch("run-1", None, (T,)).name
    staged = client(branch)
    table = staged.load_table("raw.t")
    lake.abandon(branch)
    assert not staged.table_exists("raw.t")
    with pytest.raises(NoSuchTableError, match="abandoned"):
        table.append(ROWS)
    # pyiceberg takes every conflict on creation for this one; the text tells.
    with pytest.raises(TableAlreadyExistsError, match="abandoned"):
        staged.create_table("raw.u", ROWS.schema)


def commit_of(table, branch_point):
    """What appending does to a table, as the protocol's table change."""
    return {
        "identifier": {"namespace": ["raw"], "name": table},
        "requirements": [
            {"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": branch_point}
        ],
        "updates": [{"action": "set-properties", "updates": {"touched": "yes"}}],
    }


def test_a_transaction_over_two_tables_is_all_or_nothing(client, gateway, tmp_path):
    catalog = client()
    first, second = fill(catalog, "raw.a"), fill(catalog, "raw.b")
    heads = [table.metadata.current_snapshot_id for table in (first, second)]
    place = gateway.endpoint("lake")
    second.append(ROWS)
    changes = {"table-changes": [commit_of("a", heads[0]), commit_of("b", heads[1])]}
    status, answer = ask(place, "POST", "/v1/lake/transactions/commit", changes)
    assert (status, answer["error"]["type"]) == (409, "CommitFailedException")
    assert "touched" not in catalog.load_table("raw.a").properties
    fresh = catalog.load_table("raw.b").metadata.current_snapshot_id
    changes = {"table-changes": [commit_of("a", heads[0]), commit_of("b", fresh)]}
    assert ask(place, "POST", "/v1/lake/transactions/commit", changes)[0] == 204
    for name in ("raw.a", "raw.b"):
        assert catalog.load_table(name).properties["touched"] == "yes"


def test_two_changes_of_one_table_in_a_transaction_are_one_step(client, gateway, lake):
    table = fill(client())
    head = table.metadata.current_snapshot_id
    one, other = commit_of("t", head), commit_of("t", head)
    other["updates"][0]["updates"] = {"again": "yes"}
    body = {"table-changes": [one, other]}
    assert ask(gateway.endpoint("lake"), "POST", "/v1/lake/transactions/commit", body)[0] == 204
    found = client().load_table("raw.t")
    assert {"touched", "again"} <= found.properties.keys()
    assert found.metadata.metadata_log[-1].metadata_file == table.metadata_location


def test_a_change_overtaken_between_reading_and_writing_is_a_conflict(
    client, lake, monkeypatch
):
    from pyiceberg.exceptions import CommitFailedException

    table = fill(client())
    write = lake.write_metadata
    overtaken = []

    def overtake(metadata, base=None):
        place = write(metadata, base)
        if not overtaken:
            overtaken.append(True)
            client().load_table("raw.t").append(ROWS)
        return place

    monkeypatch.setattr(lake, "write_metadata", overtake)
    with pytest.raises(CommitFailedException), table.transaction() as change:
        change.set_properties({"mine": "yes"})
    found = client().load_table("raw.t")
    assert "mine" not in found.properties
    assert len(rows(client())) == 6


def test_a_snapshot_made_from_an_older_state_is_refused_even_unasked(client, gateway):
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
    place = gateway.endpoint("lake")
    status, answer = ask(place, "POST", "/v1/lake/namespaces/raw/tables/t", body)
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
