from importlib.util import find_spec

import duckdb
import pytest

from jupyter_mesh.engines.connection import ICEBERG, connect, extension_path, literal, shut
from jupyter_mesh.errors import ConfigError
from jupyter_mesh.settings import EmbeddedSettings


@pytest.fixture
def connection(tmp_path):
    with connect(EmbeddedSettings(memory="200MB", threads=1), tmp_path / "scratch") as found:
        yield found


def test_extensions_are_found_without_being_imported():
    for name in (*ICEBERG, "sqlite_scanner", "postgres_scanner"):
        assert extension_path(name).endswith(f"{name}.duckdb_extension")


def test_a_missing_extension_says_what_to_install():
    assert find_spec("duckdb_extension_spatial") is None
    with pytest.raises(ConfigError, match="spatial") as caught:
        extension_path("spatial")
    assert caught.value.remedy == f"pip install duckdb-extension-spatial=={duckdb.__version__}"


def test_a_limit_that_means_nothing_is_told(tmp_path):
    with pytest.raises(ConfigError, match="settings") as caught:
        connect(EmbeddedSettings(memory="plenty"), tmp_path)
    assert "memory" in caught.value.remedy


def test_moments_are_utc_and_nulls_come_last(connection):
    cursor = connection.cursor()
    assert cursor.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)
    rows = cursor.execute("SELECT * FROM (VALUES (NULL), (1)) AS t(a) ORDER BY a DESC")
    assert rows.fetchall() == [(1,), (None,)]


def test_variables_of_python_are_no_tables(connection):
    frame = [1, 2, 3]
    with pytest.raises(duckdb.CatalogException):
        connection.execute("SELECT * FROM frame")
    assert frame


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{outside}/secret.csv')",
        "SELECT * FROM '{outside}/secret.csv'",
        "SELECT * FROM glob('{outside}/*')",
        "SELECT * FROM read_text('{inside}/../outside/secret.csv')",
        "COPY (SELECT 1) TO '{outside}/new.csv'",
        "ATTACH '{outside}/new.duckdb'",
        "EXPORT DATABASE '{outside}/dump'",
        "INSTALL spatial",
        "LOAD '{outside}/x.duckdb_extension'",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
    ],
)
def test_a_connection_that_is_shut_reaches_nothing_outside(connection, tmp_path, statement):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.csv").write_text("a\n1\n")
    (inside / "open.csv").write_text("a\n1\n")
    shut(connection, [f"{inside}/"])
    cursor = connection.cursor()
    assert cursor.execute(f"SELECT * FROM read_csv('{inside}/open.csv')").fetchall() == [(1,)]
    with pytest.raises(duckdb.Error):
        cursor.execute(statement.format(inside=inside, outside=outside))
    assert [path.name for path in outside.iterdir()] == ["secret.csv"]


def test_a_shut_connection_still_spills_to_its_scratch(connection, tmp_path):
    shut(connection, [])
    rows = connection.execute(
        "SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY hash(x)) AS n "
        "FROM range(6_000_000) AS t(x))"
    )
    assert rows.fetchone() == (6_000_000,)


def test_text_is_quoted_for_sql():
    assert literal("it's") == "'it''s'"
