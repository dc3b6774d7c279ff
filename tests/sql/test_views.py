"""Promises about views in a statement's text."""

import pytest

from jupyter_mesh.errors import StatementInvalid
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.tables import View
from jupyter_mesh.sql.reading import parse
from jupyter_mesh.sql.rewriting import Rewritten
from jupyter_mesh.sql.views import expanded, full_names

FEW = "SELECT id FROM flights -- few"


def text(sql, **views):
    """A statement with these views of lake.mart written out."""
    known = {
        TableName("lake", "mart", name): View(
            TableName("lake", "mart", name), query, "lake", "raw", ()
        )
        for name, query in views.items()
    }
    found = expanded(parse(sql, "lake", "mart"), known.get)
    return found and found.text


WRITTEN = [
    ("SELECT * FROM few", "SELECT * FROM {} AS few"),
    ("SELECT * FROM lake.mart.few AS f", "SELECT * FROM {} AS f"),
    ("SELECT * FROM few f (n), few", "SELECT * FROM {} f (n), {} AS few"),
    ("SELECT 1 FROM t WHERE EXISTS (TABLE few)", "SELECT 1 FROM t WHERE EXISTS ({all})"),
    (
        "SELECT n IN (SELECT id FROM few) FROM t",
        "SELECT n IN (SELECT id FROM {} AS few) FROM t",
    ),
    ("TABLE few UNION TABLE t", "{all} UNION TABLE t"),
    ("INSERT INTO t SELECT * FROM few", "INSERT INTO t {all}"),
    ("WITH few AS (TABLE few) SELECT * FROM few", "WITH few AS ({all}) SELECT * FROM few"),
]


@pytest.mark.parametrize(("sql", "wanted"), WRITTEN)
def test_a_view_becomes_its_query_wherever_a_table_stands(sql, wanted):
    wanted = wanted.replace("{all}", "SELECT * FROM {} AS few").replace(
        "} AS few", '} AS "few"'
    )
    query = '(\nSELECT id FROM "lake"."raw"."flights" -- few\n)'
    assert text(sql, few=FEW) == wanted.replace("{}", query)


def test_a_statement_without_views_stays_as_it_is():
    assert text("SELECT * FROM flights", few=FEW) is None


def test_views_over_views_are_written_out_to_the_tables():
    found = text("SELECT * FROM top", top="SELECT id FROM lake.mart.few", few=FEW)
    assert found.count('"lake"."raw"."flights"') == 1
    assert parse(found, "x", "y").reads == parse(FEW, "lake", "raw").reads


def test_views_in_a_circle_are_refused():
    a, b = "SELECT * FROM lake.mart.b", "SELECT * FROM lake.mart.a"
    with pytest.raises(StatementInvalid, match=r"mart\.a -> lake\.mart\.b -> lake\.mart\.a"):
        text("SELECT * FROM a", a=a, b=b)


def test_a_place_in_a_view_is_told_where_the_view_stands():
    statement = parse("SELECT 1,\n 2 FROM few", "lake", "mart")
    few = View(TableName("lake", "mart", "few"), FEW, "lake", "raw", ())
    found = expanded(statement, {few.name: few}.get)
    inside = found.text[: found.text.index("flights")].count("\n") + 1
    assert found.origin(inside, 18) == (2, 9)


def test_a_pieces_tables_get_their_full_names_and_keep_their_versions():
    sql = "CREATE VIEW v AS SELECT * FROM t FOR VERSION AS OF 'v1.0.0', \"A b\".c AS c"
    statement = parse(sql, "lake", "raw")
    tree = statement.tree
    edits = full_names(statement, tree.start, tree.end)
    assert Rewritten(sql, edits).text == (
        'CREATE VIEW v AS SELECT * FROM "lake"."raw"."t" FOR VERSION AS OF \'v1.0.0\', '
        '"lake"."a b"."c" AS c'
    )
