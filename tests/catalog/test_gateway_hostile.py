"""The gateway against those who want more than they may."""

import json
import socket
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import active_count

import pyarrow as pa
import pytest

from jupyter_mesh.catalog.gateway import listener_of
from jupyter_mesh.catalog.gateway_server import LARGEST_BODY
from jupyter_mesh.model.names import TableName
from tests.waiting import LONGEST, until

T = TableName("lake", "raw", "t")
ROWS = pa.table({"id": pa.array([1, 2, 3], pa.int64())})


@pytest.fixture
def branches(stranger, local_lake):
    """A table on main, and two open branches of it."""
    catalog = stranger.client(stranger.token("write:lake"))
    catalog.create_table("raw.t", ROWS.schema).append(ROWS)
    return [local_lake.open_branch(f"run-{n}", None, (T,)).name for n in (1, 2)]


def everything(prefix):
    """One request of each kind, on a branch that is not the caller's."""
    space = f"/v1/{prefix}/namespaces"
    commit = {"requirements": [], "updates": []}
    move = {
        "source": {"namespace": ["raw"], "name": "t"},
        "destination": {"namespace": ["raw"], "name": "stolen"},
    }
    change = {"identifier": {"namespace": ["raw"], "name": "t"}, **commit}
    return [
        ("GET", f"/v1/config?warehouse={prefix}", None),
        ("GET", space, None),
        ("POST", space, {"namespace": ["mine"]}),
        ("GET", f"{space}/raw", None),
        ("HEAD", f"{space}/raw", None),
        ("DELETE", f"{space}/raw", None),
        ("POST", f"{space}/raw/properties", {"updates": {"a": "b"}}),
        ("GET", f"{space}/raw/tables", None),
        (
            "POST",
            f"{space}/raw/tables",
            {"name": "u", "schema": {"type": "struct", "fields": []}},
        ),
        ("GET", f"{space}/raw/tables/t", None),
        ("HEAD", f"{space}/raw/tables/t", None),
        ("POST", f"{space}/raw/tables/t", commit),
        ("DELETE", f"{space}/raw/tables/t?purgeRequested=true", None),
        ("POST", f"/v1/{prefix}/tables/rename", move),
        ("POST", f"/v1/{prefix}/transactions/commit", {"table-changes": [change]}),
        ("GET", f"{space}/raw/views", None),
        ("DELETE", f"{space}/raw/views/v", None),
        ("POST", f"/v1/{prefix}/views/rename", move),
    ]


def test_another_branchs_token_opens_nothing(stranger, local_lake, branches):
    mine, other = branches
    token = stranger.token(f"write:lake@{mine}")
    for prefix in ("lake", f"lake@{other}", "lake@lake~nobody", "other"):
        for method, path, body in everything(prefix):
            status, _ = stranger.ask(method, path, body, token=token)
            assert status == 403, (method, path)
    assert [state.table for branch in branches for state in local_lake.staged(branch)] == []
    assert (
        stranger.ask("GET", f"/v1/lake@{mine}/namespaces/raw/tables/t", token=token)[0] == 200
    )


def test_a_reading_token_changes_nothing(stranger, local_lake, branches):
    token = stranger.token("read:lake", "read:lake@*")
    for prefix in ("lake", f"lake@{branches[0]}"):
        for method, path, body in everything(prefix):
            if method in {"POST", "DELETE"}:
                status, answer = stranger.ask(method, path, body, token=token)
                assert status == 403, (method, path)
                assert answer["error"]["type"] == "ForbiddenException"
    assert local_lake.tables("raw") == ["t"]
    assert local_lake.staged(branches[0]) == []


