"""Every database that keeps pointers and every store that keeps files, under both engines."""

from datetime import timedelta

import pytest

from jupyter_mesh.model.names import TableName
from tests.federation.conftest import bucket, opened, rewritten

pytestmark = pytest.mark.long
PLACES = ("sqlite-files", "postgresql-files", "postgresql-s3", "sqlite-ceph")
TYPES = """
CREATE TABLE lake.raw.{name} AS SELECT * FROM (VALUES
  (BIGINT '1', 2, REAL '0.1', DOUBLE '0.1', DECIMAL '12345678901234567.89', true, 'Zoë',
   X'00ff', DATE '1969-02-28', TIME '01:02:03.123456', TIMESTAMP '1582-10-01 00:00:00.000001',
   TIMESTAMP '2026-10-25 12:30:00.5 Europe/Berlin', UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59',
   ARRAY[1, NULL], MAP(ARRAY['a'], ARRAY[BIGINT '1']),
   CAST(ROW(1, 'x') AS ROW(n integer, t varchar))),
  (NULL, NULL, NULL, nan(), NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, ARRAY[], NULL,
   NULL))
AS t (n, i, r, d, exact, truth, word, bytes, day, hour, moment, instant, id, list, pairs, line)
"""

CREATIONS = (
    "CREATE TABLE lake.raw.passing AS SELECT BIGINT '1' AS n",
    "CREATE TABLE lake.raw.passing COMMENT 'x' WITH (partitioning = ARRAY['bucket(n, 2)']) AS "
    "SELECT BIGINT '1' AS n",
    "CREATE TABLE IF NOT EXISTS lake.raw.passing (n bigint) COMMENT 'WITH ('",
    "CREATE OR REPLACE TABLE lake.raw.passing (n bigint NOT NULL) WITH (format = 'PARQUET')",
)


@pytest.fixture(params=PLACES)
def place(request):
    """What mesh.yaml says of the lake."""
    pointers, files = request.param.split("-")
    lake = {"type": "iceberg"}
    if pointers == "postgresql":
        uri = request.getfixturevalue("database")
        lake |= {"uri": uri, "password": "${env:SHOP_PASSWORD}"}
    if files != "files":
        store = request.getfixturevalue({"s3": "moto"}.get(files, files))
        lake |= bucket(store)
    return lake


@pytest.fixture
def shop(small_folder, place, trino):
    """The small mesh with its lake there, its orders landed; Trino answers."""
    rewritten(small_folder, lambda said: said["catalogs"].update(lake=place))
    with opened(small_folder, trino) as both:
        both.mesh.land(small_folder / "orders.csv", "lake.raw.orders")
        yield both


def test_what_either_engine_writes_both_read_alike(shop):
    for name, engine in (("here", "embedded"), ("there", "trino")):
        shop.mesh.query(TYPES.format(name=name), engine=engine)
        rows = shop.rows(f"SELECT * FROM lake.raw.{name} ORDER BY n")
        assert [row[0] for row in rows] == [1, None]
    joined = "SELECT * FROM lake.raw.{} ORDER BY n"
    assert repr(shop.rows(joined.format("here"))) == repr(shop.rows(joined.format("there")))


def test_a_release_is_made_read_and_taken_back_on_both(shop, small_folder):
    mesh = shop.mesh
    orders = "SELECT count(*), sum(amount) FROM lake.raw.orders WHERE customer < 3"
    assert shop.rows(orders)[0][0] == 60
    first = mesh.promote("shop/orders")
    (small_folder / "fewer.csv").write_text("id,customer,amount\n1,0,1.00\n")
    mesh.land(small_folder / "fewer.csv", "lake.raw.orders")
    second = mesh.promote("shop/orders")

    def read(release):
        table = f"lake.shop_orders.orders FOR VERSION AS OF 'v{release.version}'"
        found = shop.rows(f"SELECT * FROM {table} ORDER BY country")
        assert sorted(mesh.read(f"shop/orders@{release.version}").rows()) == found
        return found

    assert (len(read(first)), len(read(second))) == (3, 1)
    current = "SELECT * FROM lake.shop_orders.orders ORDER BY country"
    assert shop.rows(current) == read(second)
    mesh.rollback("shop/orders", str(first.version))
    assert shop.rows(current) == read(first)
    # Copies of the SQLite tables that Trino read are open for a day, and hold files back.
    for branch in mesh.parts.home.branches():
        mesh.parts.home.abandon(branch.name)
    assert mesh.gc(timedelta(seconds=-5)).kept
    assert mesh.fsck() == []
    assert shop.rows(current) == read(first)
    assert len(read(second)) == 1


def test_any_state_is_meant_alike_on_both(shop):
    mesh = shop.mesh
    mesh.query("CREATE TABLE lake.raw.grown AS SELECT 1 AS n", engine="trino")
    table = TableName.parse("lake.raw.grown")
    first = mesh.parts.home.snapshot(table)
    mesh.query("INSERT INTO lake.raw.grown VALUES 2", engine="embedded")
    mesh.query("ALTER TABLE lake.raw.grown ADD COLUMN more varchar", engine="trino")
    second = mesh.parts.home.snapshot(table)

    def at(what):
        return shop.rows(f"SELECT * FROM lake.raw.grown FOR {what} ORDER BY 1")

    assert at(f"VERSION AS OF {first.snapshot_id}") == [(1,)]
    assert at(f"VERSION AS OF {second.snapshot_id}") == [(1,), (2,)]
    moment = mesh.parts.home.history(table)[0].committed
    assert at(f"TIMESTAMP AS OF TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f} UTC'") == [(1,), (2,)]
    assert shop.rows("SELECT * FROM lake.raw.grown ORDER BY 1") == [(1, None), (2, None)]


def test_what_nothing_needs_is_collected_and_nothing_else(shop):
    mesh, lake = shop.mesh, shop.mesh.parts.home
    for creation in CREATIONS:
        mesh.query(creation, engine="trino")
        mesh.query("INSERT INTO lake.raw.passing SELECT id FROM lake.raw.orders")
        folder = lake.snapshot(TableName.parse("lake.raw.passing")).metadata_location
        folder = folder.rpartition("/metadata/")[0]
        assert len(shop.rows("SELECT n FROM lake.raw.passing WHERE n > 98 ORDER BY n")) == 2
        before = shop.rows("SELECT * FROM lake.raw.orders ORDER BY id")
        mesh.query("DROP TABLE lake.raw.passing")
        gone = mesh.gc(timedelta(seconds=-5)).files
        assert gone
        assert all(location.startswith(f"{folder}/") for location in gone)
        assert mesh.gc(timedelta(seconds=-5), dry_run=True).removed == 0
        assert shop.rows("SELECT * FROM lake.raw.orders ORDER BY id") == before
    assert mesh.fsck() == []
