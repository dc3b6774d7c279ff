"""What reading a Trino answer costs: our reader against the official client and pandas.

    python benchmarks/pages.py [--rows 1000000]

A real Trino and an object store are started; the same statement (ten mixed columns) is then
read by each way in a process of its own, once with pages in the answers and once with segments
in the store. Printed are the processor seconds and the peak memory of the reading process
beyond what it had before, and the ratios. The server's own time is not in it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

SQL = """
SELECT orderkey, partkey, linenumber, CAST(extendedprice AS decimal(12,2)) AS price, quantity,
  returnflag, shipdate, CAST(shipdate AS timestamp(6)) AS shipped, linenumber % 2 = 0 AS even,
  IF(linenumber = 7, NULL, comment) AS comment
FROM tpch.sf1.lineitem LIMIT {rows}
"""


def main() -> None:
    """Start the servers, run each way, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--child", nargs=3, metavar=("WAY", "URL", "SPOOLED"))
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_child(options.rows, *options.child)))
        return
    from jupyter_mesh.stack import Stack

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        stack = Stack(Path(folder) / "stack")
        try:
            url = stack.up(["s3", "trino"])["trino"].url
            _compare(url, options.rows)
        finally:
            stack.down()


def _compare(url: str, rows: int) -> None:
    _statement(url, "CREATE CATALOG tpch USING tpch")
    print(f"{rows:,} rows x 10 columns")
    print(f"{'':10} {'':16} {'CPU s':>7} {'MiB':>7} {'wall s':>7}")
    for spooled in ("", "spooled"):
        found = {way: _measured(way, url, spooled, rows) for way in ("client", "ours", "slow")}
        for way, (cpu, memory, wall) in found.items():
            print(f"{spooled or 'direct':10} {way:16} {cpu:7.2f} {memory:7.0f} {wall:7.2f}")
        (cpu, memory, _), (ours, mine, _), (slow, _, _) = found.values()
        print(
            f"{spooled or 'direct':10} ratio: {cpu / ours:.1f} x less CPU, "
            f"{mine / memory:.2f} of the memory; without the fast way {cpu / slow:.1f} x"
        )


def _statement(url: str, sql: str) -> None:
    from trino.dbapi import connect

    host, port = url.removeprefix("http://").split(":")
    connect(host=host, port=int(port), user="ana").cursor().execute(sql).fetchall()


def _measured(way: str, url: str, spooled: str, rows: int) -> tuple[float, float, float]:
    command = [sys.executable, __file__, "--rows", str(rows), "--child", way, url, spooled]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cpu, memory, wall = json.loads(done.stdout.splitlines()[-1])
    return cpu, memory, wall


def _child(rows: int, way: str, url: str, spooled: str) -> tuple[float, float, float]:
    read = {"client": _client, "ours": _ours, "slow": _slow}[way](url, bool(spooled))
    read(10)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, wall = process_time(), perf_counter()
    count = read(rows)
    spent = process_time() - cpu, perf_counter() - wall
    assert count == rows, (count, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return spent[0], peak / 1024, spent[1]


def _client(url: str, spooled: bool):
    import pandas as pd
    from trino.dbapi import connect

    host, port = url.removeprefix("http://").split(":")
    encoding = "json+zstd" if spooled else ""
    connection = connect(host=host, port=int(port), user="ana", encoding=encoding)

    def read(rows: int) -> int:
        cursor = connection.cursor()
        cursor.execute(SQL.format(rows=rows))
        names = [column.name for column in cursor.description]
        return len(pd.DataFrame(cursor.fetchall(), columns=names))

    return read


def _ours(url: str, spooled: bool):
    import pandas  # noqa: F401 - so that both have loaded the same
    import pyarrow as pa

    from jupyter_mesh.engines.trino_connection import Connection
    from jupyter_mesh.engines.trino_statement import RemoteStatement
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.settings import TrinoSettings
    from jupyter_mesh.testing.lakes import PlainSecrets

    connection = Connection(TrinoSettings(url=url, spooling=spooled), PlainSecrets())

    def read(rows: int) -> int:
        request = connection.request(Session(Actor("ana")), "", {})
        statement = RemoteStatement(request, url).start(SQL.format(rows=rows))
        table = pa.Table.from_batches(list(statement.rows))
        statement.finish()
        return table.num_rows

    return read


def _slow(url: str, spooled: bool):
    """Ours, as if no page could go the fast way."""
    from jupyter_mesh.engines import pages

    pages.read_flat = lambda *_: None
    return _ours(url, spooled)


if __name__ == "__main__":
    main()
