"""How long a branch and the publication of five tables take.

Usage: python benchmarks/publish.py [--rounds N] [--uri URI]. Prints a table and exits non-zero
when the median of branch + publish on SQLite is over 150 ms.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime

from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.runs import PortSnapshot, Release
from jupyter_mesh.model.types import BIGINT
from jupyter_mesh.model.versions import Version
from jupyter_mesh.settings import IcebergSettings

PRODUCT = ProductName("bench", "five")
TABLES = [TableName("lake", PRODUCT.schema, f"t{number}") for number in range(5)]
COLUMNS = (Column("id", BIGINT),)
CEILINGS_MS = {"branch + publish": 150, "snapshot, warm": 2}


def measured(seconds, name, work):
    began = time.perf_counter()
    answer = work()
    seconds.setdefault(name, []).append(time.perf_counter() - began)
    return answer


def one_round(lake, number, seconds):
    branch = measured(
        seconds, "branch", lambda: lake.open_branch(f"r{number}", PRODUCT, TABLES)
    )
    states = measured(
        seconds,
        "prepare 5 tables",
        lambda: [lake.prepare(table, COLUMNS, branch.name) for table in TABLES],
    )
    ports = tuple(PortSnapshot(state.table.table, state) for state in states)
    release = Release(PRODUCT, Version(1, number, 0), datetime.now(UTC), Actor("ana"), ports)
    measured(seconds, "publish", lambda: lake.publish(branch.name, release))
    measured(seconds, "snapshot, warm", lambda: lake.snapshot(TABLES[0]))
    measured(seconds, "tags", lambda: lake.tag(release))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--uri", default="")
    chosen = parser.parse_args()
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        uri = chosen.uri or f"sqlite:///{folder}/catalog.db"
        with Lake("lake", IcebergSettings(uri, f"file://{folder}/warehouse"), None) as lake:
            for number in range(chosen.rounds):
                one_round(lake, number, seconds)
    seconds["branch + publish"] = [
        branch + publish
        for branch, publish in zip(seconds["branch"], seconds["publish"], strict=True)
    ]
    print(f"{'step':<18}{'first ms':>10}{'median ms':>11}{'worst ms':>10}")
    for name, found in seconds.items():
        figures = (found[0], statistics.median(found), max(found))
        print(f"{name:<18}" + "".join(f"{figure * 1000:>10.1f}" for figure in figures))
    missed = False
    for name, ceiling in CEILINGS_MS.items():
        median = statistics.median(seconds[name]) * 1000
        print(f"{name}: {median:.1f} of {ceiling} ms")
        missed |= median > ceiling
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
