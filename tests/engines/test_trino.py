"""The Trino engine on a real server: it behaves as an engine, over the very same tables."""

import os
import signal
from dataclasses import replace
from decimal import Decimal
from threading import Thread
from uuid import uuid4

import pytest

from jupyter_mesh.catalog.gateway import Gateway
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.engines.trino import TrinoEngine
from jupyter_mesh.engines.trino_rules import server_files
from jupyter_mesh.errors import (
    EngineUnavailable,
    InputError,
    MeshError,
    NameNotFound,
    QueryCancelled,
    QueryError,
    StatementInvalid,
)
from jupyter_mesh.model.health import Health
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import AsOf, Session
from jupyter_mesh.settings import IcebergSettings, TrinoSettings
from jupyter_mesh.testing import servers
from jupyter_mesh.testing.engine_suite import FLIGHTS, EngineSuite
from jupyter_mesh.testing.lakes import PlainSecrets, seeded, through_trino, trino_engine
from tests.waiting import LONGEST, until

pytestmark = pytest.mark.long
SLOW = "SELECT sum(a.id * b.id % 7 * c.id) FROM flights a, flights b, flights c, flights d"


@pytest.fixture(scope="session")
def trino():
    with servers.trino() as service:
        yield service


@pytest.fixture(scope="module")
def example(trino, tmp_path_factory):
    with trino_engine(tmp_path_factory.mktemp("trino"), trino.url) as example:
        yield example


class TestTrinoEngine(EngineSuite):
    """The Trino engine behaves as an engine."""


def states(example, query_id):
    found = example.engine.server.rows(
        f"SELECT state, error_code FROM system.runtime.queries WHERE query_id = '{query_id}'"
    )
    return [tuple(row) for row in found]


def test_a_stopped_statement_has_ended_on_the_server(example):
    heard, failures = [], []
    ticket = QueryTicket(lambda text, percent: heard.append((text, percent)))
    tag = uuid4().hex

    def run():
        try:
            example.query(f"{SLOW} WHERE '{tag}' <> ''", ticket)
        except MeshError as error:
            failures.append(error)

    thread = Thread(target=run)
    thread.start()
    find = (
        "SELECT query_id, state FROM system.runtime.queries "
        f"WHERE query LIKE '%{tag}%' AND query NOT LIKE '%system.runtime%'"
    )
    until(lambda: "RUNNING" in [state for _, state in example.engine.server.rows(find)])
    until(lambda: any("splits" in text for text, _percent in heard))
    ticket.cancel()
    thread.join(LONGEST)
    assert isinstance(failures[0], QueryCancelled)
    ((query_id, _state),) = example.engine.server.rows(find)
    assert states(example, query_id) == [("FAILED", "USER_CANCELED")]


def test_an_answer_that_is_left_unread_is_ended_on_the_server(example):
    result = example.query("SELECT a.id FROM flights a, flights b, flights c LIMIT 100000000")
    query_id = result.stats.query_id
    assert states(example, query_id)[0][0] != "FINISHED"
    batches = result.batches()
    next(batches)
    batches.close()
    del batches, result
    assert until(lambda: states(example, query_id)[0][0] == "FAILED")


def test_both_engines_read_the_same(example):
    local = replace(example, engine=example.engine.local)
    sql = "SELECT * FROM flights ORDER BY id"
    assert example.query(sql).arrow().equals(local.query(sql).arrow())
    sql = "SELECT * FROM ops.main.airlines ORDER BY 1"
    assert example.rows(sql) == local.rows(sql)
    sql = "SELECT * FROM inbox.files.airports ORDER BY 1"
    assert example.rows(sql) == local.rows(sql)


def test_what_one_engine_writes_the_other_reads_at_once(example):
    local = replace(example, engine=example.engine.local)
    name = f"t_{uuid4().hex}"
    example.query(f"CREATE TABLE {name} AS SELECT id, price FROM flights WHERE id < 5")
    local.query(f"INSERT INTO {name} SELECT id, price FROM flights WHERE id = 7")
    example.query(f"UPDATE {name} SET price = price + 1 WHERE id = 7")
    assert local.rows(f"SELECT * FROM {name} ORDER BY 1") == example.rows(
        f"SELECT * FROM {name} ORDER BY 1"
    )
    assert local.rows(f"SELECT count(*) FROM {name}") == [(6,)]


def test_a_copy_follows_its_source(example):
    local = example.engine.local
    folder = local._relations.sources["inbox"].folder
    with open(f"{folder}/grown.csv", "w") as stream:
        stream.write("n\n1\n")
    assert example.rows("SELECT n FROM inbox.files.grown") == [(1,)]
    with open(f"{folder}/grown.csv", "a") as stream:
        stream.write("2\n")
    assert example.rows("SELECT n FROM inbox.files.grown ORDER BY 1") == [(1,), (2,)]
    copies = [b for b in example.lake.branches() if b.run_id.startswith("copy-")]
    assert example.rows("SELECT n FROM inbox.files.grown ORDER BY 1") == [(1,), (2,)]
    assert [b for b in example.lake.branches() if b.run_id.startswith("copy-")] == copies


