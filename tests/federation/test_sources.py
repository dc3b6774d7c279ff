"""One statement over a lake, PostgreSQL, SQLite and files, asked of both engines."""

import json
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from click.testing import CliRunner

from jupyter_mesh.cli.app import mesh as shell
from jupyter_mesh.cli.terminal import Terminal
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.testing import servers
from tests.federation.conftest import Both, opened, rewritten

pytestmark = pytest.mark.long
SALES = """
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('good', 'bad');
CREATE TABLE shop.targets (
  country char(2) PRIMARY KEY, wanted numeric(12,2), share real, ratio double precision,
  people smallint, visits int, clicks bigint, open boolean, note varchar(20), words text,
  since date, until timestamp(3), seen timestamptz, at time, key uuid, raw bytea, more jsonb,
  tags text[], sizes varchar(3)[], mood shop.mood DEFAULT 'good', loose varchar, blank bpchar,
  -- What no engine has a word for.
  free numeric, long numeric(40,2), spot point, net inet, span interval
);
INSERT INTO shop.targets VALUES
  ('DE', 1000.50, 0.25, 0.1, 3, 30, 3000000000, true, 'near', 'Zoë', '1969-02-28',
   '2026-01-02 03:04:05.678', '2026-01-02 03:04:05.678901+02', '01:02:03.123456',
   '12151fd2-7586-11e9-8f9e-2a86e4085a59', '\\x00ff', '7'),
  ('FR', NULL, 'NaN', 'Infinity', NULL, NULL, NULL, false, '', '', NULL, NULL, NULL, NULL,
   NULL, '', NULL),
  ('IT', -0.01, 1e10, 1e-300, -1, -1, -1, NULL, 'x', 'y', '1582-10-01',
   '1582-10-01 00:00:00', '1582-10-01 00:00:00+00', '23:59:59.999999',
   '00000000-0000-0000-0000-000000000000', NULL, 'null');
UPDATE shop.targets SET tags = ARRAY['a', NULL], sizes = '{s,xl}' WHERE country = 'DE';
CREATE VIEW shop.open AS SELECT country, wanted FROM shop.targets WHERE open;
"""
EVERYWHERE = """
SELECT r.region, c.country, count(*) AS orders, sum(o.amount) AS revenue,
       max(t.wanted) AS wanted, max(t.note) AS note, max(t.seen) AS seen
FROM lake.raw.orders AS o
JOIN crm.main.customers AS c ON c.id = o.customer
LEFT JOIN sales.shop.targets AS t ON t.country = c.country
JOIN inbox.files.regions AS r ON r.code = c.country
GROUP BY r.region, c.country
ORDER BY c.country
"""


@pytest.fixture
def folder(small_folder, postgres, database):
    """The small mesh with a PostgreSQL database and a folder of files beside it."""
    name = urlsplit(database).path[1:]
    with servers.connected(postgres, name) as connection:
        connection.execute(SALES)
    (small_folder / "inbox").mkdir()
    (small_folder / "inbox" / "regions.csv").write_text(
        "code,region\nDE,middle\nFR,west\nIT,south\n"
    )
    sales = {"type": "postgresql", "database": name, "password": "${env:SHOP_PASSWORD}"}
    sales |= {key: postgres.facts[key] for key in ("host", "port", "user")}
    files = {"type": "files", "path": "inbox"}
    rewritten(small_folder, lambda said: said["catalogs"].update(sales=sales, inbox=files))
    return small_folder


@pytest.fixture
def both(folder, trino):
    with opened(folder, trino) as both:
        both.mesh.land(folder / "orders.csv", "lake.raw.orders")
        yield both
        both.mesh.parts.engine("trino").server.rows("DROP CATALOG IF EXISTS sales")


@pytest.fixture
def only_there(both):
    """A catalog that the server alone has."""
    server, name = both.mesh.parts.engine("trino").server, f"only_{uuid4().hex[:8]}"
    server.rows(f"CREATE CATALOG {name} USING tpch")
    server.reread()
    yield name
    server.rows(f"DROP CATALOG {name}")


