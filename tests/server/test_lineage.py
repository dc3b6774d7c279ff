"""Promises of the lineage: both directions, as deep as asked, whatever the files say."""

from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.server.lineage import Graph


def chain(length):
    """t0 > p0 > t1 > p1 > t2 ..."""
    graph = Graph()
    tables = [TableName("lake", "raw", f"t{number}") for number in range(length + 1)]
    for number in range(length):
        name = ProductName("shop", f"p{number}")
        graph.product(name, [tables[number]], [tables[number + 1]], {})
    return graph


def labels(found):
    return {node["label"] for node in found["nodes"]}


def test_both_directions_are_followed_as_deep_as_asked():
    found = chain(6).around("product:shop/p3", 2)
    assert labels(found) == {
        *("shop/p2", "lake.raw.t3", "shop/p3", "lake.raw.t4", "shop/p4"),
    }
    more = {node["label"] for node in found["nodes"] if node["more"]}
    assert more == {"shop/p2", "shop/p4"}
    assert {"from": "table:lake.raw.t3", "to": "product:shop/p3"} in found["edges"]


def test_a_circle_ends():
    graph = Graph()
    a, b = TableName("lake", "raw", "a"), TableName("lake", "raw", "b")
    graph.product(ProductName("shop", "x"), [a], [b], {})
    graph.product(ProductName("shop", "y"), [b], [a], {})
    assert len(graph.around("product:shop/x", 50)["nodes"]) == 4


def test_a_huge_neighbourhood_is_cut():
    graph = Graph()
    source = TableName("lake", "raw", "all")
    for number in range(2000):
        graph.product(ProductName("shop", f"p{number}"), [source], [], {})
    found = graph.around("table:lake.raw.all", 3)
    assert len(found["nodes"]) == 500
    assert found["nodes"][0]["more"]


async def test_a_release_shows_what_it_read_and_what_it_serves(ask, published):
    found = (await ask("lineage", name="lake.raw.orders")).json
    assert labels(found) == {"lake.raw.orders", "shop/orders", "lake.shop_orders.orders"}
    found = (await ask("lineage", name="lake.shop_orders.orders")).json
    assert labels(found) == {
        *("lake.raw.orders", "shop/orders", "lake.shop_orders.orders", "crm.main.customers"),
    }


async def test_an_unreleased_product_shows_what_it_declares(ask, landed):
    found = (await ask("lineage", name="shop/orders")).json
    assert labels(found) == {"shop/orders", "lake.shop_orders.orders"}


async def test_a_name_that_is_none_is_told_as_such(ask, landed):
    assert (await ask("lineage", name="lake.raw.orderz")).status == 404
    assert (await ask("lineage", name="shop/orderz")).status == 404
