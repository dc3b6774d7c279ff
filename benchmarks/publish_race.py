"""Many processes publish two tables of one product at once while a reader watches.

Usage: python benchmarks/publish_race.py [--uri URI] [--writers 8] [--publications 20]
[--reads 10000]. Nobody takes a lease: whoever comes second is refused and tries again. Prints
a table and exits non-zero on a torn read or a lost publication.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime

from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.catalog.maintenance import fsck
from jupyter_mesh.errors import ConflictError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.runs import PortSnapshot, Release
from jupyter_mesh.model.types import BIGINT
from jupyter_mesh.model.versions import Change, Version
from jupyter_mesh.settings import IcebergSettings

PRODUCT = ProductName("race", "pair")
TABLES = [TableName("lake", PRODUCT.schema, name) for name in ("left", "right")]


def attempt(lake, writer, number, tries):
    """One try at the next version; both tables say who wrote them in a column's comment."""
    head = lake.latest(PRODUCT)
    version = head.version.after(Change.NONE) if head else Version(1, 0, 0)
    words = f"writer {writer} publication {number}"
    branch = lake.open_branch(f"{writer}-{number}-{tries}", PRODUCT, TABLES)
    try:
        columns = (Column("id", BIGINT, description=words),)
        states = [lake.prepare(table, columns, branch.name) for table in TABLES]
        ports = tuple(PortSnapshot(state.table.table, state) for state in states)
        release = Release(PRODUCT, version, datetime.now(UTC), Actor(words), ports)
        lake.publish(branch.name, release)
    except ConflictError:
        lake.abandon(branch.name)
        return False
    return True


def write(settings, writer, publications, start, answers):
    """Publish until all have landed; answers how many tries were refused."""
    dice = random.Random(writer)
    refused = 0
    with Lake("lake", settings, None) as lake:
        start.wait()
        for number in range(publications):
            while not attempt(lake, writer, number, refused):
                refused += 1
                # Those who were refused together must not come back together.
                time.sleep(dice.uniform(0, 0.05))
    answers.put(refused)


def read(settings, reads, done, answers):
    """Resolve the head and both tables again and again; answers what did not fit together."""
    found = Counter()
    with Lake("lake", settings, None) as lake:
        while found["reads"] < reads or not done.is_set():
            head = lake.latest(PRODUCT)
            pair = {
                table: location
                for scope, table, location in lake.pointers.everything()
                if scope == "lake"
            }
            if head is None:
                continue
            found["reads"] += 1
            told = {spoken(lake, output.snapshot) for output in head.outputs}
            found["torn releases"] += told != {head.actor.user}
            seen = {spoken(lake, lake.files.state(*one)) for one in pair.items()}
            found["torn pairs"] += len(seen) != 1
            found["heads"] += head.digest != found.get("last", "")
            found["last"] = head.digest
            # One that never rests would take a core from the writers.
            time.sleep(0.005)
    del found["last"]
    answers.put(found)


def spoken(lake, snapshot):
    """What a table says, read from its metadata file."""
    return lake.files.state(snapshot.table, snapshot.metadata_location).columns[0].description


def race(settings, writers, publications, reads):
    """Run all of them; answers refused tries, the reader's findings and the seconds taken."""
    spawn = multiprocessing.get_context("spawn")
    start, done = spawn.Barrier(writers + 1), spawn.Event()
    refusals, findings = spawn.Queue(), spawn.Queue()
    reader = spawn.Process(target=read, args=(settings, reads, done, findings))
    workers = [
        spawn.Process(target=write, args=(settings, number, publications, start, refusals))
        for number in range(writers)
    ]
    for process in (*workers, reader):
        process.start()
    start.wait()
    began = time.perf_counter()
    refused = sum(refusals.get() for _worker in workers)
    seconds = time.perf_counter() - began
    done.set()
    found = findings.get()
    for process in (*workers, reader):
        process.join()
    return refused, found, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uri", default="")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--publications", type=int, default=20)
    parser.add_argument("--reads", type=int, default=10_000)
    chosen = parser.parse_args()
    wanted = chosen.writers * chosen.publications
    with tempfile.TemporaryDirectory() as folder:
        uri = chosen.uri or f"sqlite:///{folder}/catalog.db"
        settings = IcebergSettings(uri, f"file://{folder}/warehouse")
        refused, found, seconds = race(
            settings, chosen.writers, chosen.publications, chosen.reads
        )
        with Lake("lake", settings, None) as lake:
            releases = lake.releases(PRODUCT)
            problems = fsck(lake)
    landed = len({release.actor.user for release in releases})
    lines = {
        "landed": f"{landed} of {wanted}",
        "refused tries": f"{refused} ({refused / wanted:.1f} a publication)",
        "seconds": f"{seconds:.1f} ({seconds / wanted * 1000:.0f} ms a publication)",
        "reads": str(found["reads"]),
        "heads seen": str(found["heads"]),
        "torn reads": str(found["torn releases"] + found["torn pairs"]),
        "problems found": str(len(problems)),
    }
    for name, figure in lines.items():
        print(f"{name:<16}{figure}")
    whole = landed == wanted == len(releases) and not problems
    return int(not whole or found["torn releases"] + found["torn pairs"] > 0)


if __name__ == "__main__":
    sys.exit(main())
