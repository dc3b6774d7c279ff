"""A server whose catalogs are fixed behaves as an engine too: branches are hidden schemas."""

import threading
from contextlib import contextmanager
from uuid import uuid4

import pytest

from jupyter_mesh.engines.trino_rules import server_files
from jupyter_mesh.errors import ConflictError, InputError, MeshError, QueryError
from jupyter_mesh.model.health import Health
from jupyter_mesh.model.names import HIDDEN, TableName
from jupyter_mesh.testing import servers
from jupyter_mesh.testing.engine_suite import FLIGHTS, EngineSuite
from jupyter_mesh.testing.lakes import seeded, through_trino

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fixed")
    with seeded(folder) as local:
        config = {"catalog.management": "static", "catalog.store": ""}
        files = server_files(local.catalogs)
        with (
            servers.trino(files=files, config=config, alone=True) as service,
            through_trino(local, folder, service.url, names={}) as fixed,
        ):
            yield fixed


class TestFixedTrino(EngineSuite):
    """It behaves as an engine."""


@contextmanager
def branched(example):
    """The example on a branch, which is given up in the end."""
    branch = example.lake.open_branch(f"run-{uuid4().hex}", None, ()).name
    yield branch, example.on(branch)
    example.lake.abandon(branch)


def hidden(example):
    """The hidden schemas that the server knows."""
    found = example.engine.server.rows(f"SHOW SCHEMAS FROM lake LIKE '{HIDDEN}%'")
    return [name for (name,) in found]


def test_a_branch_is_a_hidden_schema_and_goes_with_it(example):
    name = f"t_{uuid4().hex}"
    table, before = TableName("lake", "raw", name), hidden(example)
    with branched(example) as (branch, there):
        there.query(f"CREATE TABLE {name} AS SELECT id, carrier FROM flights WHERE id < 4")
        there.query(f"INSERT INTO {name} VALUES (10, 'new')")
        there.query(f"DELETE FROM {name} WHERE id = 0")
        assert there.rows(f"SELECT count(*) FROM {name}") == [(4,)]
        local = there.engine.local.query(f"SELECT max(id) FROM {name}", there.session)
        assert local.rows() == [(10,)]
        assert [state.table for state in example.lake.staged(branch)] == [table]
        assert len(hidden(example)) == len(before) + 1
        assert not [one for one in example.lake.schemas() if one.startswith(HIDDEN)]
        assert not [one for one in example.lake.standing() if one.schema.startswith(HIDDEN)]
        assert not [one for one in example.rows("SHOW SCHEMAS FROM lake") if HIDDEN in one[0]]
        other = example.lake.open_branch(f"run-{uuid4().hex}", None, ()).name
        assert table not in {state.table for state in example.lake.staged(other)}
        example.lake.abandon(other)
    assert hidden(example) == before
    assert name not in example.engine.tables("lake", "raw", example.session)


def test_what_a_server_did_for_a_process_that_was_killed_comes_back(example):
    with branched(example) as (branch, there):
        there.query("DELETE FROM flights WHERE carrier <> 'AA'")
        (place,) = example.lake.lend(branch, [FLIGHTS])
        before = example.lake.snapshot(FLIGHTS, branch)
        example.engine.server.rows(f"DELETE FROM {place.sql} WHERE id < 100")
        assert example.lake.snapshot(FLIGHTS, branch) == before
        assert there.rows("SELECT min(id), count(*) FROM flights") == [(100, 225)]
        assert example.lake.snapshot(FLIGHTS, branch) != before
    assert example.rows("SELECT count(*) FROM flights") == [(1000,)]


def test_a_table_that_was_changed_on_both_sides_keeps_the_branchs(example):
    with branched(example) as (branch, there):
        (place,) = example.lake.lend(branch, [FLIGHTS])
        example.engine.server.rows(f"DELETE FROM {place.sql} WHERE id < 100")
        there.engine.local.query("DELETE FROM flights WHERE id >= 10", there.session)
        with pytest.raises(ConflictError, match="flights was changed"):
            there.query("SELECT count(*) FROM flights")
        assert there.rows("SELECT count(*) FROM flights") == [(10,)]


def test_changes_of_one_table_on_one_branch_wait_for_each_other(example):
    with branched(example) as (_branch, there):
        there.query("CREATE TABLE raw.many (n integer)")
        failures = []

        def insert(number):
            try:
                there.query(f"INSERT INTO raw.many VALUES ({number})")
            except MeshError as error:
                failures.append(error)

        threads = [threading.Thread(target=insert, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert there.rows("SELECT n FROM raw.many ORDER BY 1") == [(n,) for n in range(6)]


def test_a_message_never_names_what_is_hidden(example):
    with branched(example) as (_branch, there):
        with pytest.raises(QueryError) as caught:
            there.query("INSERT INTO flights (nothing) VALUES (1)")
        assert HIDDEN not in caught.value.message
        with pytest.raises(QueryError, match="information_schema"):
            there.query("SELECT * FROM lake.information_schema.tables")
        with pytest.raises(QueryError, match="keeps its name"):
            there.query("ALTER TABLE flights RENAME TO others")


def test_nobody_changes_main_and_no_schema_takes_a_hidden_name(example):
    found = example.engine.health(example.session)
    assert {one.health for one in found} == {Health.GOOD}
    with pytest.raises(MeshError, match=r"(?i)denied"):
        example.engine.server.rows("DROP TABLE lake.raw.flights")
    with pytest.raises(InputError, match="begins as those of branches do"):
        example.query(f"CREATE SCHEMA lake.{HIDDEN}mine")
