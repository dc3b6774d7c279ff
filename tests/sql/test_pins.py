import pytest

from jupyter_mesh.model.names import TableName
from jupyter_mesh.sql import pins, reading
from jupyter_mesh.sql.statement import TableRef

FLIGHTS = TableRef(TableName("lake", "raw", "flights"))
DAYS = TableRef(TableName("lake", "raw", "days"))


def read(sql):
    return reading.parse(sql, "lake", "raw")


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        (
            "SELECT * FROM flights f -- all\nWHERE 1=1",
            "SELECT * FROM flights FOR VERSION AS OF 7 f -- all\nWHERE 1=1",
        ),
        (
            'WITH days AS (SELECT * FROM days) SELECT * FROM "days", raw.flights',
            "WITH days AS (SELECT * FROM days FOR VERSION AS OF 'v1.0.0') "
            'SELECT * FROM "days", raw.flights FOR VERSION AS OF 7',
        ),
        (
            "SELECT * FROM flights FOR VERSION AS OF 3",
            "SELECT * FROM flights FOR VERSION AS OF 3",
        ),
        (
            "INSERT INTO flights SELECT * FROM flights",
            "INSERT INTO flights SELECT * FROM flights FOR VERSION AS OF 7",
        ),
        ("SELECT 'flights' FROM other", "SELECT 'flights' FROM other"),
    ],
)
def test_tables_are_pinned_where_they_stand_and_nothing_else_changes(sql, wanted):
    pinned = pins.pinned(read(sql), {FLIGHTS: 7, DAYS: "v1.0.0"})
    assert pinned == wanted
    read(pinned)


def test_named_parameters_become_question_marks_in_their_order():
    sql = "SELECT :b, ':b' FROM flights WHERE x = :a ORDER BY 1 OFFSET :o LIMIT :b"
    assert pins.positional(read(sql)) == (
        "SELECT ?, ':b' FROM flights WHERE x = ? ORDER BY 1 OFFSET ? LIMIT ?",
        ("b", "a", "o", "b"),
    )
