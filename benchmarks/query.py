"""What the embedded engine costs: against bare DuckDB on raw parquet, and against JupySQL.

    python benchmarks/query.py [--rows 3000000] [--repeat 3] [--jupysql] [--memory]

The same statements run side by side in one process over the same parquet files: for the engine
they are an Iceberg table, for DuckDB a list of files. Printed are the best wall times and their
ratio, and what has a ceiling: how long a translation takes, and how soon a stop is heard.
`--jupysql` makes a virtual environment of its own, installs JupySQL there and times the
same cell in it; `--memory` reads the whole table as batches and prints the peak memory.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from threading import Timer
from time import perf_counter

import duckdb

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import QueryCancelled
from jupyter_mesh.sql import embedded
from jupyter_mesh.sql.reading import parse
from jupyter_mesh.testing.lakes import lake_engine

TABLE = "lake.raw.trips"
MAKE = """
SELECT x AS id, x % 997 AS carrier, (x * 7919) % 100000 AS distance,
  CAST((x % 100000) / 100.0 AS DECIMAL(12,2)) AS price,
  DATE '2020-01-01' + CAST(x % 2000 AS INTEGER) AS day,
  TIMESTAMP '2020-01-01 00:00:00' + to_seconds(x) AS departed,
  'tail-' || (x % 5000) AS tail, CASE WHEN x % 20 = 0 THEN NULL ELSE x / 7.0 END AS delay
FROM range({rows}) AS t(x)
"""
STATEMENTS = {
    "trivial": "SELECT 1 AS one",
    "count": "SELECT count(*) AS n FROM {table}",
    "group by": "SELECT carrier, count(*) AS n, avg(delay) AS d FROM {table} GROUP BY carrier",
    "filter 1 %": "SELECT id, price FROM {table} WHERE id BETWEEN {low} AND {high}",
    "text equality": "SELECT count(*) AS n FROM {table} WHERE tail = 'tail-42'",
    "sort, limit": "SELECT id, departed FROM {table} ORDER BY delay DESC, id LIMIT 100",
    "distinct": "SELECT count(DISTINCT distance) AS n FROM {table}",
    "all batches": "SELECT * FROM {table}",
}

JOIN = """
SELECT n.name, count(*) FROM (VALUES (1, 'a')) AS n (id, name)
JOIN (VALUES 1) AS r (id) ON r.id = n.id GROUP BY n.name
"""
ENDLESS = (
    "SELECT count(*) FROM {table} AS a, {table} AS b, {table} AS c WHERE a.id * b.id > c.id"
)
TRANSLATION_MS, STOP_MS = 50, 5000


def main() -> int:
    """Run what the command line asks for; 1 when a ceiling is missed."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, lake_engine(Path(folder)) as lake:
        _fill(lake, options.rows)
        if options.memory:
            _print_memory(folder)
            return 0
        files = _files(Path(folder))
        print(f"{options.rows:,} rows, {len(files)} files, best of {options.repeat}")
        print(f"{'statement':15} {'engine ms':>10} {'DuckDB ms':>10} {'ratio':>7} {'added':>8}")
        with duckdb.connect(config={"memory_limit": lake.settings.memory}) as bare:
            for name, text in STATEMENTS.items():
                _print_line(name, text, lake, bare, files, options)
        if options.jupysql:
            _print_jupysql(Path(folder), lake, files, options)
        return int(_print_ceilings(lake))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--jupysql", action="store_true")
    parser.add_argument("--memory", action="store_true")
    return parser.parse_args()


def _fill(lake, rows) -> None:
    with duckdb.connect() as source:
        reader = source.execute(MAKE.format(rows=rows)).to_arrow_reader(122_880)
        lake.write(TABLE, reader)


def _files(folder) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*.parquet"))


