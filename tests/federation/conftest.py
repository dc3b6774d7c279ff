"""One server of each kind for these tests, and meshes that lie on them."""

from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import boto3
import pytest
from ruamel.yaml import YAML

from jupyter_mesh.mesh import Mesh
from jupyter_mesh.testing import servers
from jupyter_mesh.testing.ceph import ACCESS_KEY, SECRET_KEY

# What mesh.yaml refers to; the server knows the same by other names.
SECRETS = {
    "SHOP_PASSWORD": servers.PASSWORD,
    "SHOP_ACCESS_KEY": ACCESS_KEY,
    "SHOP_SECRET_KEY": SECRET_KEY,
}


@pytest.fixture(scope="session")
def trino():
    with servers.trino() as service:
        yield service


@pytest.fixture(scope="session")
def postgres():
    # One of our own: where root works, its user may come into no folder but a temporary one.
    with servers.postgres(alone=True) as service:
        yield service


@pytest.fixture(scope="session")
def moto():
    with servers.moto() as service:
        yield service


@pytest.fixture(scope="session")
def ceph():
    with servers.ceph() as service:
        yield service


@pytest.fixture
def database(postgres):
    """The address of an empty database, without its password."""
    with servers.database(postgres) as name:
        facts = postgres.facts
        yield f"postgresql://{facts['user']}@{facts['host']}:{facts['port']}/{name}"


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    """What mesh.yaml refers to."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def bucket(service):
    """The settings of a warehouse in a bucket of its own."""
    name = f"lake-{uuid4().hex[:12]}"
    storage = {"endpoint": service.facts["endpoint"], "region": service.facts["region"]}
    boto3.client(
        "s3",
        endpoint_url=storage["endpoint"],
        region_name=storage["region"],
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    ).create_bucket(Bucket=name)
    storage |= {"access_key": "${env:SHOP_ACCESS_KEY}", "secret_key": "${env:SHOP_SECRET_KEY}"}
    return {"warehouse": f"s3://{name}/shop", "storage": storage}


@dataclass(frozen=True, slots=True)
class Both:
    """A mesh that both engines answer for."""

    mesh: Mesh

    def rows(self, sql, **parameters):
        """The answer, which has to be the same on both engines: rows, types and names."""
        here = self.mesh.query(sql, parameters, engine="embedded")
        there = self.mesh.query(sql, parameters, engine="trino")
        assert {here.stats.engine, there.stats.engine} == {"embedded", "trino"}
        assert [(c.name, str(c.type)) for c in here.columns] == [
            (c.name, str(c.type)) for c in there.columns
        ]
        rows = here.rows()
        # Written out, for NaN is not equal to itself.
        assert repr(rows) == repr(there.rows())
        return rows


def rewritten(folder, change):
    """Change what a folder's mesh.yaml says."""
    yaml, path = YAML(), folder / "mesh.yaml"
    said = yaml.load(path)
    change(said)
    with path.open("w") as stream:
        yaml.dump(said, stream)


@contextmanager
def opened(folder, service, engine="trino"):
    """The mesh of a folder, its lake under a name of its own on that server."""
    lake = f"lake_{uuid4().hex[:12]}"

    def change(said):
        trino = {"kind": "trino", "url": service.url, "catalogs": {"lake": lake}}
        said.update(engine=engine, engines={"trino": trino})

    rewritten(folder, change)
    with Mesh.open(folder) as mesh:
        try:
            yield Both(mesh)
        finally:
            mesh.parts.engine("trino").server.rows(f"DROP CATALOG IF EXISTS {lake}")
