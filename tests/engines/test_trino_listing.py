"""Names of a server's own catalogs: asked for once in a while, and anew when one is missing."""

import pytest

from jupyter_mesh.engines import trino_listing
from jupyter_mesh.engines.trino_listing import Listing
from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session

ANA, BEN = Session(Actor("ana")), Session(Actor("ben"))


class Answers:
    """A server that writes down what it is asked."""

    def __init__(self):
        self.asked = []
        self.rows_of = {
            'SHOW SCHEMAS FROM "crm_prod"': [("sales",), ("information_schema",), ("hr",)],
            'SHOW TABLES FROM "crm_prod"."sales"': [("orders",), ("deals",)],
            'DESCRIBE "crm_prod"."sales"."orders"': [("id", "bigint", "", None)],
            'DESCRIBE "crm_prod"."sales"."fresh"': [("n", "integer", "", "a number")],
        }

    def name_of(self, catalog):
        return f"{catalog}_prod"

    def of_branch(self, catalog, branch):
        assert branch == ""
        return self.name_of(catalog)

    def rows(self, sql, session):
        self.asked.append((sql, session.actor.user))
        return self.rows_of[sql]


@pytest.fixture
def server():
    return Answers()


@pytest.fixture
def listing(server):
    return Listing(server)


def test_names_are_asked_for_once_by_each_who_asks(server, listing):
    for _ in range(3):
        assert listing.schemas("crm", ANA) == ["hr", "sales"]
        assert listing.tables("crm", "sales", ANA) == ["deals", "orders"]
    assert len(server.asked) == 2
    listing.schemas("crm", BEN)
    assert server.asked[-1] == ('SHOW SCHEMAS FROM "crm_prod"', "ben")


def test_names_are_asked_for_again_after_a_while(server, listing, monkeypatch):
    listing.schemas("crm", ANA)
    monkeypatch.setattr(trino_listing, "_KEPT_SECONDS", 0.0)
    listing.schemas("crm", ANA)
    assert len(server.asked) == 2


def test_what_was_made_since_is_found(server, listing):
    assert listing.describe(TableName("crm", "sales", "orders"), ANA)[0].name == "id"
    server.rows_of['SHOW TABLES FROM "crm_prod"."sales"'].append(("fresh",))
    assert listing.describe(TableName("crm", "sales", "fresh"), ANA)[0].description


def test_what_is_not_there_has_the_nearest_names(listing):
    with pytest.raises(NameNotFound) as caught:
        listing.tables("crm", "sale", ANA)
    assert "crm.sales" in caught.value.near
    with pytest.raises(NameNotFound) as caught:
        listing.describe(TableName("crm", "sales", "order"), ANA)
    assert "crm.sales.orders" in caught.value.near


def test_what_is_kept_has_a_ceiling(server, listing):
    server.rows_of = {f'SHOW SCHEMAS FROM "c{n}_prod"': [("s",)] for n in range(300)}
    for number in range(300):
        assert listing.schemas(f"c{number}", ANA) == ["s"]
    assert len(listing._kept) <= 100