def _text(text, table, rows) -> str:
    return text.format(table=table, low=rows // 2, high=rows // 2 + rows // 100)


def _best(run, repeat) -> float:
    best = float("inf")
    for _ in range(repeat):
        start = perf_counter()
        run()
        best = min(best, perf_counter() - start)
    return best


def _drain(batches) -> int:
    return sum(batch.num_rows for batch in batches)


def _print_line(name, text, lake, bare, files, options) -> None:
    ours = _text(text, TABLE, options.rows)
    theirs = _text(text, f"read_parquet({files})", options.rows)
    repeat = options.repeat * (10 if name == "trivial" else 1)

    def by_duckdb() -> None:
        _drain(bare.execute(theirs).to_arrow_reader(131_072))

    # In turns, so that both find the machine in the same mood.
    engine = duck = float("inf")
    for _ in range(repeat):
        engine = min(engine, _best(lambda: _drain(lake.query(ours).batches()), 1))
        duck = min(duck, _best(by_duckdb, 1))
    added = (engine - duck) * 1000
    print(
        f"{name:15} {engine * 1000:10.1f} {duck * 1000:10.1f} {engine / duck:7.2f} "
        f"{added:7.1f}ms"
    )


def _print_ceilings(lake) -> bool:
    translation = _best(lambda: embedded.translate(parse(JOIN), {}), 10) * 1000
    figures = [
        ("a translation", translation, TRANSLATION_MS),
        ("a stop is heard", _stopped(lake) * 1000, STOP_MS),
    ]
    for name, found, ceiling in figures:
        print(f"{name:15} {found:10.1f} of {ceiling} ms")
    return any(found > ceiling for _name, found, ceiling in figures)


def _stopped(lake) -> float:
    """Seconds from the stop of a statement to its end."""
    ticket, asked = QueryTicket(), []

    def stop() -> None:
        asked.append(perf_counter())
        ticket.cancel()

    Timer(1, stop).start()
    try:
        lake.query(ENDLESS.format(table=TABLE), ticket).rows()
    except QueryCancelled:
        return perf_counter() - asked[0]
    raise AssertionError("The statement ended before it was stopped.")


_MEMORY = """
import re, sys
from pathlib import Path
from time import perf_counter
from jupyter_mesh.testing.lakes import lake_engine

def peak():
    # Not getrusage: its peak begins with that of the process that started this one.
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

with lake_engine(Path(sys.argv[1])) as lake:
    lake.rows("SELECT 1")
    before = peak()
    start = perf_counter()
    batches = lake.query(f"SELECT * FROM {sys.argv[2]}").batches()
    rows = sum(batch.num_rows for batch in batches)
    after = peak()
    seconds = perf_counter() - start
    print(f"{rows:,} rows as batches: {seconds:.1f} s, peak {after} MB ({before} MB before)")
"""


def _print_memory(folder) -> None:
    # A process of its own: this one's peak is that of filling the table.
    subprocess.run([sys.executable, "-c", _MEMORY, str(folder), TABLE], check=True)


_JUPYSQL = """
import sys, warnings
from time import perf_counter
warnings.simplefilter("ignore")
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "sql")
shell.run_line_magic("config", "SqlMagic.displaycon = False")
shell.run_line_magic("config", "SqlMagic.feedback = 0")
shell.run_line_magic("config", "SqlMagic.autopandas = True")
shell.run_line_magic("sql", "duckdb://")
text, repeat, best = sys.argv[1], int(sys.argv[2]), float("inf")
for _ in range(repeat):
    start = perf_counter()
    shell.run_cell_magic("sql", "", text)
    best = min(best, perf_counter() - start)
print("\\nbest", best)
"""


def _print_jupysql(folder, lake, files, options) -> None:
    python = folder / "jupysql" / "bin" / "python"
    venv.create(folder / "jupysql", with_pip=True)
    packages = [
        "jupysql",
        "duckdb-engine",
        f"duckdb=={duckdb.__version__}",
        "pandas",
        "ipython",
    ]
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", *packages], check=False, capture_output=True
    )
    if done.returncode:
        print("JupySQL cannot be installed here.")
        return
    print(f"{'cell to frame':15} {'engine ms':>10} {'JupySQL ms':>10} {'ratio':>7}")
    for name in ("trivial", "count", "group by", "filter 1 %"):
        text = STATEMENTS[name]
        ours = _text(text, TABLE, options.rows)
        theirs = _text(text, f"read_parquet({files})", options.rows)
        engine = _best(lambda ours=ours: lake.query(ours).df(), options.repeat)
        answer = subprocess.run(
            [python, "-c", _JUPYSQL, theirs, str(options.repeat)],
            check=True,
            capture_output=True,
            text=True,
        )
        found = [line for line in answer.stdout.splitlines() if line.startswith("best ")]
        other = float(found[-1].split()[1])
        print(f"{name:15} {engine * 1000:10.1f} {other * 1000:10.1f} {engine / other:7.2f}")


if __name__ == "__main__":
    sys.exit(main())
