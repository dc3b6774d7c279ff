import duckdb
import pytest

from jupyter_mesh.errors import StatementInvalid
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql import embedded, reading

SHOP = TableName("lake", "raw", "shop")
COLUMNS = tuple(
    Column(name, TrinoType.parse(kind))
    for name, kind in [("id", "bigint"), ("name", "varchar(8)"), ("price", "decimal(10,2)")]
)


@pytest.fixture
def shop():
    connection = duckdb.connect()
    connection.execute(embedded.MACROS)
    connection.execute("CREATE TABLE shop (id BIGINT, name VARCHAR, price DECIMAL(10,2))")
    connection.execute("INSERT INTO shop VALUES (1, 'pen', 1.20), (2, 'book', 12.50)")
    yield connection
    connection.close()


def translate(sql):
    statement = reading.parse(sql, "lake", "raw")
    relations = {ref: embedded.Relation("shop", COLUMNS) for ref in statement.reads}
    targets = {SHOP: embedded.Target("shop", COLUMNS)}
    targets[TableName("lake", "raw", "new")] = embedded.Target("new_table")
    return embedded.translate(statement, relations, {"low": 2}, targets=targets)


def run(shop, sql):
    written = translate(sql)
    return shop.execute(written.sql, written.parameters).fetchone()[0]


def rows(shop):
    return shop.execute(
        "SELECT id, name, CAST(price AS VARCHAR) FROM shop ORDER BY 1"
    ).fetchall()


def test_insert_puts_values_into_the_named_columns_and_rounds_decimals(shop):
    assert run(shop, "INSERT INTO shop (price, id) VALUES (1.239, 3), (2, 4)") == 2
    assert rows(shop)[2:] == [(3, None, "1.24"), (4, None, "2.00")]


def test_insert_from_the_table_itself(shop):
    assert run(shop, "INSERT INTO shop SELECT id + 10, name, price FROM shop") == 2
    assert len(rows(shop)) == 4


def test_delete_and_update_change_only_the_rows_they_mean(shop):
    assert (
        run(shop, "UPDATE shop SET price = price * 2, name = upper(name) WHERE id < :low") == 1
    )
    assert run(shop, "DELETE FROM shop WHERE shop.name = 'book'") == 1
    assert rows(shop) == [(1, "PEN", "2.40")]


def test_merge_updates_deletes_and_inserts(shop):
    sql = """
        MERGE INTO shop s USING (VALUES (1, 'pencil'), (2, 'x'), (3, 'cup')) AS n (id, name)
        ON s.id = n.id
        WHEN MATCHED AND n.name = 'x' THEN DELETE
        WHEN MATCHED THEN UPDATE SET name = n.name
        WHEN NOT MATCHED THEN INSERT (id, name) VALUES (n.id, n.name)"""
    assert run(shop, sql) == 3
    assert rows(shop) == [(1, "pencil", "1.20"), (3, "cup", None)]


def test_ctas_tells_the_columns_of_the_new_table(shop):
    written = translate("CREATE TABLE new AS SELECT id, price / 3 AS third FROM shop")
    assert [(c.name, str(c.type)) for c in written.columns] == [
        ("id", "bigint"),
        ("third", "decimal(10,2)"),
    ]
    shop.execute(written.sql)
    assert len(shop.execute("FROM new_table").fetchall()) == 2


def test_ctas_with_no_data_makes_an_empty_table(shop):
    written = translate("CREATE TABLE new AS SELECT * FROM shop WITH NO DATA")
    shop.execute(written.sql)
    assert shop.execute("FROM new_table").fetchall() == []


def test_create_table_keeps_what_was_said_of_its_columns():
    written = translate(
        "CREATE TABLE new (id bigint NOT NULL COMMENT 'key', tags array(varchar))"
    )
    first, second = written.columns
    assert (first.required, first.description, str(second.type)) == (
        True,
        "key",
        "array(varchar)",
    )


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("INSERT INTO shop VALUES (1)", "mismatched column types"),
        ("INSERT INTO shop (id, nope) VALUES (1, 2)", "nope"),
        ("INSERT INTO shop (id, price) VALUES (1, 'cheap')", "mismatched column types"),
        ("INSERT INTO shop (id, id) VALUES (1, 2)", "more than once"),
        ("UPDATE shop SET nope = 1", "nope"),
        ("UPDATE shop SET id = 'x'", "Column id is bigint"),
        ("DELETE FROM shop WHERE nme = 'x'", "nme"),
        ("CREATE TABLE new AS SELECT 1 AS a, 2 AS a", "more than once"),
        ("CREATE TABLE new AS SELECT 1 + 1", "not specified at position 1"),
        ("CREATE TABLE new AS SELECT NULL AS x", "type is unknown"),
        ("CREATE TABLE new (a bigint, A bigint)", "more than once"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_changes(sql, message):
    with pytest.raises(StatementInvalid, match=message):
        translate(sql)
