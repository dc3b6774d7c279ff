"""What the mesh adds to a real Trino: to a round trip, a listing, a table made, a branch.

    python benchmarks/on_trino.py [--rows 10000000] [--tables 10000]

A Trino and a PostgreSQL are started beside a mesh whose lake keeps its pointers in PostgreSQL.
Where a figure has a peer (the same statement, typed into the official client) both take turns,
so that a busy machine is as unkind to the one as to the other. A figure that misses its target
ends the process with 1.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import psutil
import psycopg
import publish
from trino.dbapi import connect

from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.settings import IcebergSettings, SecretStore
from jupyter_mesh.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_mesh.stack.service import Service

MESH = """
name: bench
engine: trino
engines:
  trino: {{url: {url}}}
catalogs:
  lake:
    type: iceberg
    uri: postgresql://{user}@{host}:{port}/{database}
    password: ${{env:BENCH_PASSWORD}}
  crowd:
    type: postgresql
    host: {host}
    port: {port}
    database: {database}
    user: {user}
    password: ${{env:BENCH_PASSWORD}}
"""
ADDED_MS, LISTED_S, LISTED_AGAIN_MS, BRANCH_S, PUBLISHED_MS = 30, 3, 50, 0.5, 200
# Trino's own speed, and room for what two runs of the same differ by.
STAGED = 1.1
COLUMNS = "orderkey, partkey, suppkey, quantity, extendedprice, shipdate"
PER_SCALE = 6_001_215


@dataclass
class Report:
    """Prints a line for each figure, and remembers whether all of them hold."""

    holds: bool = True

    def tell(
        self, what: str, figure: float, target: float, unit: str, beside: str = ""
    ) -> None:
        """Print a figure beside its target."""
        self.holds = self.holds and figure <= target
        verdict = "" if figure <= target else "  MISSED"
        print(f"{what:<44}{figure:>9.3g} of {target:g} {unit}  {beside}{verdict}", flush=True)


def main() -> int:
    """Start the servers, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--tables", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    chosen = parser.parse_args()
    report = Report()
    with _servers() as (postgres, trino, folder), _mesh(postgres, trino, folder) as mesh:
        _make_tables(mesh, postgres, chosen.tables)
        round_trips(report, mesh, trino, chosen.rounds)
        listings(report, mesh)
        branches(report, mesh)
        publications(report, postgres, folder, chosen.rounds)
        staging(report, mesh, trino, chosen.rows)
    return int(not report.holds)


# -- figures ---------------------------------------------------------------------------------


def round_trips(report: Report, mesh: Mesh, trino: Service, rounds: int) -> None:
    """What a statement costs beyond the client's own round trip."""
    typed = _typed(trino)
    for what, sql in (
        ("a trivial query, added", "SELECT 1 AS n"),
        ("a query of a lake, added", "SELECT * FROM lake.bench.small ORDER BY n"),
    ):
        ours, theirs = _by_turns(
            lambda q=sql: mesh.query(q).rows(), lambda q=sql: typed(q), rounds
        )
        beside = f"{ours * 1000:.0f} ms, the client {theirs * 1000:.0f} ms"
        report.tell(what, (ours - theirs) * 1000, ADDED_MS, "ms", beside)


def listings(report: Report, mesh: Mesh) -> None:
    """The tables of a large schema, as the sidebar asks for them."""
    for schema in ("crowd.main", "lake.main"):
        first, found = _timed(lambda s=schema: mesh.browse(s))
        report.tell(f"{len(found):,} tables of {schema}, first", first, LISTED_S, "s")
        again = statistics.median(_timed(lambda s=schema: mesh.browse(s))[0] for _ in range(9))
        report.tell(
            f"{len(found):,} tables of {schema}, again", again * 1000, LISTED_AGAIN_MS, "ms"
        )


def branches(report: Report, mesh: Mesh) -> None:
    """A branch in the catalog and as a catalog of the server, each a new one."""
    lake, server = mesh.parts.home, mesh.parts.engine().server
    table = TableName("lake", "bench", "small")

    def opened(number: int) -> float:
        began = perf_counter()
        branch = lake.open_branch(f"bench-{number}", None, (table,)).name
        server.of_branch("lake", branch)
        seconds = perf_counter() - began
        lake.abandon(branch)
        server.forget(branch)
        return seconds

    first, *later = [opened(number) for number in range(11)]
    beside = f"the first {first:.2f} s"
    report.tell("opening a branch", statistics.median(later), BRANCH_S, "s", beside)


def publications(report: Report, postgres: Service, folder: Path, rounds: int) -> None:
    """Five tables made current at once, pointers in PostgreSQL."""
    uri = "postgresql://{user}@{host}:{port}/{database}".format(**postgres.facts)
    settings = IcebergSettings(uri, f"file://{folder}/published", "${env:BENCH_PASSWORD}")
    seconds: dict[str, list[float]] = {}
    with Lake("published", settings, SecretStore()) as lake:
        publish.TABLES[:] = [
            TableName("published", ProductName("bench", "five").schema, table.table)
            for table in publish.TABLES
        ]
        for number in range(rounds):
            publish.one_round(lake, number, seconds)
    median = statistics.median(seconds["publish"]) * 1000
    beside = f"the slowest {max(seconds['publish']) * 1000:.0f} ms"
    report.tell("publication of 5 tables on PostgreSQL", median, PUBLISHED_MS, "ms", beside)


