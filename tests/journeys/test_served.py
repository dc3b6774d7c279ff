"""The road on PostgreSQL and an object store, all through mesh.yaml and the command."""

import json

import pytest


@pytest.mark.long
def test_the_whole_road_on_a_server_and_a_store(served_folder, run):
    def ok(*arguments):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    ok("land", "orders.csv", "lake.raw.orders")
    ok("promote", "shop/orders")
    (served_folder / "orders.csv").write_text("id,customer,amount\n1,1,2.50\n")
    ok("land", "orders.csv", "lake.raw.orders")
    ok("promote", "shop/orders")
    first = json.loads(ok("read", "shop/orders@1.0.0", "orders", "--format", "json"))
    assert sorted(row["country"] for row in first) == ["DE", "FR", "IT"]
    second = json.loads(ok("read", "shop/orders@latest", "orders", "--format", "json"))
    assert [row["country"] for row in second] == ["FR"]
    ok("rollback", "shop/orders", "1.0.0")
    count = "SELECT count(*) AS n FROM lake.shop_orders.orders"
    assert json.loads(ok("query", count, "--format", "json")) == [{"n": 3}]
    assert "No problem" in ok("fsck") or json.loads(ok("fsck", "--json")) == []
    assert json.loads(ok("gc", "--dry-run", "--json"))["kept"] > 0
    assert not list(served_folder.rglob("*.parquet"))
