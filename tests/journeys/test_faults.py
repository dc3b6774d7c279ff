"""Disks and databases that fail: a clear error, a clean state, nothing torn."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

LOCK = (
    "import sqlite3, sys, time; d = sqlite3.connect(sys.argv[1], isolation_level=None);"
    "d.execute('BEGIN IMMEDIATE'); print('held', flush=True); time.sleep(float(sys.argv[2]))"
)


@pytest.mark.long
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "is damaged"),
        (lambda path: path.write_text("some words, no database" * 50), "is not a SQLite"),
    ],
)
def test_a_spoilt_catalog_database_is_named(released, run, spoil, words):
    path = released / ".mesh" / "catalog.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(path)
    for verb in (["releases"], ["fsck"], ["promote", "shop/orders"]):
        done = run(*verb)
        assert done.returncode == 5, done.stderr
        assert str(path) in done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("size", [None, 100])
def test_a_data_file_that_is_gone_or_cut_is_found_and_may_come_back(released, run, size):
    path = next(released.glob(".mesh/warehouse/shop_orders/**/*.parquet"))
    whole = path.read_bytes()
    if size is None:
        path.unlink()
    else:
        path.write_bytes(whole[:size])
    read = run("read", "shop/orders@1.0.0", "orders")
    assert read.returncode == 5
    assert path.name in read.stderr
    assert "mesh fsck" in read.stderr
    found = run("fsck", "--json")
    assert found.returncode == 5
    assert {problem["subject"] for problem in json.loads(found.stdout)} == {
        "shop/orders 1.0.0",
        "lake.shop_orders.orders",
    }
    path.write_bytes(whole)
    assert run("fsck").returncode == 0


@pytest.mark.long
def test_a_database_locked_for_a_while_is_waited_for(released, run):
    path = released / ".mesh" / "catalog.db"
    command = [sys.executable, "-c", LOCK, path, "6"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        (released / "orders.csv").write_text("id,customer,amount\n1,1,2.50\n")
        landed = run("land", "orders.csv", "lake.raw.orders")
    assert landed.returncode == 0, landed.stderr
    count = run("query", "SELECT count(*) AS n FROM lake.raw.orders", "--format", "json")
    assert json.loads(count.stdout) == [{"n": 1}]


@pytest.mark.long
def test_a_database_locked_for_good_is_told_and_nothing_is_torn(released, run):
    path = released / ".mesh" / "catalog.db"
    command = [sys.executable, "-c", LOCK, path, "300"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "held\n"
            refused = run("promote", "shop/orders")
        finally:
            holder.kill()
    assert refused.returncode == 5
    assert "locked by another program" in refused.stderr
    assert run("fsck").returncode == 0
    assert run("promote", "shop/orders").returncode == 0
