"""Meshes on a real Trino server, to be made to suffer."""

from contextlib import contextmanager
from uuid import uuid4

import pytest
from ruamel.yaml import YAML

from jupyter_mesh.mesh import Mesh
from jupyter_mesh.stack.storage import ACCESS_KEY, SECRET_KEY
from jupyter_mesh.testing import servers

# What mesh.yaml refers to; the server knows the same by other names.
SECRETS = {
    "SHOP_PASSWORD": servers.PASSWORD,
    "SHOP_ACCESS_KEY": ACCESS_KEY,
    "SHOP_SECRET_KEY": SECRET_KEY,
}
TOTALS = [("DE", 40), ("FR", 40), ("IT", 20)]


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    """What mesh.yaml refers to."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def trino():
    with servers.trino() as service:
        yield service


@contextmanager
def opened(folder, url, lake=None, **engine):
    """The small mesh of a folder with a cluster for its engine, its orders landed.

    `lake` is laid over what mesh.yaml says of the lake, `engine` over what it says of Trino.
    """
    name = f"lake_{uuid4().hex[:12]}"
    yaml, path = YAML(), folder / "mesh.yaml"
    said = yaml.load(path)
    said["catalogs"]["lake"].update(lake or {})
    cluster = {"kind": "trino", "url": url, "catalogs": {"lake": name}, **engine}
    said.update(engine="remote", engines={"remote": cluster})
    with path.open("w") as stream:
        yaml.dump(said, stream)
    with Mesh.open(folder) as mesh:
        mesh.land(folder / "orders.csv", "lake.raw.orders")
        yield mesh
    with Mesh.open(folder) as mesh:
        mesh.parts.engine("remote").server.rows(f"DROP CATALOG IF EXISTS {name}")


def is_sound(mesh):
    """Whether nothing is torn, and no run left a branch open."""
    assert list(mesh.fsck()) == []
    running = {run.run_id for run in mesh.parts.home.runs() if run.state == "running"}
    assert not running
    left = [branch for branch in mesh.parts.home.branches() if branch.product]
    assert left == []
    return True


def totals(mesh, engine="remote"):
    """Country and number of orders of what is published."""
    sql = "SELECT country, orders FROM lake.shop_orders.orders ORDER BY 1"
    return [tuple(row) for row in mesh.query(sql, engine=engine).rows()]
