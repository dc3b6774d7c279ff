"""Promises of the sidebar's routes."""


async def labels(ask, parent):
    answer = await ask("tree", parent=parent)
    assert answer.status == 200, answer.content
    return [item["label"] for item in answer.json["items"]]


async def test_a_served_table_says_what_its_product_says_of_it(ask, published):
    items = (await ask("tree", parent="schema:lake.shop_orders")).json["items"]
    assert [item["comment"] for item in items] == ["Orders and revenue by country."]


async def test_the_tree_is_walked_from_the_top_to_the_columns(ask, landed):
    assert await labels(ask, "") == ["Products", "Catalogs"]
    assert await labels(ask, "products") == ["shop"]
    assert await labels(ask, "domain:shop") == ["orders"]
    assert await labels(ask, "product:shop/orders") == ["orders"]
    assert await labels(ask, "port:shop/orders/orders") == ["country", "orders", "revenue"]
    assert await labels(ask, "catalogs") == ["crm", "lake"]
    assert await labels(ask, "catalog:lake") == ["raw"]
    assert await labels(ask, "schema:lake.raw") == ["orders"]
    assert await labels(ask, "table:lake.raw.orders") == ["id", "customer", "amount"]
    column = (await ask("tree", parent="table:lake.raw.orders")).json["items"][0]
    assert column["id"] == "column:lake.raw.orders.id"
    assert column["leaf"]
    assert column["type"] == "bigint"