def test_any_earlier_state_can_be_read(example):
    name = f"t_{uuid4().hex}"
    example.query(f"CREATE TABLE {name} AS SELECT 1 AS n")
    table = TableName("lake", "raw", name)
    first = example.lake.snapshot(table)
    example.query(f"INSERT INTO {name} VALUES 2")
    pinned = replace(example, session=replace(example.session, pins={table: first}))
    assert pinned.rows(f"SELECT * FROM {name}") == [(1,)]
    result = pinned.query(f"SELECT count(*) FROM {name}")
    assert result.stats.access.reads[0].snapshot_id == first.snapshot_id
    then = replace(
        example, session=replace(example.session, as_of=AsOf(str(first.snapshot_id)))
    )
    assert then.rows(f"SELECT * FROM {name}") == [(1,)]
    assert example.rows(f"SELECT count(*) FROM {name}") == [(2,)]
    number = first.snapshot_id
    assert example.rows(f"SELECT n FROM {name} FOR VERSION AS OF {number}") == [(1,)]


def test_a_catalog_that_only_the_server_has_is_browsed_and_asked(example):
    name = f"only_{uuid4().hex[:8]}"
    example.engine.server.rows(f"CREATE CATALOG {name} USING tpch")
    example.engine.server.reread()
    session = example.session
    try:
        assert name in example.engine.catalogs()
        assert "tiny" in example.engine.schemas(name, session)
        assert "nation" in example.engine.tables(name, "tiny", session)
        nation = TableName(name, "tiny", "nation")
        assert example.engine.describe(nation, session)[0].name == "nationkey"
        assert example.rows(f"SELECT count(*) FROM {name}.tiny.nation") == [(25,)]
        with pytest.raises(NameNotFound) as caught:
            example.engine.tables(name, "tinny", session)
        assert f"{name}.tiny" in caught.value.near
    finally:
        example.engine.server.rows(f"DROP CATALOG {name}")
        example.engine.server.reread()


def test_a_fault_stands_at_its_place_in_what_was_written(example):
    with pytest.raises(StatementInvalid, match="nothing_such") as caught:
        example.query("SELECT f.id,\n :n + f.nothing_such FROM lake.raw.flights AS f", n=1)
    assert (caught.value.line, caught.value.column) == (2, 7)


def test_a_message_never_names_what_is_hidden(example):
    name = f"t_{uuid4().hex}"
    example.query(f"CREATE TABLE {name} AS SELECT 1 AS n")
    with pytest.raises(StatementInvalid, match="already exists") as caught:
        example.query(f"CREATE TABLE {name} (n integer)")
    assert "mesh_branch" not in caught.value.message


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE flights EXECUTE remove_orphan_files",
        "ALTER TABLE flights EXECUTE expire_snapshots(retention_threshold => '0s')",
        "CALL system.runtime.kill_query('x')",
        "CREATE MATERIALIZED VIEW lake.raw.v AS SELECT 1 AS n",
        "ALTER VIEW lake.raw.v RENAME TO lake.raw.w",
        "USE lake.raw",
        "SET SESSION query_max_run_time = '1s'",
        "START TRANSACTION",
    ],
)
def test_what_would_harm_or_do_nothing_is_not_passed_on(example, sql):
    with pytest.raises(QueryError):
        example.query(sql)
    assert example.rows("SELECT count(*) FROM flights") == [(1000,)]


def test_a_dropped_table_keeps_its_files_for_whoever_shares_them(example):
    name = f"t_{uuid4().hex}"
    example.query(f"CREATE TABLE {name} AS SELECT 1 AS n")
    table = TableName("lake", "raw", name)
    state = example.lake.snapshot(table)
    branch = example.lake.open_branch(f"run-{uuid4().hex}", None, ()).name
    example.query(f"DROP TABLE {name}")
    assert example.on(branch).rows(f"SELECT * FROM lake.raw.{name}") == [(1,)]
    assert example.lake.snapshot(table, branch) == state
    example.lake.abandon(branch)


def test_a_change_that_fails_leaves_no_branch_open(example):
    before = {branch.name for branch in example.lake.branches()}
    with pytest.raises(QueryError):
        example.query("INSERT INTO flights (id) SELECT 1 / (id - id) FROM flights")
    assert {branch.name for branch in example.lake.branches()} == before
    hidden = example.engine.server.rows("SHOW CATALOGS LIKE 'mesh_branch_%sql_%'")
    assert hidden == []


