"""The behaviour of an engine, as tests: subclass EngineSuite, give it an `example` fixture."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Timer
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import (
    NameNotFound,
    QueryCancelled,
    QueryError,
    StatementInvalid,
)
from jupyter_mesh.model.names import TableName

if TYPE_CHECKING:
    from jupyter_mesh.testing.lakes import Example

FLIGHTS = TableName.parse("lake.raw.flights")


class EngineSuite:
    """What every engine does alike over the example of `testing.lakes.seeded`.

    The fixture `example` may be shared by all tests; each uses tables of its own for writing.
    """

    # -- reading -----------------------------------------------------------------------------

    def test_a_table_is_read_with_exact_types(self, example: Example) -> None:
        result = example.query("SELECT * FROM lake.raw.flights WHERE id = 9")
        assert [f"{column.name} {column.type}" for column in result.columns] == [
            "id bigint",
            "carrier varchar",
            "delay integer",
            "distance double",
            "price decimal(9,2)",
            "day date",
            "departed timestamp(6)",
            "landed timestamp(6) with time zone",
            "tail varbinary",
            "stops array(bigint)",
            "crew row(pilot varchar, seats bigint)",
        ]
        assert result.rows() == [
            (
                *(9, "DL", 0, 13.5, Decimal("2.25"), date(2026, 10, 10)),
                datetime(2026, 10, 10, 9, 9),
                datetime(2026, 10, 10, 9, 9, tzinfo=UTC),
                *(b"\x00\x09", [], {"pilot": "p9", "seats": 9}),
            )
        ]

    def test_catalogs_meet_in_one_statement(self, example: Example) -> None:
        assert example.rows(
            "SELECT a.name, count(*) FROM flights f JOIN ops.main.airlines a "
            "ON a.carrier = f.carrier GROUP BY a.name ORDER BY 1"
        ) == [("American", 250), ("Delta", 250), ("United", 250)]

    def test_nulls_come_last_either_way(self, example: Example) -> None:
        for order in ("ASC", "DESC"):
            rows = example.rows(f"SELECT delay FROM flights ORDER BY delay {order}")
            assert rows[-1] == (None,)
            assert rows[0] != (None,)

    def test_parameters_are_values(self, example: Example) -> None:
        sql = "SELECT count(*) FROM flights WHERE carrier = :carrier AND id < :most"
        assert example.rows(sql, carrier="AA", most=8) == [(2,)]
        assert example.rows(sql, carrier="AA' OR '1' = '1", most=8) == [(0,)]

    def test_whole_numbers_are_divided_as_whole_numbers(self, example: Example) -> None:
        assert example.rows("SELECT 7 / 2, -7 / 2, CAST(2.5 AS bigint)") == [(3, -3, 3)]

    def test_an_answer_without_rows_keeps_its_columns(self, example: Example) -> None:
        result = example.query("SELECT id, price FROM flights WHERE id < 0")
        assert result.rows() == []
        assert [str(column.type) for column in result.columns] == ["bigint", "decimal(9,2)"]
        assert list(result.df().columns) == ["id", "price"]

    def test_what_was_read_is_told_with_its_snapshot(self, example: Example) -> None:
        result = example.query("SELECT count(*) FROM flights, ops.main.airlines")
        snapshot = example.lake.snapshot(FLIGHTS)
        reads = {pin.table: pin for pin in result.stats.access.reads}
        assert reads[FLIGHTS].snapshot_id == snapshot.snapshot_id
        assert TableName("ops", "main", "airlines") in reads
        assert example.engine.access("SELECT 1 FROM flights", example.session).reads == (
            reads[FLIGHTS],
        )

    def test_how_it_went_is_told(self, example: Example) -> None:
        result = example.query("SELECT * FROM flights")
        assert len(result.rows()) == result.stats.rows == 1000
        assert result.stats.seconds > 0
        assert result.stats.query_id
        assert result.stats.engine == example.engine.name

    # -- names -------------------------------------------------------------------------------

    def test_names_are_listed(self, example: Example) -> None:
        engine, session = example.engine, example.session
        assert {"lake", "ops"} <= set(engine.catalogs())
        assert "raw" in engine.schemas("lake", session)
        assert "flights" in engine.tables("lake", "raw", session)
        columns = engine.describe(TableName("ops", "main", "airlines"), session)
        assert [(c.name, str(c.type)) for c in columns] == [
            ("carrier", "varchar"),
            ("name", "varchar"),
            ("founded", "bigint"),
        ]

    def test_show_and_describe_answer_as_trino(self, example: Example) -> None:
        shown = example.query("SHOW TABLES FROM ops.main LIKE 'air%'")
        assert [column.name for column in shown.columns] == ["Table"]
        assert shown.rows() == [("airlines",)]
        assert ("ops",) in example.rows("SHOW CATALOGS")
        assert ("raw",) in example.rows("SHOW SCHEMAS FROM lake")
        described = example.query("DESCRIBE flights")
        names = [column.name for column in described.columns]
        assert names == ["Column", "Type", "Extra", "Comment"]
        assert ("price", "decimal(9,2)", "", "") in described.rows()

    def test_information_schema_can_be_asked(self, example: Example) -> None:
        assert example.rows(
            "SELECT column_name, data_type FROM lake.information_schema.columns "
            "WHERE table_schema = 'raw' AND table_name = 'flights' AND ordinal_position <= 2 "
            "ORDER BY ordinal_position"
        ) == [("id", "bigint"), ("carrier", "varchar")]

    @pytest.mark.parametrize(
        ("sql", "near"),
        [
            ("SELECT * FROM lake.raw.flight", "lake.raw.flights"),
            ("SELECT * FROM lake.rae.flights", "lake.raw"),
            ("SELECT * FROM lak.raw.flights", "lake"),
            ("SELECT * FROM ops.main.airline", "ops.main.airlines"),
            ("SHOW TABLES FROM lake.rax", "lake.raw"),
        ],
    )
    def test_a_name_that_is_not_there_offers_the_nearest(
        self, example: Example, sql: str, near: str
    ) -> None:
        with pytest.raises(NameNotFound) as caught:
            example.query(sql)
        assert near in caught.value.near

    # -- faults ------------------------------------------------------------------------------

    def test_a_statement_that_does_not_parse_names_its_place(self, example: Example) -> None:
        with pytest.raises(StatementInvalid) as caught:
            example.query("SELECT id\nFROM flights\nWHERE")
        assert (caught.value.line, caught.value.column) != (0, 0)

    def test_a_column_that_is_not_there_names_its_place(self, example: Example) -> None:
        with pytest.raises(StatementInvalid, match="carrierr") as caught:
            example.query("SELECT id,\n  carrierr FROM flights")
        assert caught.value.line == 2

    @pytest.mark.parametrize(
        ("sql", "text"),
        [
            ("SELECT 1 / (id - id) FROM flights", "(?i)division by zero"),
            ("SELECT CAST(carrier AS bigint) FROM flights", "(?i)cannot cast.* bigint"),
            ("SELECT 9223372036854775807 + id FROM flights WHERE id = 1", "(?i)overflow"),
        ],
    )
    def test_a_value_that_cannot_be_fails_the_statement(
        self, example: Example, sql: str, text: str
    ) -> None:
        with pytest.raises(QueryError, match=text):
            example.rows(sql)

    def test_two_statements_are_none(self, example: Example) -> None:
        with pytest.raises(StatementInvalid):
            example.query("SELECT 1; SELECT 2")

    # -- stopping ----------------------------------------------------------------------------

    def test_a_statement_is_stopped_from_another_thread(self, example: Example) -> None:
        ticket = QueryTicket()
        timer = Timer(0.5, ticket.cancel)
        timer.start()
        start = perf_counter()
        with pytest.raises(QueryCancelled):
            example.query(
                "SELECT sum(a.id * b.id % 7 * c.id) FROM flights a, flights b, flights c",
                ticket,
            )
        assert perf_counter() - start < 10
        timer.join()
        assert example.rows("SELECT 1") == [(1,)]

    def test_a_statement_stopped_beforehand_does_not_run(self, example: Example) -> None:
        ticket = QueryTicket()
        ticket.cancel()
        with pytest.raises(QueryCancelled):
            example.query("SELECT count(*) FROM flights", ticket)

    # -- changing ----------------------------------------------------------------------------

    def test_a_branch_is_written_and_main_knows_nothing(self, example: Example) -> None:
        run = f"run-{uuid4().hex}"
        branch = example.lake.open_branch(run, None, (FLIGHTS,)).name
        hidden = example.on(branch)
        result = hidden.query("DELETE FROM flights WHERE carrier <> 'AA'")
        assert (result.stats.update, result.stats.rows) == ("DELETE", 750)
        assert result.stats.access.writes == (FLIGHTS,)
        assert hidden.rows("SELECT count(*) FROM flights") == [(250,)]
        assert example.rows("SELECT count(*) FROM flights") == [(1000,)]
        example.lake.abandon(branch)

    def test_every_change_tells_its_rows(self, example: Example) -> None:
        name = f"t_{uuid4().hex}"
        changes = [
            (f"CREATE TABLE {name} AS SELECT id, carrier FROM flights WHERE id < 10", 10),
            (f"INSERT INTO {name} SELECT id, 'new' FROM flights WHERE id BETWEEN 10 AND 14", 5),
            (f"UPDATE {name} SET carrier = 'old' WHERE id < 3", 3),
            (f"DELETE FROM {name} WHERE id >= 12", 3),
            (
                f"MERGE INTO {name} t USING (SELECT id FROM flights WHERE id IN (0, 99)) s "
                "ON t.id = s.id WHEN MATCHED THEN UPDATE SET carrier = 'merged' "
                "WHEN NOT MATCHED THEN INSERT (id, carrier) VALUES (s.id, 'added')",
                2,
            ),
        ]
        for sql, count in changes:
            result = example.query(sql)
            assert (result.rows(), result.stats.rows) == ([(count,)], count)
        assert example.rows(f"SELECT carrier, count(*) FROM {name} GROUP BY 1 ORDER BY 1") == [
            *(("AA", 2), ("DL", 2), ("UA", 1), ("ZZ", 2)),
            *(("added", 1), ("merged", 1), ("new", 2), ("old", 2)),
        ]
        assert example.query(f"DROP TABLE {name}").stats.update == "DROP TABLE"
        with pytest.raises(NameNotFound):
            example.query(f"SELECT * FROM {name}")

    def test_a_table_is_created_with_its_promises(self, example: Example) -> None:
        name = f"t_{uuid4().hex}"
        example.query(f"CREATE TABLE {name} (id bigint NOT NULL, price decimal(9,2))")
        columns = example.engine.describe(TableName("lake", "raw", name), example.session)
        assert [(c.name, str(c.type), c.required) for c in columns] == [
            ("id", "bigint", True),
            ("price", "decimal(9,2)", False),
        ]
        assert example.rows(f"SELECT * FROM {name}") == []
        with pytest.raises(StatementInvalid, match="already exists"):
            example.query(f"CREATE TABLE {name} (id bigint)")
        assert example.rows(f"CREATE TABLE IF NOT EXISTS {name} (id bigint)") == [(True,)]

    def test_a_failed_create_leaves_nothing_behind(self, example: Example) -> None:
        name = f"t_{uuid4().hex}"
        with pytest.raises(QueryError):
            example.query(f"CREATE TABLE {name} AS SELECT 1 / (id - id) AS x FROM flights")
        assert name not in example.engine.tables("lake", "raw", example.session)

    # -- views -------------------------------------------------------------------------------

    def test_a_view_is_read_as_the_query_that_it_is(self, example: Example) -> None:
        first, second = f"v_{uuid4().hex}", f"v_{uuid4().hex}"
        made = example.query(
            f"CREATE VIEW {first} COMMENT 'few' AS SELECT id, carrier FROM flights "
            "WHERE id < 3; -- the end"
        )
        assert (made.rows(), made.stats.update) == ([(True,)], "CREATE VIEW")
        assert made.stats.access.writes == (TableName("lake", "raw", first),)
        example.query(
            f"CREATE VIEW {second} AS WITH few AS (SELECT v.id FROM {first} AS v) "
            f"SELECT f.id, n.carrier FROM few f JOIN lake.raw.{first} n ON n.id = f.id"
        )
        found = example.query(f"SELECT {second}.id, carrier FROM {second} ORDER BY 1")
        assert found.rows() == [(0, "AA"), (1, "DL"), (2, "UA")]
        assert [pin.table for pin in found.stats.access.reads] == [FLIGHTS]
        assert found.stats.access.reads[0].snapshot_id is not None
        assert example.rows(f"TABLE {first} ORDER BY id LIMIT 1") == [(0, "AA")]
        assert example.rows(f"SELECT count(*) FROM {first} a, {first}") == [(9,)]
        session = example.session
        assert {first, second} <= set(example.engine.tables("lake", "raw", session))
        described = example.rows(f"DESCRIBE {first}")
        assert described == [("id", "bigint", "", ""), ("carrier", "varchar", "", "")]
        ((shown,),) = example.rows(f"SHOW CREATE VIEW {first}")
        assert shown.endswith('FROM "lake"."raw"."flights" WHERE id < 3')
        kinds = example.rows(
            "SELECT table_type FROM lake.information_schema.tables WHERE table_schema = 'raw' "
            f"AND table_name IN ('flights', '{first}') ORDER BY 1"
        )
        assert ("VIEW",) in kinds
        for name in (second, first):
            assert example.query(f"DROP VIEW {name}").stats.update == "DROP VIEW"
        with pytest.raises(NameNotFound):
            example.query(f"SELECT * FROM {first}")
        with pytest.raises(NameNotFound):
            example.query(f"DROP VIEW {first}")
        assert example.rows(f"DROP VIEW IF EXISTS {first}") == [(True,)]

    def test_a_branch_has_views_of_its_own_over_its_own_tables(self, example: Example) -> None:
        name = f"v_{uuid4().hex}"
        sql = f"SELECT n FROM {name}"
        branch = example.lake.open_branch(f"run-{uuid4().hex}", None, (FLIGHTS,)).name
        hidden = example.on(branch)
        hidden.query(f"CREATE VIEW {name} AS SELECT count(*) AS n FROM flights")
        hidden.query("DELETE FROM flights WHERE carrier <> 'AA'")
        assert hidden.rows(sql) == [(250,)]
        with pytest.raises(NameNotFound):
            example.query(sql)
        example.lake.abandon(branch)

        kept = example.lake.open_branch(f"run-{uuid4().hex}", None, ()).name
        example.on(kept).query(f"CREATE VIEW {name} AS SELECT count(*) AS n FROM flights")
        example.lake.merge(kept)
        assert example.rows(sql) == [(1000,)]
        example.query(f"DROP VIEW {name}")

    @pytest.mark.parametrize(
        ("sql", "message"),
        [
            ("CREATE VIEW {v} AS SELECT 2 AS n", "already exists"),
            ("CREATE VIEW flights AS SELECT 2 AS n", "a table named lake.raw.flights"),
            ("CREATE OR REPLACE VIEW {v} AS SELECT n + 1 AS n FROM {v}", "would read itself"),
            ("CREATE VIEW w AS SELECT n + 1 FROM {v}", "Column 1 of the view has no name"),
            ("CREATE VIEW w AS SELECT :n AS n", "keeps no values"),
            ("CREATE VIEW w AS SELECT\n nothing AS n FROM {v}", "nothing"),
            ("CREATE TABLE {v} AS SELECT 1 AS n", "is a view"),
            ("INSERT INTO {v} VALUES (1)", "is a view"),
            ("DROP TABLE {v}", "is a view"),
            ("SELECT * FROM {v} FOR VERSION AS OF 1", "keeps no versions"),
        ],
    )
    def test_what_cannot_be_done_to_a_view_is_told(
        self, example: Example, sql: str, message: str
    ) -> None:
        name = f"v_{uuid4().hex}"
        example.query(f"CREATE VIEW {name} AS SELECT 1 AS n")
        with pytest.raises(StatementInvalid, match=message) as caught:
            example.query(sql.format(v=name))
        if message == "nothing":
            assert (caught.value.line, caught.value.column) == (2, 2)
        assert example.rows(f"SELECT n FROM {name}") == [(1,)]
        example.query(f"DROP VIEW {name}")

    def test_a_source_that_is_only_read_refuses_changes(self, example: Example) -> None:
        with pytest.raises(QueryError, match="ops"):
            example.query("INSERT INTO ops.main.airlines VALUES ('X', 'X', 1)")
