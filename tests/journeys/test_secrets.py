"""No secret of mesh.yaml is found in anything that a promotion leaves or shows."""

import os
import threading
import time
from pathlib import Path

import psycopg
import pytest

SECRETS = ("canary-catalog-7f3a", "canary-crm-91be", "canary-key-55d0", "canary-store-c2c2")
LEAK = "import os\nprint(dict(os.environ))\nprint(repr(os.environ['CRM_PASSWORD']) * 2)"
CRASH = (
    "import os\ndef connect(password):\n    raise ValueError('no login with ' + password)\n"
    "try:\n    connect(os.environ['CATALOG_PASSWORD'])\nexcept ValueError as error:\n"
    "    raise RuntimeError(os.environ['S3_SECRET']) from error"
)


@pytest.fixture
def watched():
    """The command lines of every process of this machine, as they come and go."""
    seen, done = set(), threading.Event()

    def look():
        while not done.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes())
                except OSError:
                    continue
            time.sleep(0.05)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield seen
    done.set()
    thread.join()


def leaks(content):
    return sorted(
        {(place, word) for place, data in content for word in SECRETS if word.encode() in data}
    )


def rows_of_catalog(folder):
    address = next(
        line.split('"')[1]
        for line in (folder / "mesh.yaml").read_text().splitlines()
        if "uri:" in line
    )
    with psycopg.connect(address, password=os.environ["CATALOG_PASSWORD"]) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT t::text FROM "{table}" t').fetchall():
                yield f"catalog {table}", row[0].encode()


@pytest.mark.long
def test_a_notebook_that_prints_its_environment_leaves_no_secret_behind(
    served_folder, run, cells, everything, watched
):
    assert run("land", "orders.csv", "lake.raw.orders").returncode == 0
    cells(lambda good: [*good[:1], LEAK, *good[1:], LEAK])
    said = [run("--json", "promote", "shop/orders")]
    assert said[0].returncode == 0, said[0].stderr
    cells(lambda good: [*good[:2], LEAK, CRASH, *good[2:]])
    said += [run("promote", "shop/orders"), run("--json", "promote", "shop/orders")]
    assert [done.returncode for done in said[1:]] == [1, 1]
    cells(lambda good: [LEAK, *good[1:]])
    said.append(run("query", f"SELECT * FROM lake.raw.orders WHERE '{SECRETS[0]}' = 1"))
    said.append(run("releases", "shop/orders", "--json"))
    kept = everything(served_folder)
    assert [name for name in kept if name.startswith(".mesh/runs") and name.endswith("ipynb")]
    found = [
        *kept.items(),
        *(("stdout", done.stdout.encode()) for done in said[:3]),
        *(("stderr", done.stderr.encode()) for done in said[:3]),
        *(("argv", line) for line in watched if b"SELECT" not in line),
    ]
    assert leaks(found) == []
    assert leaks(rows_of_catalog(served_folder)) == []


@pytest.mark.long
@pytest.mark.parametrize("name", ["CATALOG_PASSWORD", "CRM_PASSWORD", "S3_SECRET"])
def test_a_wrong_or_missing_secret_is_told_by_name_and_never_by_value(
    served_folder, run, monkeypatch, name
):
    assert run("land", "orders.csv", "lake.raw.orders").returncode == 0
    sql = "SELECT * FROM lake.raw.orders JOIN crm.main.customers ON true"
    monkeypatch.delenv(name)
    missing = run("query", sql)
    assert missing.returncode == 2
    assert name in missing.stderr
    if name != "S3_SECRET":  # the store of the tests believes every key
        monkeypatch.setenv(name, "canary-wrong-0000")
        wrong = run("query", sql)
        assert wrong.returncode == 5, wrong.stderr
        assert "canary" not in wrong.stderr
        assert "Traceback" not in wrong.stderr