def staging(report: Report, mesh: Mesh, trino: Service, rows: int) -> None:
    """Rows made by a CTAS through the mesh, and by Trino's own, by turns after a warm-up.

    Seconds of processors, the server's and ours, are held to the target: on a busy machine two
    runs of the very same statement differ by half in seconds of the clock.
    """
    typed = _typed(trino)
    typed("CREATE CATALOG IF NOT EXISTS tpch USING tpch")
    mesh.parts.engine().server.reread()
    ways = {"ours": lambda sql: mesh.query(sql).rows(), "theirs": typed}
    select = f'SELECT {COLUMNS} FROM tpch."sf{rows / PER_SCALE:.4f}".lineitem'
    clock: dict[str, list[float]] = {"ours": [], "theirs": []}
    work: dict[str, list[float]] = {"ours": [], "theirs": []}
    for way in ("theirs", "ours", "ours", "theirs", "theirs", "ours", "ours", "theirs"):
        table = f"lake.bench.{way}"
        before = _worked(trino)
        took, _ = _timed(lambda w=way, t=table: ways[w](f"CREATE TABLE {t} AS {select}"))
        work[way].append(_worked(trino) - before)
        clock[way].append(took)
        ((made,),) = mesh.query(f"SELECT count(*) FROM {table}").rows()
        mesh.query(f"DROP TABLE {table}")
    for way in ("ours", "theirs"):
        # The first of each has warmed up the server.
        del clock[way][0], work[way][0]
    ours, theirs = (statistics.median(work[way]) for way in ("ours", "theirs"))
    mine, own = (min(clock[way]) for way in ("ours", "theirs"))
    beside = (
        f"{made:,} rows: {ours:.1f} to {theirs:.1f} s of processors, {mine:.1f} to {own:.1f} s"
    )
    report.tell("staging by CTAS, of Trino's own work", ours / theirs, STAGED, "x", beside)


def _worked(trino: Service) -> float:
    """The processors' seconds of the server and of this process up to now."""
    times = [psutil.Process(trino.pid).cpu_times(), psutil.Process().cpu_times()]
    return sum(one.user + one.system for one in times)


# -- ground ----------------------------------------------------------------------------------


@contextmanager
def _servers() -> Iterator[tuple[Service, Service, Path]]:
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as name:
        folder = Path(name)
        # PostgreSQL gives up root's rights and has to come in all the same.
        folder.chmod(0o755)
        stack = Stack(folder / "stack")
        try:
            postgres = stack.up(["postgres"])["postgres"]
            secret = (postgres.folder / "password").read_text().strip()
            os.environ["BENCH_PASSWORD"] = secret
            known = {"MESH_LAKE_PASSWORD": secret, "MESH_CROWD_PASSWORD": secret}
            yield postgres, stack.up(["trino"], known)["trino"], folder
        finally:
            stack.down()


@contextmanager
def _mesh(postgres: Service, trino: Service, folder: Path) -> Iterator[Mesh]:
    root = folder / "mesh"
    root.mkdir()
    (root / "mesh.yaml").write_text(MESH.format(url=trino.url, **postgres.facts))
    with Mesh.open(root) as mesh:
        mesh.query("CREATE SCHEMA lake.bench")
        mesh.query("CREATE TABLE lake.bench.small AS SELECT 1 AS n")
        yield mesh


def _make_tables(mesh: Mesh, postgres: Service, tables: int) -> None:
    """So many empty tables in PostgreSQL, and so many pointers to one table in the lake."""
    location = mesh.parts.home.snapshot(TableName("lake", "bench", "small")).metadata_location
    mesh.query("CREATE SCHEMA lake.main")
    facts = {key: postgres.facts[key] for key in ("host", "port", "user")}
    with psycopg.connect(
        **facts, dbname=postgres.facts["database"], password=os.environ["BENCH_PASSWORD"]
    ) as connection:
        connection.execute("CREATE SCHEMA main")
        # Each table takes a lock until the end of its transaction, and there are so many locks.
        for start in range(0, tables, 500):
            names = range(start, min(start + 500, tables))
            connection.execute("".join(f"CREATE TABLE main.t{n:06} (n int);" for n in names))
            connection.commit()
        connection.execute(
            "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, "
            "metadata_location, iceberg_type) SELECT 'lake', 'main', 't' || n, %s, 'TABLE' "
            "FROM generate_series(1, %s) AS n",
            (location, tables),
        )


def _typed(trino: Service) -> Callable[[str], list[object]]:
    """Statements typed into the official client."""
    facts = trino.facts
    connection = connect(host=facts["host"], port=facts["port"], user="bench")

    def typed(sql: str) -> list[object]:
        cursor = connection.cursor()
        cursor.execute(sql)
        return cursor.fetchall()

    return typed


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = perf_counter()
    answer = work()
    return perf_counter() - began, answer


def _by_turns(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """The medians of both, asked by turns after a warm-up."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 5):
        for way, seconds in zip((ours, theirs), taken, strict=True):
            took = _timed(way)[0]
            if number >= 5:
                seconds.append(took)
    return statistics.median(taken[0]), statistics.median(taken[1])


if __name__ == "__main__":
    sys.exit(main())
