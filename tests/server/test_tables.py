"""Promises of a table's page and preview: exact, bounded, harmless."""

import io
from threading import Event

import pyarrow as pa
import pytest

from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.names import TableName
from jupyter_mesh.server import tables as module
from tests.waiting import LONGEST


def table_of(answer):
    assert answer.status == 200, answer.content
    assert answer.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    return pa.ipc.open_stream(io.BytesIO(answer.content)).read_all()


async def test_the_first_rows_come_as_arrow(ask, landed):
    found = table_of(await ask("preview", table="lake.raw.orders", limit=7))
    assert found.column_names == ["id", "customer", "amount"]
    assert found.num_rows == 7
    assert found.schema.field("amount").type == pa.float64()
    kinds = [field.metadata[b"trino"] for field in found.schema]
    assert kinds == [b"bigint", b"bigint", b"double"]


async def test_sources_are_looked_at_too(ask, landed):
    assert table_of(await ask("preview", table="crm.main.customers")).num_rows == 5


@pytest.fixture
def wild(landed):
    """A table of long cells and wild names."""
    with Mesh.open(landed) as mesh:
        frame = pa.table(
            {
                "a": ["x" * 2_000_000, None],
                "b": pa.array([b"y" * 1_000_000, None], pa.binary()),
                "c": ["ü" * 20_000, "short"],
            }
        )
        mesh.land(frame, "lake.raw.tame")
        wild = 'a AS "<script>", b AS "a""b", c AS "drop table"'
        mesh.query(f'CREATE TABLE lake.raw."odd one" AS SELECT {wild} FROM lake.raw.tame')
    return landed


async def test_long_cells_are_cut_and_wild_names_are_only_names(ask, wild):
    found = table_of(await ask("preview", table='lake.raw."odd one"'))
    assert found.column_names == ["<script>", 'a"b', "drop table"]
    assert len(found["<script>"][0].as_py()) == module.LONGEST_CELL
    assert found["drop table"][0].as_py() == "ü" * module.LONGEST_CELL
    assert found["drop table"][1].as_py() == "short"
    assert found["<script>"][1].as_py() is None


@pytest.mark.parametrize("odd", ["a/b", "shop/orders@1.0.0", "</script>", "50 % of a b"])
async def test_a_table_of_any_name_has_page_lineage_and_rows(ask, landed, odd):
    name = TableName("lake", "raw", odd)
    with Mesh.open(landed) as mesh:
        mesh.query(f"CREATE TABLE {name.sql} AS SELECT 1 AS a")
    items = (await ask("tree", parent="schema:lake.raw")).json["items"]
    (place,) = [item["id"] for item in items if item["label"] == odd]
    name = place.removeprefix("table:")
    page = await ask("table", name=name)
    assert page.status == 200, page.content
    assert [column["name"] for column in page.json["columns"]] == ["a"]
    lineage = await ask("lineage", name=name)
    assert [node["id"] for node in lineage.json["nodes"]] == [place]
    assert table_of(await ask("preview", table=name)).num_rows == 1


async def test_a_preview_has_a_ceiling(ask, wild, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_PREVIEW", 500_000)
    assert table_of(await ask("preview", table='lake.raw."odd one"')).num_rows == 1


async def test_a_preview_that_takes_too_long_is_stopped(ask, landed, monkeypatch):
    from jupyter_mesh.engines.ticket import QueryTicket
    from jupyter_mesh.errors import QueryCancelled

    stopped = Event()
    monkeypatch.setattr(module, "PREVIEW_SECONDS", 0.1)
    monkeypatch.setattr(QueryTicket, "cancel", lambda _ticket: stopped.set())

    def endless(*_asked, **_more):
        assert stopped.wait(LONGEST)
        raise QueryCancelled("stopped")

    monkeypatch.setattr(Mesh, "query", endless)
    answer = await ask("preview", table="lake.raw.orders")
    assert answer.status == 422
    assert answer.error["remedy"]


async def test_a_table_shows_columns_facts_and_versions(ask, published):
    found = (await ask("table", name="lake.shop_orders.orders")).json
    assert found["product"] == "shop/orders"
    country = found["columns"][0]
    assert country["comment"] == "ISO code of the country."
    assert (country["required"], country["unique"]) == (True, True)
    assert found["facts"]["rows"] == 3
    assert found["versions"][0]["release"] == "shop/orders@1.0.0"
    assert found["versions"][0]["rows"] == 3


async def test_columns_tell_what_is_missing_and_between_what_they_lie(ask, landed):
    with Mesh.open(landed) as mesh:
        mesh.query(
            "CREATE TABLE lake.raw.told AS SELECT * FROM (VALUES (1, 'a', 2.50),"
            " (7, 'a rather long one', NULL)) AS t(n, word, share)"
        )
    found = (await ask("table", name="lake.raw.told")).json
    told = [(c["name"], c["nulls"], c["low"], c["high"]) for c in found["columns"]]
    assert told == [
        ("n", 0, "1", "7"),
        ("word", 0, "a", "a rather long o…"),
        ("share", 1, "2.50", "2.50"),
    ]
    assert found["facts"]["files"] == 1
    assert found["facts"]["bytes"] > 0


async def test_every_version_tells_what_changed_in_the_columns(ask, landed):
    with Mesh.open(landed) as mesh:
        first = pa.table({"a": pa.array([1], pa.int32()), "b": ["x"]})
        second = pa.table({"a": pa.array([1, 2], pa.int64()), "c": ["y", "z"]})
        for frame in (first, second):
            mesh.land(frame, "lake.raw.grown")
    newest, oldest = (await ask("table", name="lake.raw.grown")).json["versions"]
    assert (newest["rows"], oldest["rows"]) == (2, 1)
    assert newest["added"] == ["c varchar"]
    assert newest["removed"] == ["b varchar"]
    assert newest["retyped"] == ["a integer -> bigint"]
    assert oldest["added"] == oldest["removed"] == oldest["retyped"] == []


async def test_a_table_whose_manifests_are_lost_still_has_a_page(ask, landed):
    for place in landed.rglob("orders-*/metadata/*.avro"):
        place.write_bytes(b"not a manifest")
    found = (await ask("table", name="lake.raw.orders")).json
    assert found["columns"][0]["name"] == "id"
    assert "cannot be read" in found["facts"]["statistics"]


async def test_a_table_that_is_none_offers_the_nearest(ask, landed):
    answer = await ask("table", name="lake.raw.orderz")
    assert answer.status == 404
    assert answer.error["near"] == ["lake.raw.orders"]
