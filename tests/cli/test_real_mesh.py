"""The command on a real mesh, from an empty folder to a versioned table and back."""

import contextlib
import json
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from jupyter_mesh.cli.app import mesh
from tests.waiting import LONGEST, until

MESH = Path(sys.executable).parent / "mesh"


class Folder:
    """A folder in which `mesh` is typed."""

    def __init__(self, root):
        self.root = root

    def run(self, *words, code=0):
        with contextlib.chdir(self.root):
            done = CliRunner().invoke(mesh, words)
        assert done.exit_code == code, done.stderr
        return done

    def json(self, *words, code=0):
        return json.loads(self.run(*words, "--json", code=code).stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("shop"))
    folder.run("init")
    lines = [f"{n},{n / 4:.2f},name {n}" for n in range(3000)]
    (folder.root / "orders.csv").write_text("\n".join(["id,price,name", *lines]) + "\n")
    folder.run("land", "orders.csv", "lake.raw.orders")
    return folder


def test_what_was_landed_can_be_found_and_read(folder):
    assert {"name": "lake.raw.orders", "kind": "table"}.items() <= folder.json(
        "browse", "lake.raw"
    )[0].items()
    columns = folder.json("describe", "lake.raw.orders")["columns"]
    assert [column["name"] for column in columns] == ["id", "price", "name"]
    rows = folder.json(
        "query", "SELECT sum(price) AS s FROM lake.raw.orders WHERE id < :n", "-p", "n=4"
    )
    assert Decimal(rows[0]["s"]) == Decimal("1.50")


def test_the_same_file_lands_once(folder):
    first = folder.json("land", "orders.csv", "lake.raw.orders")
    assert folder.json("land", "orders.csv", "lake.raw.orders")["snapshot_id"] == first[
        "snapshot_id"
    ]  # fmt: skip


def test_files_hold_the_same_rows_in_every_form(folder):
    import csv

    from pyarrow import parquet

    sql = "SELECT * FROM raw.orders ORDER BY id"
    for name in ("all.csv", "all.json", "all.parquet"):
        folder.run("query", sql, "-o", name)
    with (folder.root / "all.csv").open() as stream:
        found = list(csv.DictReader(stream))
    assert len(found) == 3000
    assert [row["name"] for row in json.loads((folder.root / "all.json").read_text())] == [
        row["name"] for row in found
    ]
    assert parquet.read_table(folder.root / "all.parquet").num_rows == 3000


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["query", "SELECT * FROM lake.raw.ordres"], 3, "lake.raw.orders"),
        (["query", "SELECT * FRO x"], 2, "^"),
        (["query", "SELECT pirce FROM lake.raw.orders"], 2, "price"),
        (["browse", "lkae"], 3, "lake"),
        (["describe", "lake.raw.ordres"], 3, "lake.raw.orders"),
        (["plan", "shop/orders"], 3, "shop/orders"),
        (["releases", "shop/orders"], 3, "shop/orders"),
        (["read", "shop/orders@^1", "orders"], 3, "shop/orders"),
        (["land", "nothing.csv", "lake.raw.x"], 2, "nothing.csv"),
        (["land", "orders.csv", "raw.x"], 2, "catalog.schema.table"),
        (["query", "SELECT 1", "--engine", "trno"], 3, "trno"),
    ],
)
def test_a_mistake_is_named_with_what_is_near(folder, words, code, said):
    ended = folder.run(*words, code=code)
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert folder.json(*words, code=code)["error"]["message"]


def test_a_new_product_can_be_planned(folder):
    folder.run("new", "product", "shop/orders", "--port", "orders")
    assert folder.json("plan", "shop/orders")["version"] == "1.0.0"
    assert folder.json("releases") == []
    assert folder.json("fsck") == []


def test_ctrl_c_ends_a_long_query_at_once(folder):
    sql = (
        "SELECT count(*) FROM lake.raw.orders a, lake.raw.orders b, lake.raw.orders c "
        "WHERE a.id * b.id = c.id + 1"
    )
    words = [MESH, "query", sql]
    with subprocess.Popen(words, cwd=folder.root, stderr=subprocess.PIPE, text=True) as process:
        # It is at the statement when it has worked longer than it takes to begin.
        until(lambda: sum(psutil.Process(process.pid).cpu_times()[:2]) >= 4)
        process.send_signal(signal.SIGINT)
        try:
            said = process.communicate(timeout=LONGEST)[1]
        finally:
            process.kill()
    assert process.returncode == 130, said
    assert "Traceback" not in said
