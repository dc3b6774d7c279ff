import http.client
import json
import os
import socket
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from jupyter_mesh.errors import StackError
from jupyter_mesh.stack import Stack
from jupyter_mesh.stack.storage import Storage
from jupyter_mesh.stack.trino import Trino

pytestmark = pytest.mark.long
SECRETS = {"OPS_SIZE": "64MB", "OPS_PASSWORD": "unheard-of"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("stack")


@pytest.fixture(scope="module")
def stack(root):
    """A Trino and an object store; stopped at the end."""
    found = Stack(root, kinds={"s3": Storage(), "trino": Trino(is_brief=True)})
    found.up(found.names, SECRETS)
    yield found
    found.down()


@pytest.fixture
def trino(stack):
    return stack.found("trino")


def ask(trino, method, path, body=None, **headers):
    connection = http.client.HTTPConnection(
        trino.facts["host"], trino.facts["port"], timeout=60
    )
    headers = {"X-Trino-User": "ana", **headers}
    try:
        connection.request(method, path, body, headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def run(trino, sql, **headers):
    """The rows of a statement, and the segments that they came in."""
    answer = ask(trino, "POST", "/v1/statement", sql, **headers)
    rows, segments = [], []
    while True:
        assert "error" not in answer, answer["error"]["message"]
        data = answer.get("data", [])
        if isinstance(data, dict):
            segments += data["segments"]
        else:
            rows += data
        if "nextUri" not in answer:
            return rows, segments
        answer = ask(trino, "GET", answer["nextUri"].split(f":{trino.facts['port']}")[1])


def test_it_starts_without_catalogs_and_takes_them_by_sql(trino):
    assert trino.version == "476"
    assert [row[0] for row in run(trino, "SHOW CATALOGS")[0]] == ["system"]
    run(trino, "CREATE CATALOG numbers USING tpch")
    assert run(trino, "SELECT count(*) FROM numbers.tiny.orders")[0] == [[15000]]
    run(trino, "DROP CATALOG numbers")


def test_secrets_are_found_by_name_and_written_nowhere(trino, root):
    size = "\"memory.max-data-per-node\" = '${ENV:OPS_SIZE}'"
    run(trino, f"CREATE CATALOG small USING memory WITH ({size})")
    run(trino, "DROP CATALOG small")
    environment = Path(f"/proc/{trino.pid}/environ").read_bytes()
    assert b"unheard-of" in environment
    assert b"unheard-of" not in Path(f"/proc/{trino.pid}/cmdline").read_bytes()
    plain = [path for path in root.rglob("*") if path.is_file() and root in path.parents]
    assert {"config.properties", "server.log"} <= {path.name for path in plain}
    assert not [path for path in plain if b"unheard-of" in path.read_bytes()]
    key = dict(part.partition(b"=")[::2] for part in environment.split(b"\0"))
    spooling = key[b"MESH_STACK_SPOOLING_KEY"]
    assert not [path for path in plain if spooling in path.read_bytes()]


def test_it_listens_on_this_machine_alone_at_one_port(trino):
    doors = psutil.Process(trino.pid).net_connections(kind="inet")
    listening = {door.laddr for door in doors if door.status == psutil.CONN_LISTEN}
    assert {(door.ip.removeprefix("::ffff:"), door.port) for door in listening} == {
        ("127.0.0.1", trino.facts["port"])
    }


def test_large_results_lie_in_the_object_store(trino):
    run(trino, "CREATE CATALOG IF NOT EXISTS numbers USING tpch")
    encoding = {"X-Trino-Query-Data-Encoding": "json+zstd"}
    _, segments = run(trino, "SELECT * FROM numbers.tiny.lineitem", **encoding)
    spooled = [segment for segment in segments if segment["type"] == "spooled"]
    assert sum(segment["metadata"]["rowsCount"] for segment in segments) == 60175
    assert all(segment["uri"].startswith("http://127.0.0.1:") for segment in spooled)
    assert spooled


def test_it_takes_no_more_than_a_gigabyte_at_rest(trino):
    assert psutil.Process(trino.pid).memory_info().rss < 1 << 30


def test_its_process_is_nobodys_child_and_has_a_session_of_its_own(trino):
    assert os.getsid(trino.pid) == trino.pid


def test_the_name_of_another_server_on_its_port_is_not_its_own(trino):
    other = replace(trino, facts={**trino.facts, "environment": "mesh_other"})
    assert Trino().answers(trino)
    assert not Trino().answers(other)


def test_a_setting_that_the_server_does_not_know_is_named(tmp_path):
    kinds = {"trino": Trino(is_brief=True, config={"no.such-setting": "x"})}
    failing = Stack(tmp_path, kinds=kinds)
    with pytest.raises(
        StackError, match=r"trino ended while .*'no\.such-setting' was not used"
    ):
        failing.up(["trino"])
    assert failing.found("trino") is None


def test_a_port_that_was_taken_in_the_last_moment_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = str(door.getsockname()[1])
        kinds = {"trino": Trino(is_brief=True, config={"http-server.http.port": port})}
        with pytest.raises(StackError, match="Failed to bind"):
            Stack(tmp_path, kinds=kinds).up(["trino"])


def test_settings_of_an_earlier_start_are_gone(tmp_path):
    kinds = {"trino": Trino(is_brief=True, files={"extra.properties": "a=b\n"})}
    failing = Trino(is_brief=True, config={"no.such-setting": "x"})
    first = Stack(tmp_path, kinds=kinds)
    first.up(["trino"])
    assert (tmp_path / "trino" / "etc" / "extra.properties").is_file()
    first.down()
    with pytest.raises(StackError):
        Stack(tmp_path, kinds={"trino": failing}).up(["trino"])
    assert not (tmp_path / "trino" / "etc" / "extra.properties").exists()
