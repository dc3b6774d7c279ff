"""The gateway through other people's clients: pyiceberg's and DuckDB's own."""

import duckdb
import pyarrow as pa
import pytest

from jupyter_mesh.engines.connection import ICEBERG, extension_path
from jupyter_mesh.model.names import TableName

T = TableName("lake", "raw", "t")
ROWS = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "name": ["a", "b", None]})


@pytest.fixture
def duck(stranger):
    """Opens DuckDB with a branch attached as `x`, as anybody would do it."""
    opened = []

    def open_one(token, branch=""):
        from jupyter_mesh.catalog.gateway import warehouse_of

        connection = duckdb.connect()
        opened.append(connection)
        for name in ICEBERG:
            connection.execute(f"LOAD '{extension_path(name)}'")
        connection.execute(f"CREATE SECRET s (TYPE iceberg, TOKEN '{token}')")
        connection.execute(
            f"ATTACH '{warehouse_of('lake', branch)}' AS x (TYPE iceberg, "
            f"ENDPOINT '{stranger.listener.url}', SECRET s)"
        )
        return connection

    yield open_one
    for connection in opened:
        connection.close()


def test_duckdb_reads_and_writes_a_branch(duck, stranger, local_lake):
    branch = local_lake.open_branch("run-1", None, (T,)).name
    there = duck(stranger.token(f"write:lake@{branch}"), branch)
    there.execute(
        "CREATE TABLE x.raw.t AS SELECT range AS id, 'n' || range AS name FROM range(5)"
    )
    there.execute("INSERT INTO x.raw.t VALUES (7, 'seven')")
    there.execute("UPDATE x.raw.t SET name = 'one' WHERE id = 1")
    there.execute("DELETE FROM x.raw.t WHERE id = 2")
    there.execute("ALTER TABLE x.raw.t ADD COLUMN more INTEGER")
    found = there.execute("SELECT id, name, more FROM x.raw.t ORDER BY id").fetchall()
    assert found == [
        (0, "n0", None),
        (1, "one", None),
        (3, "n3", None),
        (4, "n4", None),
        (7, "seven", None),
    ]
    assert local_lake.tables("raw") == []


def test_duckdb_changes_two_tables_at_once_or_none(duck, stranger, local_lake):
    token = stranger.token("write:lake")
    mine, other = duck(token), duck(token)
    for name in ("a", "b"):
        mine.execute(f"CREATE TABLE x.raw.{name} (id INTEGER)")
    mine.execute(
        "BEGIN; INSERT INTO x.raw.a VALUES (1); INSERT INTO x.raw.b VALUES (1); COMMIT"
    )
    assert mine.execute("SELECT count(*) FROM x.raw.a, x.raw.b").fetchone() == (1,)
    mine.execute("BEGIN; DELETE FROM x.raw.a; DELETE FROM x.raw.b")
    other.execute("DELETE FROM x.raw.b WHERE id = 1")
    with pytest.raises(duckdb.Error):
        mine.execute("COMMIT")
    assert other.execute("SELECT count(*) FROM x.raw.a").fetchone() == (1,)


def test_duckdb_with_a_reading_token_changes_nothing(duck, stranger, local_lake):
    stranger.client(stranger.token("write:lake")).create_table("raw.t", ROWS.schema).append(
        ROWS
    )
    there = duck(stranger.token("read:lake"))
    assert there.execute("SELECT count(*) FROM x.raw.t").fetchone() == (3,)
    before = local_lake.snapshot(T)
    for statement in (
        "INSERT INTO x.raw.t VALUES (4, 'd')",
        "CREATE TABLE x.raw.u (id INTEGER)",
        "DROP TABLE x.raw.t",
        "CREATE SCHEMA x.more",
    ):
        with pytest.raises(duckdb.Error):
            there.execute(statement)
    assert local_lake.snapshot(T) == before
    assert local_lake.tables("raw") == ["t"]
    assert local_lake.schemas() == ["raw"]


def test_pyiceberg_does_all_it_knows(stranger, local_lake):
    catalog = stranger.client(stranger.token("write:lake"))
    catalog.create_namespace("new", {"owner": "eve"})
    noted = catalog.load_namespace_properties("new")
    assert noted == {"owner": "eve", "location": f"{local_lake.warehouse}/new"}
    summary = catalog.update_namespace_properties("new", {"owner", "gone"}, {"note": "x"})
    assert (summary.updated, summary.removed, summary.missing) == (
        ["note"],
        ["owner"],
        ["gone"],
    )
    catalog.create_table("new.t", ROWS.schema).append(ROWS)
    with catalog.create_table_transaction("new.staged", ROWS.schema) as change:
        change.append(ROWS)
    assert set(catalog.list_tables("new")) == {("new", "t"), ("new", "staged")}
    catalog.rename_table("new.t", "raw.moved")
    assert catalog.load_table("raw.moved").scan().to_arrow().num_rows == 3
    catalog.load_table("raw.moved").overwrite(ROWS.slice(0, 1))
    assert local_lake.snapshot(TableName("lake", "raw", "moved")).rows == 1
    catalog.drop_table("new.staged")
    catalog.drop_namespace("new")
    assert local_lake.schemas() == ["raw"]
    assert local_lake.tables("raw") == ["moved"]


def test_pyiceberg_pages_through_long_lists(stranger, local_lake):
    token = stranger.token("write:lake")
    for number in range(7):
        local_lake.create_schema(f"s{number}")
    path, found = "/v1/lake/namespaces?pageSize=3&pageToken=", []
    for _turn in range(9):
        status, page = stranger.ask("GET", path, token=token)
        assert status == 200
        assert len(page["namespaces"]) <= 3
        found += [name for [name] in page["namespaces"]]
        if page["next-page-token"] is None:
            break
        path = f"/v1/lake/namespaces?pageSize=3&pageToken={page['next-page-token']}"
    assert found == ["raw", *(f"s{number}" for number in range(7))]


def test_what_a_stranger_changes_is_in_the_audit(stranger, local_lake):
    writer = stranger.client(stranger.token("write:lake", actor="bob"))
    writer.create_table("raw.t", ROWS.schema)
    with pytest.raises(Exception, match="may not change"):
        stranger.client(stranger.token("read:lake")).drop_table("raw.t")
    refused, done = local_lake.audit()
    assert (done.actor, done.action, done.outcome) == ("bob", "gateway", "done")
    assert done.subject == "POST namespaces/raw/tables"
    assert (refused.actor, refused.outcome) == ("eve", "eve may not change lake.raw.t.")
