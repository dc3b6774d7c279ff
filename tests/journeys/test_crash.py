"""A promotion that is killed outright leaves the old release or the new one, whole."""

import json
import signal

import pytest

from jupyter_mesh.mesh import Mesh

MOMENTS = ["Cell 3:", "Collecting", "Publishing", "tags of"]


@pytest.mark.long
@pytest.mark.parametrize("moment", MOMENTS)
def test_after_a_kill_the_next_promotion_works(released, run, start, moment):
    victim = start("promote", "shop/orders")
    assert any(moment in line for line in victim.stderr)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    after = json.loads(run("releases", "shop/orders", "--json").stdout)
    assert len(after) in {1, 2}
    answer = run(
        "query", "SELECT count(*) AS n FROM lake.shop_orders.orders", "--format", "json"
    )
    assert json.loads(answer.stdout) == [{"n": 3}]
    # The dead one's lease ends by itself within half a minute.
    again = run("promote", "shop/orders", "--wait", "60")
    assert again.returncode == 0, again.stderr
    assert json.loads(run("fsck", "--json").stdout) == []
    with Mesh.open(released) as mesh:
        states = [record.state for record in mesh.parts.home.runs()]
        branches = mesh.parts.home.branches()
    assert states == ["published", "published" if len(after) == 2 else "lost", "published"]
    assert branches == []


@pytest.mark.long
def test_two_promotions_of_one_product_do_not_meet(small_folder, run, start, gate):
    assert run("land", "orders.csv", "lake.raw.orders").returncode == 0
    gate.stand_in(small_folder)
    first = start("promote", "shop/orders")
    assert any("Cell 2" in line for line in first.stderr)
    refused = run("--json", "promote", "shop/orders")
    assert refused.returncode == 4
    error = json.loads(refused.stdout)["error"]
    assert "is held by ana, run " in error["message"]
    waiting = start("--json", "promote", "shop/orders", "--wait", "120")
    gate.open()
    first.communicate()
    assert first.returncode == 0
    answer, said = waiting.communicate()
    assert waiting.returncode == 0, said
    assert json.loads(answer)["version"] == "1.0.0+r1"
    assert small_folder.joinpath("products/shop/orders/releases/1.0.0.json").exists()


@pytest.mark.long
def test_two_who_insert_into_one_table_lose_no_rows(small_folder, run, start):
    assert run("query", "CREATE SCHEMA lake.raw").returncode == 0
    made = run("query", "CREATE TABLE lake.raw.t AS SELECT CAST(0 AS bigint) AS n")
    assert made.returncode == 0, made.stderr
    both = [
        start("query", f"INSERT INTO lake.raw.t SELECT CAST({number} AS bigint)")
        for number in (1, 2, 3)
    ]
    told = [process.communicate()[1] for process in both]
    codes = [process.returncode for process in both]
    assert set(codes) <= {0, 4}
    assert 0 in codes
    for code, words in zip(codes, told, strict=True):
        assert code == 0 or "nothing was written" in words
    rows = json.loads(run("query", "SELECT n FROM lake.raw.t", "--format", "json").stdout)
    landed = {number for number, code in zip((1, 2, 3), codes, strict=True) if code == 0}
    assert {row["n"] for row in rows} == {0} | landed
    assert small_folder.exists()


@pytest.mark.long
def test_two_who_land_into_one_table_leave_one_files_rows_whole(small_folder, run, start):
    sizes = {"a.csv": 2000, "b.csv": 3000}
    for name, size in sizes.items():
        text = "n\n" + "".join(f"{number}\n" for number in range(size))
        (small_folder / name).write_text(text)
    both = {name: start("land", name, "lake.raw.t") for name in sizes}
    told = {name: process.communicate()[1] for name, process in both.items()}
    codes = {name: process.returncode for name, process in both.items()}
    assert set(codes.values()) <= {0, 4}, told
    assert 0 in codes.values()
    count = run("query", "SELECT count(*) AS n FROM lake.raw.t", "--format", "json")
    assert json.loads(count.stdout)[0]["n"] in {
        size for name, size in sizes.items() if codes[name] == 0
    }
