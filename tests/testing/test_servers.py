import json
import subprocess
import sys

import boto3
import psutil
import psycopg
import pyarrow as pa
import pytest
from pyiceberg.catalog.rest import RestCatalog

from jupyter_mesh.stack import network, processes
from jupyter_mesh.testing import servers

USE = """
import json, sys
from jupyter_mesh.testing import servers
with servers.moto() as store:
    print(json.dumps([store.pid, store.birth]), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own: nobody else's tests use these servers."""
    monkeypatch.setenv("MESH_CACHE", str(tmp_path))


def test_a_server_is_shared_and_goes_with_the_last_that_uses_it():
    command = [sys.executable, "-c", USE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as first:
        pid, born = json.loads(first.stdout.readline())
        with subprocess.Popen(command, **pipes) as second:
            assert json.loads(second.stdout.readline()) == [pid, born]
            first.communicate()
            assert processes.is_alive(pid, born)
            second.communicate()
    assert not processes.is_alive(pid, born)


def test_who_is_killed_does_not_hold_it():
    with servers.moto() as store:
        command = [sys.executable, "-c", USE]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert json.loads(other.stdout.readline()) == [store.pid, store.birth]
            other.kill()
    assert not processes.is_alive(store.pid, store.birth)


def test_one_alone_is_nobody_elses():
    with servers.moto() as shared, servers.moto(alone=True) as own:
        assert shared.pid != own.pid
        assert processes.is_alive(own.pid, own.birth)
    assert not processes.is_alive(own.pid, own.birth)
    assert not own.folder.exists()


@pytest.mark.parametrize("fails", [False, True])
def test_a_database_is_made_and_dropped(tmp_path_factory, fails):
    with servers.postgres(alone=True) as server:

        def names():
            with servers.connected(server) as connection:
                found = connection.execute("SELECT datname FROM pg_database").fetchall()
            return {name for (name,) in found}

        before = names()
        try:
            with servers.database(server) as name:
                assert names() - before == {name}
                with servers.connected(server, name) as connection:
                    connection.execute("CREATE TABLE t AS SELECT 1 AS x")
                    if fails:
                        connection.execute("SELECT no_such_column")
        except psycopg.errors.UndefinedColumn:
            assert fails
        assert names() == before


@pytest.mark.long
def test_a_nessie_keeps_tables_in_the_object_store(monkeypatch):
    monkeypatch.delenv("MESH_CACHE")
    with servers.moto(alone=True) as store, servers.nessie(store) as nessie:
        catalog = RestCatalog(
            "stranger",
            uri=f"{nessie.facts['uri']}/main",
            **{
                "s3.endpoint": store.facts["endpoint"],
                "s3.access-key-id": store.facts["access_key"],
                "s3.secret-access-key": store.facts["secret_key"],
            },
        )
        catalog.create_namespace("shop")
        rows = pa.table({"x": [1, 2, 3]})
        catalog.create_table("shop.orders", rows.schema).append(rows)
        assert catalog.load_table("shop.orders").scan().to_arrow() == rows
        main = network.document(
            nessie.facts["host"], nessie.facts["port"], "/api/v2/trees/main"
        )
        assert main["reference"]["hash"]
    assert not processes.is_alive(nessie.pid, nessie.birth)


@pytest.mark.long
def test_a_ceph_keeps_objects_and_listens_on_this_machine_alone(monkeypatch):
    monkeypatch.delenv("MESH_CACHE")
    with servers.ceph(alone=True) as ceph:
        facts = ceph.facts
        store = boto3.client(
            "s3",
            endpoint_url=facts["endpoint"],
            region_name=facts["region"],
            aws_access_key_id=facts["access_key"],
            aws_secret_access_key=facts["secret_key"],
        )
        store.create_bucket(Bucket="lake")
        store.put_object(Bucket="lake", Key="a", Body=b"x" * 100_000)
        assert store.get_object(Bucket="lake", Key="a")["Body"].read() == b"x" * 100_000
        for pid, _born in facts["processes"]:
            doors = psutil.Process(pid).net_connections(kind="inet")
            assert {d.laddr.ip for d in doors if d.status == psutil.CONN_LISTEN} == {
                "127.0.0.1"
            }
    assert not any(processes.is_alive(pid, born) for pid, born in facts["processes"])
