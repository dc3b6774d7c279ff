"""Promises of the search index: it finds, forgives slips, and follows what changes."""

from threading import Event

import pytest

from jupyter_mesh.mesh import Mesh
from jupyter_mesh.server import index
from jupyter_mesh.server.listing import Lister
from jupyter_mesh.server.opened import OpenMesh
from tests.waiting import LONGEST, soon


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(index, "_SHORTEST", 0.2)
    monkeypatch.setattr(index, "_SHARE", 0)


async def found(ask, q):
    answer = await ask("search", q=q)
    assert answer.status == 200, answer.content
    return [item["id"] for item in answer.json["items"]]


async def turns_up(ask, q, place):
    async def is_found():
        return place in await found(ask, q)

    return await soon(is_found)


async def test_what_was_landed_turns_up(ask, landed):
    assert await turns_up(ask, "orders", "table:lake.raw.orders")


@pytest.mark.parametrize(
    ("q", "place"),
    [
        ("raw orders", "table:lake.raw.orders"),
        ("ORD", "table:lake.raw.orders"),
        ("customers", "table:crm.main.customers"),
        ("customer", "column:lake.raw.orders.customer"),
        ("custmoer", "table:crm.main.customers"),
        ("oders", "table:lake.raw.orders"),
        ("iso code", "column:lake.shop_orders.orders.country"),
        ("what customers ordered", "product:shop/orders"),
        ("raw", "schema:lake.raw"),
        ("revenu", "column:lake.shop_orders.orders.revenue"),
    ],
)
async def test_names_columns_words_and_slips_are_found(ask, landed, q, place):
    assert await turns_up(ask, q, place)


async def test_nothing_is_found_by_nonsense(ask, landed):
    assert await found(ask, "qqqzzzxxx") == []
    assert await found(ask, "%") == []
    assert await found(ask, "' OR 1=1 --") == []


async def test_what_is_landed_and_dropped_beside_is_followed(ask, landed):
    await found(ask, "orders")
    with Mesh.open(landed) as mesh:
        mesh.land(landed / "orders.csv", "lake.raw.returned_goods")
        assert await turns_up(ask, "returned", "table:lake.raw.returned_goods")
        mesh.query("DROP TABLE lake.raw.returned_goods")

    async def is_gone():
        return not await found(ask, "returned")

    assert await soon(is_gone)


async def test_the_tree_knows_when_a_table_changed(ask, landed):
    await turns_up(ask, "customer", "column:lake.raw.orders.customer")
    (item,) = (await ask("tree", parent="schema:lake.raw")).json["items"]
    assert item["detail"]["changed"].startswith("20")


def test_a_second_round_has_nothing_to_do(small_mesh):
    assert Lister(small_mesh).refresh() > 3
    assert Lister(small_mesh).refresh() == 0


def test_a_broken_product_and_a_lost_source_keep_the_rest(small_mesh, small_folder):
    Lister(small_mesh).refresh()
    path = small_folder / "products/shop/orders/product.odps.yaml"
    path.write_text("nonsense: [")
    (small_folder / "crm.sqlite").unlink()
    Lister(small_mesh).refresh()
    names = small_mesh.parts.home.names
    (product,) = names.search("shop orders", 1)
    assert names.listed(["product:shop/orders"])["product:shop/orders"].comment
    assert names.search("customers", 5)
    assert product


def test_the_end_waits_for_the_look_that_is_on_its_way(small_folder, monkeypatch):
    looks, go_on = Event(), Event()

    def refresh(_lister):
        looks.set()
        assert go_on.wait(LONGEST)
        return 0

    monkeypatch.setattr(Lister, "refresh", refresh)
    opened = OpenMesh(small_folder, "")
    kept = index.Freshness(opened)
    assert kept.settle(0)
    kept.wanted()
    assert looks.wait(LONGEST)
    kept.close()
    assert not kept.settle(0.1)
    go_on.set()
    assert kept.settle(LONGEST)
    opened.close()


def test_a_catalog_that_left_the_mesh_is_forgotten(small_mesh, small_folder):
    Lister(small_mesh).refresh()
    path = small_folder / "mesh.yaml"
    path.write_text(path.read_text().partition("  crm:")[0])
    with Mesh.open(small_folder) as mesh:
        Lister(mesh).refresh()
        assert not [h for h in mesh.parts.home.names.search("customers", 9) if "crm" in h.id]
