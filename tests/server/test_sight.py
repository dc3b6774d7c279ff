"""What a person is not to see is nowhere: as if it were not there."""

import pytest
from jupyter_server.auth import AllowAllAuthorizer

from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.server.sight import Sight

HIDDEN = {"crm", "lake.raw.orders"}


class Curtain(AllowAllAuthorizer):
    """Hides a catalog and a table from everybody, and all products."""

    def may_see(self, user, name):
        assert user.username
        return name not in HIDDEN and "/" not in name


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("lake", ["lake"]),
        ("lake.Raw", ["lake", "lake.raw"]),
        ('lake."Odd one".t', ["lake", 'lake."Odd one"', 'lake."Odd one".t']),
        ("shop/orders", ["shop/orders"]),
        ("shop/orders/port", ["shop/orders"]),
        ("shop/orders@1.0.0", ["shop/orders"]),
    ],
)
def test_a_name_is_asked_for_after_all_that_stands_above_it(name, asked):
    heard = []
    assert Sight(lambda one: heard.append(one) or True).sees(name)
    assert heard == asked
    assert Sight(lambda one: one != asked[-1]).sees(name) is False
    assert Sight().sees(name)


@pytest.mark.parametrize(
    ("place", "is_shown"),
    [
        ("catalog:crm", False),
        ("column:crm.main.t.name", False),
        ("column:lake.raw.more.name", True),
        ("table:lake.raw.orders", False),
        ("tag:anything", True),
        ("products", True),
    ],
)
def test_a_place_of_the_tree_is_shown_with_what_it_is_part_of(place, is_shown):
    assert Sight(lambda one: one not in HIDDEN).shows(place) is is_shown


def test_what_is_no_name_is_left_to_whoever_answers():
    sight = Sight(lambda one: one not in HIDDEN)
    sight.check({"table": "a..b", "limit": 3})
    for values in ({"table": "crm.main.t"}, {"parent": "catalog:crm"}, {"name": "crm"}):
        with pytest.raises(NameNotFound):
            sight.check(values)


class TestCurtain:
    @pytest.fixture
    def jp_server_config(self, jp_server_config):
        jp_server_config.ServerApp.authorizer_class = Curtain
        return jp_server_config

    async def test_the_tree_and_its_pages_lack_what_is_hidden(self, ask, published):
        async def below(place):
            return [item["label"] for item in (await ask("tree", parent=place)).json["items"]]

        assert published.outputs
        assert await below("") == ["Products", "Catalogs"]
        assert await below("catalogs") == ["lake"]
        assert await below("products") == []
        assert await below("catalog:lake") == ["raw", "shop_orders"]
        schema = await ask("tree", parent="schema:lake.raw")
        assert schema.json == {"items": [], "total": 0}
        assert await below("schema:lake.shop_orders") == ["orders"]
        for path, values in (
            ("tree", {"parent": "catalog:crm"}),
            ("preview", {"table": "lake.raw.orders"}),
            ("preview", {"table": "crm.main.customers"}),
        ):
            assert (await ask(path, **values)).status == 404
        assert (await ask("releases")).json["items"] == []

    async def test_search_and_completion_lack_it_too(self, ask, published):
        assert published.outputs
        hits = (await ask("search", q="orders")).json["items"]
        assert {hit["id"] for hit in hits if hit["kind"] == "table"} == {
            "table:lake.shop_orders.orders"
        }
        assert not [hit for hit in hits if "shop/" in hit["id"] or "raw.orders" in hit["id"]]
        found = await ask("completions", text="SELECT * FROM ", line=0, column=14)
        texts = {item["text"] for item in found.json["items"]}
        assert "lake" in texts
        assert "crm" not in texts
        found = await ask("completions", text="SELECT * FROM lake.raw.", line=0, column=23)
        assert found.json["items"] == []
