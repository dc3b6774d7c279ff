"""The gateway through a real Trino's own REST client, as somebody else's cluster would."""

from itertools import count
from threading import Thread

import pytest
import trino.dbapi
from trino.exceptions import TrinoQueryError

from jupyter_mesh.catalog.gateway import warehouse_of
from jupyter_mesh.catalog.maintenance import fsck
from jupyter_mesh.model.names import TableName
from jupyter_mesh.testing import servers

pytestmark = pytest.mark.long
_NUMBERS = count(1)
T = TableName("lake", "raw", "t")


@pytest.fixture(scope="module")
def server():
    with servers.trino() as service:
        yield service


class Mounted:
    """A branch of the lake as one catalog of the server."""

    def __init__(self, server, name):
        self.name = name
        self.connection = trino.dbapi.connect(
            host=server.facts["host"], port=server.facts["port"], user="eve", catalog=name
        )

    def run(self, sql):
        """The rows of a statement, `{c}` standing for the catalog."""
        cursor = self.connection.cursor()
        cursor.execute(sql.replace("{c}", self.name))
        return [tuple(row) for row in cursor.fetchall()]


@pytest.fixture
def mount(server, stranger):
    """Mounts a branch, main without one, with a token of chosen rights."""
    mounted = []

    def one(*rights, branch=""):
        there = Mounted(server, f"gate_{next(_NUMBERS)}")
        properties = {
            "iceberg.catalog.type": "rest",
            "iceberg.rest-catalog.uri": stranger.listener.url,
            "iceberg.rest-catalog.warehouse": warehouse_of("lake", branch),
            "iceberg.rest-catalog.security": "OAUTH2",
            "iceberg.rest-catalog.oauth2.token": stranger.token(*rights),
            "iceberg.rest-catalog.oauth2.token-refresh-enabled": "false",
            "iceberg.rest-catalog.nested-namespace-enabled": "false",
            "fs.native-local.enabled": "true",
            "local.location": "/",
        }
        listed = ", ".join(f"\"{key}\" = '{value}'" for key, value in properties.items())
        there.run(f"CREATE CATALOG {there.name} USING iceberg WITH ({listed})")
        mounted.append(there)
        return there

    yield one
    for there in mounted:
        there.run(f"DROP CATALOG {there.name}")
        there.connection.close()


def test_trino_creates_fills_changes_and_drops_tables(mount, local_lake, tmp_path):
    there = mount("write:lake")
    assert there.run("SHOW SCHEMAS FROM {c}") == [
        ("information_schema",),
        ("raw",),
        ("system",),
    ]
    there.run("CREATE SCHEMA {c}.new")
    there.run(
        "CREATE TABLE {c}.new.t AS SELECT n, 'n' || CAST(n AS varchar) AS name "
        "FROM UNNEST(sequence(1, 5)) AS s(n)"
    )
    there.run("INSERT INTO {c}.new.t VALUES (7, 'seven')")
    there.run("UPDATE {c}.new.t SET name = 'one' WHERE n = 1")
    there.run("DELETE FROM {c}.new.t WHERE n = 2")
    there.run(
        "MERGE INTO {c}.new.t AS t USING (VALUES (3, 'three'), (9, 'nine')) AS s(n, name) "
        "ON t.n = s.n WHEN MATCHED THEN UPDATE SET name = s.name "
        "WHEN NOT MATCHED THEN INSERT (n, name) VALUES (s.n, s.name)"
    )
    there.run("ALTER TABLE {c}.new.t ADD COLUMN more date")
    found = there.run("SELECT n, name, more FROM {c}.new.t ORDER BY n")
    assert found == [
        (1, "one", None),
        (3, "three", None),
        (4, "n4", None),
        (5, "n5", None),
        (7, "seven", None),
        (9, "nine", None),
    ]
    there.run("ALTER TABLE {c}.new.t RENAME TO {c}.raw.moved")
    assert there.run("SHOW TABLES FROM {c}.raw") == [("moved",)]
    assert local_lake.tables("new") == []
    before = set(tmp_path.rglob("*.parquet"))
    there.run("DROP TABLE {c}.raw.moved")
    there.run("DROP SCHEMA {c}.new")
    assert local_lake.schemas() == ["raw"]
    assert set(tmp_path.rglob("*.parquet")) == before


