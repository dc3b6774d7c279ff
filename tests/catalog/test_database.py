"""Promises of the catalog database: made once, atomic, and clear when it fails."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from jupyter_mesh.catalog import database as module
from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.database import Database
from jupyter_mesh.errors import ConfigError, ConflictError, StorageError
from jupyter_mesh.settings import IcebergSettings

LEASE = {"lake": "lake", "owner": "", "token": 1, "since": "", "until": ""}
pytestmark = pytest.mark.our_database


class Words:
    def resolve(self, reference):
        assert reference == "${env:PG_PASSWORD}"
        return "geheim"


@pytest.fixture
def database(settings):
    with closing(Database(settings, Words())) as database:
        yield database


@pytest.fixture
def sqlite(local):
    with closing(Database(local, Words())) as database:
        yield database


def write(database, *resources, pragma=""):
    with database.writing() as connection:
        if pragma:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        for resource in resources:
            add(connection, resource)


def leases(database):
    with database.reading() as connection:
        return sorted(connection.execute(select(rows.LEASES.c.resource)).scalars())


def add(connection, resource):
    connection.execute(insert(rows.LEASES).values(resource=resource, **LEASE))


@pytest.mark.parametrize("durable", [True, False])
def test_a_transaction_is_whole_or_nothing(database, durable):
    with database.writing(durable=durable) as connection:
        add(connection, "a")
        add(connection, "b")
    with suppress(ZeroDivisionError), database.writing(durable=durable) as connection:
        add(connection, "c")
        raise ZeroDivisionError
    assert leases(database) == ["a", "b"]


def test_a_key_written_twice_is_a_conflict(database):
    write(database, "a")
    with pytest.raises(ConflictError, match="Somebody else wrote the same"):
        write(database, "a")


def test_many_may_open_a_new_database_at_once(settings):
    found, threads = [], []

    def use():
        with closing(Database(settings, Words())) as database:
            found.append(leases(database))

    for _each in range(8):
        threads.append(threading.Thread(target=use))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert found == [[]] * 8


def test_the_password_is_asked_for_at_the_connection_and_shown_nowhere(postgres_uri, caplog):
    caplog.set_level("DEBUG")
    settings = IcebergSettings(postgres_uri, "file:///w", password="${env:PG_PASSWORD}")
    asked = []

    class Counting(Words):
        def resolve(self, reference):
            asked.append(reference)
            return super().resolve(reference)

    with closing(Database(settings, Counting())) as database:
        assert asked == []
        assert leases(database) == []
        assert asked == ["${env:PG_PASSWORD}"]
        shown = f"{database.place} {database.url!r} {settings!r} {caplog.text}"
    assert "geheim" not in shown
    assert "***" not in database.place


def test_a_database_made_by_an_older_version_gets_the_new_tables(database):
    with database.writing() as connection:
        connection.execute(update(rows.LAYOUT).values(version=1))
        for table in (rows.JOBS, rows.NAMES, rows.GRAMS):
            table.drop(connection)
        add(connection, "kept")
    database.close()
    with database.reading() as connection:
        assert connection.execute(select(rows.JOBS)).all() == []
        assert connection.execute(select(rows.LAYOUT.c.version)).scalar() == rows.VERSION
    assert leases(database) == ["kept"]


def test_a_database_made_by_a_newer_version_is_left_alone(database):
    with database.writing() as connection:
        connection.execute(update(rows.LAYOUT).values(version=rows.VERSION + 1))
    database.close()
    with pytest.raises(ConfigError, match="newer jupyter-mesh"):
        leases(database)


def test_a_catalog_of_the_older_layout_gets_what_it_lacks(sqlite):
    path = Path(sqlite.place)
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as old:
        old.execute(
            "CREATE TABLE iceberg_tables (catalog_name VARCHAR(255) NOT NULL, "
            "table_namespace VARCHAR(255) NOT NULL, table_name VARCHAR(255) NOT NULL, "
            "metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000), "
            "PRIMARY KEY (catalog_name, table_namespace, table_name))"
        )
        old.execute("INSERT INTO iceberg_tables VALUES ('lake', 's', 't', 'file:///m', NULL)")
        old.commit()
    with sqlite.reading() as connection:
        found = connection.execute(select(rows.ICEBERG_TABLES)).one()
    assert (found.table_name, found.iceberg_type) == ("t", None)


def test_sqlite_writes_ahead_and_waits_for_the_disk_where_it_must(sqlite):
    with sqlite.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    for durable, level in ((True, 2), (False, 1)):
        with sqlite.writing(durable=durable) as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar() == level


def test_a_reader_does_not_wait_for_a_writer(database):
    with database.writing() as connection:
        add(connection, "a")
        assert leases(database) == []
    assert leases(database) == ["a"]


@pytest.mark.parametrize(
    ("pragma", "words"),
    [("max_page_count = 1", "disk is full"), ("query_only = 1", "read-only")],
)
def test_a_disk_that_takes_no_more_is_told_with_a_remedy(sqlite, pragma, words):
    many = [f"{number:0200}" for number in range(3000)]
    with pytest.raises(StorageError, match=words) as error:
        write(sqlite, *many, pragma=pragma)
    assert error.value.remedy
    assert sqlite.place in error.value.message
    sqlite.close()
    assert leases(sqlite) == []


def test_a_locked_database_is_told_with_a_remedy(sqlite, monkeypatch):
    monkeypatch.setattr(module, "_BUSY_SECONDS", 0.1)
    assert leases(sqlite) == []
    with closing(sqlite3.connect(sqlite.place)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked by another program"):
            write(sqlite, "a")
    assert leases(sqlite) == []


def test_a_row_locked_in_postgresql_is_told_with_a_remedy(postgres_uri, monkeypatch):
    monkeypatch.setattr(module, "_BUSY_SECONDS", 1)
    settings = IcebergSettings(postgres_uri, "file:///w")
    with closing(Database(settings, Words())) as database, database.writing() as first:
        add(first, "a")
        with pytest.raises(StorageError, match="locked by somebody else"):
            write(database, "a")


def test_a_file_that_is_no_database_is_told(sqlite):
    path = Path(sqlite.place)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError, match="not a SQLite database"):
        leases(sqlite)


def test_a_folder_that_cannot_be_made_is_told(local, tmp_path):
    (tmp_path / "file").write_text("")
    settings = replace(local, uri=f"sqlite:///{tmp_path}/file/catalog.db")
    with pytest.raises(StorageError, match="cannot be made"):
        leases(Database(settings, Words()))


def test_a_folder_in_place_of_the_file_is_told(local, tmp_path):
    settings = replace(local, uri=f"sqlite:///{tmp_path}")
    with pytest.raises(StorageError, match="cannot be opened"):
        leases(Database(settings, Words()))


def test_a_server_that_is_not_there_is_told_without_the_password():
    settings = IcebergSettings(
        "postgresql://ana@127.0.0.1:1/lake", "file:///w", password="${env:PG_PASSWORD}"
    )
    with pytest.raises(StorageError, match="cannot be reached") as error:
        leases(Database(settings, Words()))
    assert "geheim" not in str(error.value)
    assert "postgresql://ana@127.0.0.1:1/lake" in error.value.message


def test_a_database_that_is_not_there_is_told(postgres):
    settings = IcebergSettings(postgres.get_uri("nosuch"), "file:///w")
    with pytest.raises(StorageError, match="nosuch"):
        leases(Database(settings, Words()))


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("postgresql://ana:geheim@host/lake", "holds a password"),
        ("mysql://host/lake", "cannot be kept in mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("catalog.db", "not an address"),
    ],
)
def test_an_address_that_will_not_do_is_refused_without_showing_it(uri, words):
    with pytest.raises(ConfigError, match=words) as error:
        Database(IcebergSettings(uri, "file:///w"), Words())
    assert "geheim" not in str(error.value)


def test_a_forked_child_speaks_on_connections_of_its_own(tmp_path):
    import subprocess
    import sys

    program = f"""
import os
from jupyter_mesh.catalog.database import Database
from jupyter_mesh.settings import IcebergSettings
database = Database(IcebergSettings("sqlite:///{tmp_path}/c.db", "file:///w"), None)
with database.reading() as parent:
    assert parent.exec_driver_sql("SELECT 1").scalar() == 1
    child = os.fork()
    if child == 0:
        assert database._engine is None
        with database.reading() as own:
            os._exit(own.exec_driver_sql("SELECT 7").scalar())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert parent.exec_driver_sql("SELECT 1").scalar() == 1
"""
    assert hasattr(os, "fork")
    subprocess.run([sys.executable, "-c", program], check=True)