def test_a_transaction_is_refused_for_one_table_of_two(stranger, local_lake):
    every = stranger.client(stranger.token("write:lake"))
    for name in ("raw.a", "raw.b"):
        every.create_table(name, ROWS.schema)
    before = [local_lake.snapshot(TableName("lake", "raw", name)) for name in "ab"]
    changes = [
        {
            "identifier": {"namespace": ["raw"], "name": name},
            "requirements": [],
            "updates": [{"action": "set-properties", "updates": {"x": "y"}}],
        }
        for name in "ab"
    ]
    body = {"table-changes": changes}
    token = stranger.token("write:lake:raw.a")
    assert stranger.ask("POST", "/v1/lake/transactions/commit", body, token=token)[0] == 403
    assert [local_lake.snapshot(TableName("lake", "raw", name)) for name in "ab"] == before


def test_a_products_table_changes_by_promotion_alone(stranger, local_lake):
    token = stranger.token("write:lake")
    local_lake.create_schema("raw_shop")
    body = {"name": "orders", "schema": {"type": "struct", "fields": []}}
    status, answer = stranger.ask(
        "POST", "/v1/lake/namespaces/raw_shop/tables", body, token=token
    )
    assert status == 403
    assert "mesh promote raw/shop" in answer["error"]["message"]
    move = {
        "source": {"namespace": ["raw"], "name": "t"},
        "destination": {"namespace": ["raw_shop"], "name": "t"},
    }
    stranger.client(token).create_table("raw.t", ROWS.schema)
    assert stranger.ask("POST", "/v1/lake/tables/rename", move, token=token)[0] == 403
    assert stranger.ask("DELETE", "/v1/lake/namespaces/raw_shop", token=token)[0] == 403


def test_lists_show_only_what_may_be_read(stranger, local_lake):
    every = stranger.client(stranger.token("write:lake"))
    local_lake.create_schema("hidden")
    for name in ("raw.a", "raw.b", "hidden.c"):
        every.create_table(name, ROWS.schema)
    few = stranger.client(stranger.token("read:lake:raw.a"))
    assert few.list_namespaces() == [("raw",)]
    assert few.list_tables("raw") == [("raw", "a")]
    token = stranger.token("read:lake:raw.a")
    assert stranger.ask("GET", "/v1/lake/namespaces/hidden", token=token)[0] == 404
    assert stranger.ask("GET", "/v1/lake/namespaces/hidden/tables", token=token)[0] == 404
    assert stranger.ask("GET", "/v1/lake/namespaces/raw/tables/b", token=token)[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/v1/lake/../lake/namespaces",
        "/v1/lake/namespaces/..",
        "/v1/lake/namespaces/%2e%2e/tables/t",
        "/v1/lake/namespaces/raw/tables/..%2f..%2fetc",
        "/v1/lake/namespaces/raw%1fmore/tables",
        "/v1/lake%40lake~none/namespaces",
        "/v1/lake/namespaces/raw/tables/%00",
        "/v1/lake/namespaces/raw/tables/%ff",
        "/v1//namespaces",
        "/v1/lake/namespaces/" + "a" * 5000,
        "*",
        "/v1/lake/namespaces/raw/tables/t/../../../..",
        "/v1/config?warehouse=../lake",
    ],
)
def test_no_path_leads_astray(stranger, path):
    token = stranger.token("write:lake", "write:lake@*")
    status, answer = stranger.ask("GET", path, token=token)
    assert status in {400, 403, 404}, answer


@pytest.mark.parametrize(
    "name", ["", "a" * 256, "a\x00b", "line\nbreak", "\x1f", "..", "a/../../b", "x" * 255]
)
def test_a_name_leads_no_file_out_of_the_warehouse(stranger, tmp_path, name):
    token = stranger.token("write:lake")
    before = {path for path in tmp_path.rglob("*") if "warehouse" not in path.parts}
    field = {"id": 1, "name": "id", "type": "long", "required": False}
    body = {"name": name, "schema": {"type": "struct", "schema-id": 0, "fields": [field]}}
    status, answer = stranger.ask("POST", "/v1/lake/namespaces/raw/tables", body, token=token)
    assert status in {200, 400}
    if status == 200:
        place = answer["metadata-location"].removeprefix("file://")
        assert Path(place).resolve().is_relative_to(tmp_path / "warehouse")
    after = {path for path in tmp_path.rglob("*") if "warehouse" not in path.parts}
    assert after == before


