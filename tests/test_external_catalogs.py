"""A team that has a lakehouse already: the whole road over catalogs that others keep."""

from contextlib import contextmanager
from datetime import timedelta
from textwrap import dedent

import pytest

from jupyter_mesh.catalog.gateway import listener_for_others
from jupyter_mesh.catalog.gateway_access import Right
from jupyter_mesh.catalog.gateway_tokens import Tokens
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.catalog.rest_client import RestClient
from jupyter_mesh.errors import ConflictError, PromotionRefused
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.settings import IcebergSettings, SecretStore
from jupyter_mesh.testing import servers

CATALOG = """
name: shop
catalogs:
  lake:
    type: iceberg-rest
{lake}
  crm:
    type: sqlite
    path: crm.sqlite
"""


@contextmanager
def gateway(folder, patch):
    """Our own gateway, which somebody else runs over a lake of theirs."""
    settings = IcebergSettings(f"sqlite:///{folder}/theirs.db", f"file://{folder}/theirs")
    lake = Lake("theirs", settings, SecretStore())
    tokens = Tokens("theirs", lake.database)
    token = tokens.issue("us", [Right.parse("write:theirs")], timedelta(hours=1)).text
    patch.setenv("THEIR_TOKEN", token)
    listener = listener_for_others({"theirs": lake}, tokens)
    listener.start()
    try:
        yield {
            "uri": listener.url,
            "warehouse": "theirs",
            "token": "${env:THEIR_TOKEN}",
        }
    finally:
        listener.stop()
        lake.close()


@contextmanager
def one_at_a_time(folder, patch):
    """The same, when it says nothing of changing several tables at once."""
    patch.setattr(RestClient, "has_transactions", False)
    with gateway(folder, patch) as place:
        yield place


@pytest.fixture(scope="module")
def shared_nessie():
    with servers.moto() as store, servers.nessie(store) as service:
        yield store, service


@pytest.fixture(params=["gateway", "one at a time", "nessie"])
def theirs(request, small_folder, monkeypatch):
    """What mesh.yaml says of the lake, which is there and empty."""
    if request.param == "nessie":
        store, service = request.getfixturevalue("shared_nessie")
        monkeypatch.setenv("THEIR_KEY", str(store.facts["access_key"]))
        monkeypatch.setenv("THEIR_SECRET", str(store.facts["secret_key"]))
        storage = {
            "endpoint": store.facts["endpoint"],
            "region": store.facts["region"],
            "access_key": "${env:THEIR_KEY}",
            "secret_key": "${env:THEIR_SECRET}",
        }
        yield {
            "uri": service.facts["uri"],
            "flavour": "nessie",
            "warehouse": service.facts["warehouse"],
            "storage": storage,
        }
        return
    with {"gateway": gateway, "one at a time": one_at_a_time}[request.param](
        small_folder, monkeypatch
    ) as place:
        yield place


@pytest.fixture
def folder(small_folder, theirs):
    import json

    lines = [f"    {key}: {json.dumps(value)}" for key, value in theirs.items()]
    text = CATALOG.format(lake="\n".join(lines))
    (small_folder / "mesh.yaml").write_text(dedent(text).lstrip())
    return small_folder


@pytest.fixture
def mesh(folder):
    with Mesh.open(folder) as mesh:
        yield mesh


def test_a_notebook_becomes_a_release_there_and_is_read_by_version(mesh, folder):
    mesh.land(folder / "orders.csv", "lake.raw.orders")
    assert mesh.query("SELECT count(*) FROM lake.raw.orders").rows() == [(100,)]
    assert [entry.name for entry in mesh.browse("lake")] == ["lake.raw"]
    first = mesh.promote("shop/orders")
    assert str(first.version) == "1.0.0"
    rows = sorted(mesh.read("shop/orders@1.0.0").rows())
    assert sorted(mesh.query("SELECT * FROM lake.shop_orders.orders").rows()) == rows

    mesh.query("DELETE FROM lake.raw.orders WHERE id > 50")
    second = mesh.promote("shop/orders")
    assert second.version != first.version
    newer = sorted(mesh.read("shop/orders").rows())
    assert newer != rows
    assert sorted(mesh.read("shop/orders@1.0.0").rows()) == rows
    tagged = "SELECT * FROM lake.shop_orders.orders FOR VERSION AS OF 'v1.0.0'"
    assert sorted(mesh.query(tagged).rows()) == rows

    back = mesh.rollback("shop/orders", "1.0.0")
    assert back.kind == "rollback"
    assert sorted(mesh.query("SELECT * FROM lake.shop_orders.orders").rows()) == rows
