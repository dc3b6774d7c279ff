"""Promises of the catalog's widget, over a small real mesh."""

import pytest

from jupyter_mesh.widgets import CatalogBrowser
from tests.waiting import LONGEST


@pytest.fixture
def browser(small_mesh, page):
    return page(CatalogBrowser(small_mesh))


def labels(answer):
    return [row["label"] for row in answer["items"]]


def test_the_tree_comes_level_by_level(browser):
    assert labels(browser.ask("tree", parent="")) == ["Products", "Catalogs"]
    assert labels(browser.ask("tree", parent="domain:shop")) == ["orders"]
    assert labels(browser.ask("tree", parent="schema:lake.raw")) == ["orders"]
    columns = browser.ask("tree", parent="table:lake.raw.orders")["items"]
    assert [(row["label"], row["leaf"]) for row in columns][:2] == [
        ("id", True),
        ("customer", True),
    ]


def test_a_page_of_the_tree_is_as_long_as_asked(browser):
    answer = browser.ask("tree", parent="table:lake.raw.orders", offset=1, limit=1)
    assert (labels(answer), answer["total"]) == (["customer"], 3)


def test_names_are_found(browser):
    hits = browser.ask("search", q="custom")["items"]
    assert any("customer" in hit["label"] for hit in hits)


def test_the_first_rows_are_previewed_and_sorted(browser):
    sheet = browser.ask("preview", table="lake.raw.orders", limit=100)
    assert (sheet["loaded"], sheet["whole"], sheet["columns"][0]["name"]) == (100, True, "id")
    rows = browser.ask("rows", sheet=sheet["sheet"], sort=0, descending=True, limit=1)["rows"]
    assert rows[0][0] == "100"
    assert browser.ask("cell", sheet=sheet["sheet"], row=0, column=0) == {"text": "1"}


def test_rows_of_a_preview_before_are_put_away(browser):
    browser.ask("preview", table="lake.raw.orders", limit=5)
    error = browser.refused("rows", sheet="lake.raw.flights")
    assert error["remedy"] == "Preview it again."


def test_what_is_not_there_is_told_with_its_remedy(browser):
    error = browser.refused("preview", table="lake.raw.order")
    assert error["type"] == "NameNotFound"
    assert "lake.raw.orders" in error["remedy"]
    assert browser.refused("tree", parent="schema:lake.nowhere")["message"]
    assert browser.refused("tree", parent="x:y")["type"] == "NameNotFound"


def test_a_broken_product_leaves_the_others_in_sight(browser, small_folder):
    broken = small_folder / "products" / "shop" / "broken"
    broken.mkdir()
    (broken / "product.odps.yaml").write_text("name: [")
    rows = browser.ask("tree", parent="domain:shop")["items"]
    assert [row["label"] for row in rows] == ["broken", "orders"]
    assert rows[0]["detail"]["error"]["message"]


def test_a_closed_widget_keeps_no_thread_at_work(browser):
    browser.ask("search", q="orders")
    browser.widget.close()
    thread = browser.widget._house.index._thread
    thread.join(LONGEST)
    assert not thread.is_alive()
