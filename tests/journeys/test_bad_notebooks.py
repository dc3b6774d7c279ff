"""Notebooks that go wrong: the reason with its cell, the copy kept, readers where they were."""

import json
import re
from pathlib import Path

import pytest

STOP = {
    "fails": ("x = 1\n1 / 0", "stopped in cell 4, line 2: ZeroDivisionError"),
    "prints an error": (
        "try:\n    1 / 0\nexcept Exception:\n    get_ipython().showtraceback()",
        "shows an error in cell 4",
    ),
    "hangs": (
        "import threading\nthreading.Event().wait()",
        "Cell 4 of orders.ipynb took longer",
    ),
    "is killed": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "killed in cell 4 of orders.ipynb",
    ),
    "ends itself": ("import sys\nsys.exit(0)", "ended itself in cell 4"),
    "ends at once": ("import os\nos._exit(0)", "before cell 4 of orders.ipynb was done"),
    "asks unknown SQL": ("%%mesh\nSELECT * FROM lake.raw.ordes", "in cell 4"),
}
STAGED = {
    "lacks a column": ("frame = frame.drop(columns=['revenue'])", "There is no column revenue"),
    "has one too many": ("frame['extra'] = 1", "does not promise extra"),
    "has another type": ("frame['orders'] = 'many'", "orders is varchar"),
    "wrote elsewhere": (
        "mesh.query('CREATE TABLE lake.shop_orders.other AS SELECT 1 AS id')",
        "wrote lake.shop_orders.other, which no output port",
    ),
}


def refused(run, reason):
    """Promote, expect that refusal, and see that nothing else has changed."""
    done = run("promote", "shop/orders")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    said = done.stderr[done.stderr.index("error: ") :]
    assert reason in said
    copy = re.search(r"The executed copy is (.*)\.$", said, re.MULTILINE)
    assert copy is not None, said
    assert json.loads(Path(copy[1]).read_text())["cells"]
    releases = json.loads(run("releases", "shop/orders", "--json").stdout)
    assert [release["version"] for release in releases] == ["1.0.0"]
    count = run(
        "query", "SELECT count(*) AS n FROM lake.shop_orders.orders", "--format", "json"
    )
    assert json.loads(count.stdout) == [{"n": 3}]


@pytest.mark.long
@pytest.mark.parametrize("kind", STOP)
def test_a_notebook_that_stops_names_its_cell(released, run, cells, kind):
    code, reason = STOP[kind]
    if kind == "hangs":
        with (released / "mesh.yaml").open("a") as settings:
            settings.write("cell_timeout: 15\n")
    cells(lambda good: [*good[:3], code, *good[3:]])
    refused(run, reason)


@pytest.mark.long
@pytest.mark.parametrize("kind", STAGED)
def test_what_is_not_as_promised_is_named_and_the_copy_kept(released, run, cells, kind):
    code, reason = STAGED[kind]
    cells(lambda good: [*good[:4], code, *good[4:]])
    refused(run, reason)
    assert released.exists()


@pytest.mark.long
@pytest.mark.parametrize(
    ("stage", "reason"),
    [("", "Nothing is staged for the output port orders"), ("'ordrs'", "no output port ordrs")],
)
def test_a_port_that_is_not_staged_is_seen_before_anything_runs(
    released, run, cells, stage, reason
):
    line = [f"mesh.stage({stage}, frame)"] if stage else []
    cells(lambda good: [*good[:4], *line])
    done = run("promote", "shop/orders")
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Cell 1" not in done.stderr
    assert released.exists()


@pytest.mark.long
def test_a_notebook_that_only_says_it_would_stage_is_found_out(released, run, cells):
    cells(lambda good: [*good[:4], "if not frame.size:\n    mesh.stage('orders', frame)"])
    refused(run, "ran to its end and staged nothing")
    assert released.exists()
