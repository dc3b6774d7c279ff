"""Promises of the search index, on both databases."""

from contextlib import closing
from threading import Thread

import pytest

from jupyter_mesh.catalog.database import Database
from jupyter_mesh.catalog.names import Names
from jupyter_mesh.model.browse import Listed

pytestmark = pytest.mark.our_database


class Words:
    def resolve(self, reference):
        return ""


@pytest.fixture
def database(settings):
    with closing(Database(settings, Words())) as database:
        yield database


@pytest.fixture
def names(database):
    return Names("lake", database)


def table(name, *columns, **more):
    columns = tuple((column, "bigint", "") for column in columns)
    place = f"table:lake.raw.{name}"
    return Listed(
        place,
        "table",
        name,
        "lake",
        "lake.raw",
        table=f"lake.raw.{name}",
        columns=columns,
        **{"revision": "1", **more},
    )


def ids(hits):
    return [hit.id for hit in hits]


def test_what_is_put_is_found_and_what_is_dropped_is_not(names):
    names.put([table("orders", "customer"), table("flights", "carrier")])
    assert ids(names.search("orders", 5)) == ["table:lake.raw.orders"]
    assert ids(names.search("carrier", 5))[0] == "column:lake.raw.flights.carrier"
    names.drop(["table:lake.raw.orders"])
    assert names.search("orders", 5) == []
    assert names.revisions("lake") == {"table:lake.raw.flights": "1"}
    assert names.listed(["table:lake.raw.orders"]) == {}
    names.put([table("orders")])
    assert ids(names.search("orders", 5)) == ["table:lake.raw.orders"]


def test_what_is_put_again_takes_the_place_of_the_old(names):
    names.put([table("orders", "customer")])
    names.put([table("orders", "buyer", revision="2")])
    assert names.search("customer", 5) == []
    assert names.revisions("lake") == {"table:lake.raw.orders": "2"}
    assert names.owners() == ["lake"]


def test_another_process_sees_every_change(names, database):
    other = Names("lake", database)
    assert other.search("orders", 5) == []
    for number in range(5):
        names.put([table(f"orders_{number}")])
        assert len(other.search("orders", 50)) == number + 1
    names.drop([f"table:lake.raw.orders_{number}" for number in range(5)])
    assert other.search("orders", 5) == []


def test_many_who_put_at_once_lose_nothing(names, database):
    reader = Names("lake", database)

    def put(start):
        mine = Names("lake", database)
        for number in range(start, start + 10):
            mine.put([table(f"orders_{number}")])
            reader.search("orders", 5)

    threads = [Thread(target=put, args=(start,)) for start in range(0, 40, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reader.search("orders", 200)) == 40


def test_slips_are_forgiven_and_count_less(names):
    names.put([table("customers"), table("carriers")])
    (exact,) = names.search("customers", 5)
    (near,) = names.search("custmoers", 5)
    assert near.id == exact.id
    assert near.score < exact.score


@pytest.mark.parametrize("question", ["", " ", "%", "_%", "'; DROP TABLE mesh_names; --", "\\"])
def test_signs_are_only_signs(names, question):
    names.put([table("orders")])
    assert names.search(question, 5) == []
    assert ids(names.search("orders", 5)) == ["table:lake.raw.orders"]


def test_wild_text_is_kept(names):
    wild = table("a\nb\tc", comment="\ud800 \0 <script>", tags=("ünïcödé",))
    names.put([wild])
    assert ids(names.search("ünïcödé", 5)) == ["table:lake.raw.a\nb\tc"]
    assert names.listed([wild.id])[wild.id].comment == wild.comment
