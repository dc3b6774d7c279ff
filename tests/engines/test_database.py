"""The engine on an object store, and how much memory an answer takes."""

import subprocess
import sys
from textwrap import dedent

import pyarrow as pa
import pytest

from jupyter_mesh.errors import StorageError
from jupyter_mesh.settings import StorageSettings
from jupyter_mesh.testing.lakes import lake_engine


@pytest.fixture(scope="module")
def store():
    """An S3 store on this machine with one bucket."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="geheim",
    )
    client.create_bucket(Bucket="mesh")
    yield StorageSettings(address, access_key="key", secret_key="geheim")
    server.stop()


def test_a_lake_in_an_object_store_is_written_and_read(store, tmp_path):
    with lake_engine(tmp_path, storage=store, warehouse="s3://mesh/shop") as example:
        source = pa.table({"n": [1, 2, 3]}).to_reader()
        assert example.write("lake.raw.numbers", source) == 3
        assert example.rows("SELECT sum(n) FROM numbers") == [(6,)]
        example.query("CREATE TABLE more AS SELECT n * 2 AS n FROM numbers")
        example.query("DELETE FROM more WHERE n = 2")
        assert example.rows("SELECT n FROM more ORDER BY 1") == [(4,), (6,)]
        assert not list(tmp_path.rglob("*.parquet"))


def test_a_store_that_is_away_is_told_without_its_keys(store, tmp_path):
    with lake_engine(tmp_path, storage=store, warehouse="s3://mesh/away") as example:
        example.write("lake.raw.numbers", pa.table({"n": [1]}).to_reader())
        for stored in tmp_path.rglob("*"):
            assert stored.suffix != ".parquet"
        location = example.lake.snapshot(example.table("numbers")).metadata_location
        delete_data(store, location)
        with pytest.raises(StorageError) as caught:
            example.rows("SELECT n FROM numbers")
        assert "geheim" not in str(caught.value)


def delete_data(store, location):
    import boto3

    client = boto3.resource(
        "s3",
        endpoint_url=store.endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="geheim",
    )
    bucket, _, key = location.removeprefix("s3://").partition("/")
    prefix = key.split("/metadata/")[0] + "/data/"
    client.Bucket(bucket).objects.filter(Prefix=prefix).delete()


STREAM = """
    import re, sys
    from pathlib import Path
    import duckdb
    from jupyter_mesh.testing.lakes import lake_engine

    def peak():
        # Not getrusage: its peak begins with that of the process that started this one.
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\\s*(\\d+)", status)[1]) // 1024

    with lake_engine(Path(sys.argv[1])) as example:
        with duckdb.connect() as numbers:
            numbers.execute("SET enable_progress_bar = false")
            example.write(
                "lake.raw.wide",
                numbers.execute(
                    "SELECT x AS a, x * 2 AS b, x / 3.0 AS c, 'text number ' || x AS d, "
                    "x * 7 AS e, x % 11 AS f FROM range(5_000_000) t(x)"
                ).to_arrow_reader(100_000),
            )
        before = peak()
        result = example.query("SELECT * FROM wide")
        rows = sum(batch.num_rows for batch in result.batches())
        rows += sum(batch.num_rows for batch in result.batches())
        after = peak()
        print(rows, before, after)
"""


@pytest.mark.long
def test_five_million_rows_are_read_twice_in_bounded_memory(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", dedent(STREAM), str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    rows, before, after = map(int, done.stdout.split())
    assert rows == 10_000_000
    assert after < max(600, before + 100)
    assert list((tmp_path / "scratch").iterdir()) == []