def test_parameters_keep_their_types(example):
    from datetime import UTC, date, datetime
    from decimal import Decimal

    values = {
        "text": "it's; -- :n",
        "number": -7,
        "real": 0.1,
        "exact": Decimal("12.30"),
        "day": date(2026, 2, 3),
        "moment": datetime(2026, 2, 3, 4, 5, 6, 7),
        "zoned": datetime(2026, 2, 3, 4, 5, tzinfo=UTC),
        "bytes": b"\x00\xff",
        "many": [1, 2],
        "nothing": None,
    }
    result = example.query("SELECT " + ", ".join(f":{name}" for name in values), **values)
    assert list(result.rows()[0]) == list(values.values())
    with pytest.raises(InputError, match="wanted"):
        example.query("SELECT :wanted")
    with pytest.raises(InputError, match="object"):
        example.query("SELECT :n", n=object())


def test_the_server_s_rules_keep_strangers_from_a_lake(tmp_path):
    with seeded(tmp_path) as local:
        config = {"catalog.store": "file"}
        files = server_files(local.catalogs)
        with (
            servers.trino(files=files, config=config, alone=True) as service,
            through_trino(local, tmp_path, service.url, names={}) as guarded,
        ):
            assert guarded.rows("SELECT count(*) FROM flights") == [(1000,)]
            found = guarded.engine.health(guarded.session)
            assert {one.health for one in found} == {Health.GOOD}
            guarded.query("CREATE TABLE made AS SELECT 1 AS n")
            assert guarded.rows("SELECT * FROM made") == [(1,)]
            with pytest.raises(MeshError, match=r"(?i)denied"):
                guarded.engine.server.rows("DROP TABLE lake.raw.flights")
            assert guarded.rows("SELECT count(*) FROM flights") == [(1000,)]


def test_without_rules_the_danger_is_told(example):
    found = example.engine.health(example.session)
    assert "476" in found[0].text
    assert [one.health for one in found[1:]] == [Health.DOUBTFUL]


def test_a_killed_server_ends_the_statement_with_a_remedy(tmp_path):
    with (
        servers.trino(alone=True) as service,
        trino_engine(tmp_path, service.url, names={}) as doomed,
    ):
        ticket = QueryTicket(lambda text, _percent: "running" in text and end())

        def end():
            os.kill(service.pid, signal.SIGKILL)

        doomed.engine.patience = 3
        with pytest.raises(EngineUnavailable) as caught:
            doomed.query(SLOW, ticket)
        assert caught.value.remedy
        assert doomed.lake.snapshot(FLIGHTS).rows == 1000


def test_without_a_server_the_remedy_starts_one(tmp_path):
    engine = TrinoEngine(TrinoSettings(), {}, {}, None, PlainSecrets(), tmp_path)
    with pytest.raises(EngineUnavailable) as caught:
        engine.catalogs()
    assert "mesh stack up trino" in caught.value.remedy
    engine.close()


def test_a_server_that_does_not_answer_is_named(tmp_path):
    settings = TrinoSettings(url="http://127.0.0.1:9")
    engine = TrinoEngine(settings, {}, {}, None, PlainSecrets(), tmp_path)
    with pytest.raises(EngineUnavailable, match=r"127\.0\.0\.1:9"):
        engine.catalogs()
    engine.close()


def test_views_are_read_by_the_servers_other_clients_and_theirs_by_us(trino, tmp_path):
    name = f"lake_{uuid4().hex[:12]}"
    settings = IcebergSettings(f"sqlite:///{tmp_path}/lake.db", f"file://{tmp_path}/warehouse")
    session = Session(Actor("ana"), catalog=name, schema="raw")
    with Lake(name, settings, PlainSecrets()) as lake:
        gateway, catalogs = Gateway({name: lake}), {name: settings}
        engine = TrinoEngine(
            TrinoSettings(url=trino.url),
            {name: lake},
            catalogs,
            gateway,
            PlainSecrets(),
            tmp_path,
        )
        for sql in (
            f"CREATE SCHEMA {name}.raw",
            "CREATE TABLE t AS SELECT * FROM (VALUES (1, 2.50), (2, 4.25)) AS x (id, price)",
            "CREATE VIEW dear COMMENT 'over three' AS SELECT id, price * 2 AS twice FROM t "
            "WHERE price > 3",
        ):
            engine.query(sql, session)
        found = engine.server.rows(f"SELECT * FROM {name}.raw.dear")
        assert found == engine.query("SELECT * FROM dear", session).rows()
        assert found == [(2, Decimal("8.50"))]
        told = "SELECT comment FROM system.metadata.table_comments WHERE table_name = 'dear'"
        assert engine.server.rows(f"{told} AND catalog_name = '{name}'") == [("over three",)]
        engine.server.rows(f"CREATE VIEW {name}.raw.all_of_it AS SELECT id FROM {name}.raw.t")
        for one in (engine, engine.local):
            assert one.query("SELECT count(*) FROM all_of_it", session).rows() == [(2,)]
        engine.query("DROP VIEW all_of_it", session)
        assert list(engine.tables(name, "raw", session)) == ["dear", "t"]
        engine.server.rows(f"DROP CATALOG {name}")
        engine.close()
        gateway.close()
