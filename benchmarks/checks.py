"""What forty checks cost: our fused statements beside a full decode and Great Expectations.

    python benchmarks/checks.py [--rows 2000000] [--gx]

Prints one table; every figure is CPU seconds of this process and its children, and its ratio
to R, the cost of decoding the whole table once.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import duckdb
import pyarrow.parquet as pq

from jupyter_mesh.formats.expectations import suite
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.contract import Column, Contract, Rule
from jupyter_mesh.model.names import TableName
from jupyter_mesh.quality.evaluate import Evaluator
from jupyter_mesh.quality.worker import Worker

TABLE = TableName("lake", "bench", "orders")
MAKE = """
COPY (SELECT i AS id, i % 50000 AS customer, (i * 7919) % 200000 AS part,
  (i % 7) + 1 AS line, (i % 50) + 1.0 AS quantity, (i * 31 % 100000) / 100.0 AS price,
  (i % 11) / 100.0 AS discount, ['N', 'R', 'A'][(i % 3) + 1] AS flag,
  ['O', 'F'][(i % 2) + 1] AS status, DATE '2013-01-01' + CAST(i % 2000 AS integer) AS shipped,
  ['AIR', 'RAIL', 'SHIP', 'MAIL'][(i % 4) + 1] AS mode,
  'order ' || (i * 2654435761 % 1000003) AS remark
FROM range({rows}) AS t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def contract_of(columns: tuple[Column, ...]) -> Contract:
    """Forty rules of all mergeable kinds, two uniqueness rules among them."""
    names = [column.name for column in columns]
    rules = [Rule(f"null-{name}", "nullValues", name) for name in names]
    rules += [
        Rule(f"share-{name}", "nullValues", name, "mustBeLessOrEqualTo", 5, "percent")
        for name in names
    ]
    numbers = ("line", "quantity", "price", "discount", "customer", "part")
    rules += [
        Rule(f"low-{name}", "logicalTypeOptions", name, arguments={"minimum": 0})
        for name in numbers
    ]
    sets = {
        "flag": ["N", "R", "A"],
        "status": ["O", "F"],
        "mode": ["AIR", "RAIL", "SHIP", "MAIL"],
    }
    rules += [
        Rule(f"set-{name}", "invalidValues", name, arguments={"validValues": values})
        for name, values in sets.items()
    ]
    rules += [
        Rule("like-remark", "invalidValues", "remark", arguments={"pattern": "^order [0-9]+$"}),
        Rule("long-remark", "logicalTypeOptions", "remark", arguments={"maxLength": 20}),
        Rule("since", "logicalTypeOptions", "shipped", arguments={"minimum": "2013-01-01"}),
        Rule("some", "rowCount", operator="mustBeGreaterThan"),
        Rule("id", "duplicateValues", "id"),
        Rule("pair", "duplicateValues", arguments={"properties": ["id", "line"]}),
        Rule("many", "rowCount", operator="mustBeLessThan", threshold=10**9),
    ]
    return Contract("orders", columns, tuple(rules))


class Counting:
    """An engine that counts the statements it passes on."""

    def __init__(self, engine):
        self.engine, self.statements, self.name = engine, 0, engine.name

    def query(self, *arguments, **more):
        self.statements += 1
        return self.engine.query(*arguments, **more)

    def access(self, *arguments):
        return self.engine.access(*arguments)


def spent() -> float:
    """CPU seconds of this process and of the children that have ended."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, who))


def measured(work):
    """What some work answers, its wall and its CPU seconds."""
    wall, cpu = time.perf_counter(), spent()
    answer = work()
    return answer, time.perf_counter() - wall, spent() - cpu


def decode(path):
    """Read every column of the file, batch by batch."""
    return sum(batch.num_rows for batch in pq.ParquetFile(path).iter_batches())


def expected(path, contract):
    """The contract's suite, held by Great Expectations in a worker of its own."""
    worker = Worker(timeout=3600)
    try:
        return worker.validate(path, suite(contract)["expectations"])
    finally:
        worker.close()


def make(folder: Path, rows: int) -> Path:
    """A mesh with nothing in it, and the rows as one parquet file."""
    text = "name: bench\ncatalogs:\n  lake:\n    type: iceberg\n"
    (folder / "mesh.yaml").write_text(dedent(text))
    path = folder / "orders.parquet"
    duckdb.sql(MAKE.format(rows=rows, path=path))
    return path


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=2_000_000, help="rows of the table")
    options.add_argument("--gx", action="store_true", help="ask Great Expectations too")
    chosen = options.parse_args()
    with TemporaryDirectory() as folder:
        path = make(Path(folder), chosen.rows)
        with Mesh.open(folder) as mesh:
            mesh.land(path, str(TABLE))
            report(mesh, path, chosen)


def report(mesh: Mesh, path: Path, chosen: argparse.Namespace) -> None:
    """Measure and print."""
    snapshot = mesh.parts.home.snapshot(TABLE)
    contract = contract_of(snapshot.columns)
    engine = Counting(mesh.parts.engine())
    session = mesh.session
    _, wall, cpu = measured(lambda: decode(path))
    lines = [("decode the table once (R)", wall, cpu, "")]
    evaluator = Evaluator(engine)
    results, *cost = measured(lambda: evaluator.check("orders", snapshot, contract, session))
    outcomes = ", ".join(f"{n} {o}" for o, n in Counter(r.outcome for r in results).items())
    lines.append(
        (f"{len(contract.rules)} rules, ours", *cost, f"{engine.statements} statements")
    )
    if chosen.gx:
        _, *cost = measured(lambda: expected(path, contract))
        lines.append(("the same, Great Expectations", *cost, "import included"))
    print(f"{chosen.rows:,} rows, {len(snapshot.columns)} columns: {outcomes}")
    print(f"{'':30} {'wall s':>8} {'CPU s':>8} {'x R':>6}")
    for name, wall, used, note in lines:
        print(f"{name:30} {wall:8.2f} {used:8.2f} {used / cpu:6.1f}  {note}")


if __name__ == "__main__":
    main()
