import http.client
import json
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pytest

from jupyter_mesh.model.names import TableName

T = TableName("lake", "raw", "t")
ROWS = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "name": ["a", "b", None]})


def fill(client, name="raw.t"):
    table = client.create_table(name, ROWS.schema)
    table.append(ROWS)
    return table


def rows(client, name="raw.t"):
    found = client.load_table(name).scan().to_arrow().sort_by("id")
    return found.to_pylist()


def files(tmp_path):
    return {path for path in Path(tmp_path, "warehouse").rglob("*") if path.is_file()}


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
def test_what_is_not_there_is_not_found(ask, method, path, status, kind):
    found, answer = ask(method, path)
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
def test_a_request_that_makes_no_sense_is_refused(ask, path, body, status):
    assert ask("POST", path, body)[0] == status


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


def test_a_second_table_of_one_name_is_refused(client):
    from pyiceberg.exceptions import TableAlreadyExistsError

    fill(client())
    with pytest.raises(TableAlreadyExistsError):
        client().create_table("raw.t", ROWS.schema)


def test_a_branch_is_hidden_from_main(client, local_lake):
    fill(client())
    branch = local_lake.open_branch("run-1", None, (T,)).name
    staged = client(branch)
    staged.load_table("raw.t").append(ROWS)
    fill(staged, "raw.u")
    assert len(rows(staged)) == 6
    assert len(rows(client())) == 3
    assert client().list_tables("raw") == [("raw", "t")]


def test_a_drop_on_a_branch_leaves_main(client, local_lake):
    fill(client())
    staged = client(local_lake.open_branch("run-1", None, (T,)).name)
    staged.drop_table("raw.t")
    assert not staged.table_exists("raw.t")
    assert len(rows(client())) == 3


def test_a_purge_touches_no_file(client, local_lake, tmp_path):
    fill(client())
    branch = local_lake.open_branch("run-1", None, (T,)).name
    before = files(tmp_path)
    client().purge_table("raw.t")
    assert files(tmp_path) == before
    assert len(rows(client(branch))) == 3


def test_a_closed_branch_takes_no_commit(client, local_lake):
    from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError

    fill(client())
    branch = local_lake.open_branch("run-1", None, (T,)).name
    staged = client(branch)
    table = staged.load_table("raw.t")
    local_lake.abandon(branch)
    assert not staged.table_exists("raw.t")
    with pytest.raises(NoSuchTableError, match="abandoned"):
        table.append(ROWS)
    # pyiceberg takes every conflict on creation for this one; the text tells.
    with pytest.raises(TableAlreadyExistsError, match="abandoned"):
        staged.create_table("raw.u", ROWS.schema)