def test_trino_works_on_a_branch_that_main_does_not_see(mount, local_lake, local_hand):
    local_hand.fill(local_lake, T, rows=(1, 2, 3))
    branch = local_lake.open_branch("run-1", None, (T,)).name
    there = mount(f"write:lake@{branch}", branch=branch)
    there.run("DELETE FROM {c}.raw.t WHERE id = 2")
    there.run("CREATE TABLE {c}.raw.u AS SELECT 1 AS n")
    assert there.run("SELECT count(*) FROM {c}.raw.t") == [(2,)]
    assert local_lake.tables("raw") == ["t"]
    assert local_lake.snapshot(T).rows == 3
    there.run("DROP TABLE {c}.raw.t")
    assert local_hand.rows(local_lake, local_lake.snapshot(T).metadata_location) == [1, 2, 3]
    assert fsck(local_lake) == []


def test_trino_makes_views_and_reads_them(mount):
    there = mount("write:lake")
    there.run("CREATE TABLE {c}.raw.t AS SELECT 1 AS n")
    there.run("CREATE VIEW {c}.raw.v COMMENT 'doubled' AS SELECT n * 2 AS m FROM {c}.raw.t")
    assert there.run("SELECT m FROM {c}.raw.v") == [(2,)]
    there.run("CREATE OR REPLACE VIEW {c}.raw.v AS SELECT n * 3 AS k FROM {c}.raw.t")
    assert there.run("SELECT k FROM {c}.raw.v") == [(3,)]
    there.run("ALTER VIEW {c}.raw.v RENAME TO {c}.raw.w")
    assert there.run("SHOW TABLES FROM {c}.raw") == [("t",), ("w",)]
    assert there.run(
        "SELECT table_name FROM {c}.information_schema.views WHERE table_schema = 'raw'"
    ) == [("w",)]
    there.run("COMMENT ON VIEW {c}.raw.w IS 'tripled'")
    there.run("DROP VIEW {c}.raw.w")
    assert there.run("SHOW TABLES FROM {c}.raw") == [("t",)]


def test_trino_and_others_lose_no_row(mount, stranger, local_lake):
    there, other = mount("write:lake"), mount("write:lake")
    there.run("CREATE TABLE {c}.raw.t (n integer)")
    failed = []

    def fill(mounted, number):
        for n in range(4):
            try:
                mounted.run(f"INSERT INTO {{c}}.raw.t VALUES ({number * 10 + n})")
            except Exception as error:
                failed.append(str(error))

    threads = [Thread(target=fill, args=(one, n)) for n, one in enumerate((there, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [(found,)] = there.run("SELECT count(DISTINCT n) FROM {c}.raw.t")
    assert found == 8 - len(failed)
    assert all("commit" in text.lower() for text in failed)


def test_trino_is_told_of_a_conflict(mount, stranger):
    there = mount("write:lake")
    there.run("CREATE TABLE {c}.raw.t AS SELECT 1 AS n")
    table = stranger.client(stranger.token("write:lake")).load_table("raw.t")
    there.run("UPDATE {c}.raw.t SET n = 2")
    with pytest.raises(Exception, match=r"(?i)conflict|changed|missing|snapshot"):
        table.delete("n = 1")
    assert there.run("SELECT n FROM {c}.raw.t") == [(2,)]


def test_trino_with_a_reading_token_changes_nothing(mount, local_lake, local_hand):
    local_hand.fill(local_lake, T)
    there = mount("read:lake")
    before = local_lake.snapshot(T)
    assert there.run("SELECT count(*) FROM {c}.raw.t") == [(2,)]
    for statement in (
        "INSERT INTO {c}.raw.t VALUES (9, 'nine')",
        "DELETE FROM {c}.raw.t",
        "DROP TABLE {c}.raw.t",
        "ALTER TABLE {c}.raw.t ADD COLUMN x integer",
        "CREATE TABLE {c}.raw.u AS SELECT 1 AS n",
        "CREATE VIEW {c}.raw.v AS SELECT 1 AS n",
        "CREATE SCHEMA {c}.more",
    ):
        with pytest.raises(Exception, match=r"may not change|Failed to"):
            there.run(statement)
    assert local_lake.snapshot(T) == before
    assert local_lake.tables("raw") == ["t"]


def test_trino_does_not_change_a_products_table_on_main(mount, local_lake, local_hand):
    port = local_hand.table("orders", "raw_shop")
    local_hand.fill(local_lake, port)
    there = mount("write:lake")
    with pytest.raises(Exception, match="mesh promote raw/shop"):
        there.run("INSERT INTO {c}.raw_shop.orders VALUES (9, 'nine')")
    assert local_lake.snapshot(port).rows == 2


def test_trino_without_a_right_on_the_branch_finds_nothing(mount, local_lake):
    branch = local_lake.open_branch("run-1", None, ()).name
    there = mount("read:lake", branch=branch)
    with pytest.raises(TrinoQueryError, match="eve may not read"):
        there.run("SELECT * FROM {c}.raw.t")