def test_one_statement_over_every_source_has_one_answer(both):
    rows = both.rows(EVERYWHERE)
    assert [row[:3] for row in rows] == [
        ("middle", "DE", 40),
        ("west", "FR", 40),
        ("south", "IT", 20),
    ]
    named = {str(pin.table) for pin in both.mesh.query(EVERYWHERE).stats.access.reads}
    assert named == {
        "lake.raw.orders",
        "crm.main.customers",
        "sales.shop.targets",
        "inbox.files.regions",
    }


def test_a_database_is_told_and_read_alike(both, monkeypatch):
    assert len(both.rows("SELECT * FROM sales.shop.targets ORDER BY country")) == 3
    assert both.rows("SELECT * FROM sales.shop.open ORDER BY 1")[0][0] == "DE"
    table = "sales.shop.targets"
    for column in both.mesh.describe(table).columns:
        name = f'"{column.name}"'
        distinct = "" if str(column.type) == "json" else f", count(DISTINCT {name})"
        both.rows(f"SELECT count({name}){distinct} FROM {table}")
    assert both.rows(f"SELECT note FROM {table} WHERE country = 'DE'") == [("near",)]
    told = {}
    for engine in ("embedded", "trino"):
        monkeypatch.setenv("MESH_ENGINE", engine)
        with Mesh.open(both.mesh.parts.settings.root) as mesh:
            told[engine] = [
                # Other people's catalogs on the same server come and go.
                [
                    (one.name, one.kind, one.type)
                    for one in mesh.browse(prefix)
                    if one.type != "trino"
                ]
                for prefix in ("", "sales", "sales.shop", table, "crm.main", "inbox.files")
            ]
    assert told["embedded"] == told["trino"]


def test_what_a_server_alone_has_is_browsed_and_joined(both, only_there):
    mesh = both.mesh
    assert ("trino", only_there) in {(one.type, one.name) for one in mesh.browse()}
    assert f"{only_there}.tiny" in {one.name for one in mesh.browse(only_there)}
    nation = f"{only_there}.tiny.nation"
    assert nation in {one.name for one in mesh.browse(f"{only_there}.tiny")}
    assert [column.name for column in mesh.describe(nation).columns][:2] == [
        "nationkey",
        "name",
    ]
    joined = mesh.query(
        f"SELECT n.name, count(*) FROM lake.raw.orders AS o JOIN {nation} AS n "
        "ON n.nationkey = o.customer GROUP BY n.name ORDER BY 1"
    )
    assert joined.rows()[0] == ("ALGERIA", 20)


def test_a_server_given_the_written_files_answers_the_same(both, folder):
    expected = both.rows(EVERYWHERE)
    rewritten(folder, lambda said: said["engines"].clear())
    written = CliRunner().invoke(shell, ["trino", "config", "etc", "--json"], obj=Terminal())
    assert written.exit_code == 0
    etc = folder / "etc"
    files = {
        str(path.relative_to(etc)): path.read_text()
        for path in etc.rglob("*")
        if path.is_file()
    }
    assert set(json.loads(written.stdout)["environment"]) == {"MESH_SALES_PASSWORD"}
    secret = "connection-password=${ENV:MESH_SALES_PASSWORD}\n"
    assert secret in files["catalog/sales.properties"]
    assert f"password={servers.PASSWORD}" not in "".join(files.values())
    config = {"catalog.store": "file"}
    with servers.trino(config=config, files=files, alone=True) as guarded:
        engine = {"kind": "trino", "url": guarded.url}
        rewritten(folder, lambda said: said.update(engine="trino", engines={"trino": engine}))
        with Mesh.open(folder) as mesh:
            assert Both(mesh).rows(EVERYWHERE) == expected
            there = mesh.parts.engine("trino").server.rows("SHOW CATALOGS")
            own = {row[0] for row in there if not row[0].startswith("mesh_branch_")}
            assert own == {"lake", "sales", "system"}


def test_a_source_that_changes_is_read_as_it_is_by_both(both, folder):
    count = "SELECT count(*) FROM crm.main.customers"
    assert both.rows(count) == [(5,)]
    with closing(sqlite3.connect(folder / "crm.sqlite")) as database, database:
        database.execute("INSERT INTO customers VALUES (9, 'ES')")
    assert both.rows(count) == [(6,)]