@pytest.mark.parametrize(
    "place",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "s3://elsewhere/x.avro",
        "{warehouse}/../../secret.avro",
        "{warehouse}x/secret.avro",
    ],
)
def test_a_table_cannot_stand_on_files_from_elsewhere(stranger, local_lake, place):
    token = stranger.token("write:lake")
    table = stranger.client(token).create_table("raw.t", ROWS.schema)
    table.append(ROWS)
    snapshot = json.loads(table.metadata.current_snapshot().model_dump_json())
    snapshot |= {
        "snapshot-id": 7,
        "parent-snapshot-id": snapshot["snapshot-id"],
        "sequence-number": 2,
        "manifest-list": place.format(warehouse=local_lake.warehouse),
    }
    move = {
        "action": "set-snapshot-ref",
        "ref-name": "main",
        "type": "branch",
        "snapshot-id": 7,
    }
    body = {"updates": [{"action": "add-snapshot", "snapshot": snapshot}, move]}
    status, answer = stranger.ask("POST", "/v1/lake/namespaces/raw/tables/t", body, token=token)
    assert status == 400, answer
    assert local_lake.snapshot(T).snapshot_id != 7


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"namespace": "raw"}',
        b'{"namespace": [1]}',
        b'{"namespace": ["a"], "properties": []}',
        b'{"namespace": ["a"], "properties": {"x": 1}}',
        b"\xff\xfe",
        b'{"namespace": ["\\ud800"]}',
    ],
)
def test_a_body_that_is_none_is_refused(stranger, local_lake, body):
    token = stranger.token("write:lake")
    for path in ("/v1/lake/namespaces", "/v1/lake/namespaces/raw/tables"):
        status, answer = stranger.ask("POST", path, body, token=token)
        assert status == 400, answer
    assert local_lake.schemas() == ["raw"]


def test_a_body_is_not_read_before_its_caller_is_known(stranger):
    host, port = stranger.listener.server_address[:2]
    with closing(socket.create_connection((host, port), timeout=LONGEST)) as line:
        line.sendall(
            b"POST /v1/lake/namespaces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\n"
            b"Content-Length: 1000000\r\n\r\n"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 401")


def test_an_oversized_body_and_two_lengths_are_refused(stranger):
    token = stranger.token("write:lake")
    length = {"Content-Length": str(LARGEST_BODY + 1)}
    assert stranger.ask("POST", "/v1/lake/namespaces", token=token, headers=length)[0] == 413
    length = {"Content-Length": "9" * 4000}
    assert stranger.ask("POST", "/v1/lake/namespaces", token=token, headers=length)[0] == 413
    host, port = stranger.listener.server_address[:2]
    with closing(socket.create_connection((host, port), timeout=LONGEST)) as line:
        line.sendall(
            b"POST /v1/lake/namespaces HTTP/1.1\r\nHost: x\r\n"
            + f"Authorization: Bearer {token}\r\n".encode()
            + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 400")


def test_a_burst_of_connections_waits_in_line(stranger):
    # Nobody takes them: whoever does not fit into the line hears nothing.
    listener = listener_of({}, stranger.tokens)
    address = listener.server_address[:2]
    with closing(listener.socket), ExitStack() as lines:
        for _each in range(100):
            line = socket.create_connection(address, timeout=LONGEST)
            assert lines.enter_context(closing(line)).getpeername() == address


def test_many_silent_connections_leave_room_for_no_more_threads(stranger):
    before = active_count()
    host, port = stranger.listener.server_address[:2]
    lines = [socket.create_connection((host, port), timeout=LONGEST) for _ in range(150)]
    try:
        # The last ones are closed at once; that is heard when all have been looked at.
        assert lines[-1].recv(1) == b""
        assert active_count() - before <= 101
    finally:
        for line in lines:
            line.close()
    token = stranger.token("read:lake")

    def answers():
        with suppress(OSError):
            return stranger.ask("GET", "/v1/lake/namespaces", token=token)[0]

    assert until(answers) == 200
