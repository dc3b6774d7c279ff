"""Promises of the pictures' source: one text a widget, whole, and without a clash of names."""

import re
from collections import Counter
from pathlib import Path

import pytest

from jupyter_mesh.widgets import CatalogBrowser, PromotionPanel, ResultView, source

FOLDER = Path(source.__file__).parent / "pictures"
ENTRIES = ("catalog.js", "promotion.js", "result.js")
NAMES = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_module_needs_nothing_beside_it(name):
    text = source.module(name)
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert re.findall(r"^export .*", text, re.MULTILINE) == ["export default { render };"]


@pytest.mark.parametrize("name", ENTRIES)
def test_no_two_joined_modules_use_the_same_name(name):
    counts = Counter(NAMES.findall(source.module(name)))
    assert [name for name, count in counts.items() if count > 1] == []


def test_what_is_imported_comes_before_what_imports_it():
    text = source.module("catalog.js")
    assert text.index("function el(") < text.index("function listOf(")
    assert text.index("function listOf(") < text.index("class Catalog")


@pytest.mark.parametrize("widget", [CatalogBrowser, PromotionPanel, ResultView])
def test_a_widget_brings_its_source_and_its_style(widget):
    assert "export default" in str(widget._esm)
    assert ".mesh-widget" in str(widget._css)


def test_no_picture_writes_markup_or_asks_the_network():
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|(?<![#\w])fetch\(|XMLHttp|https?:"
    )
    found = {path.name: forbidden.findall(path.read_text()) for path in FOLDER.glob("*.js")}
    assert not any(found.values()), found


def test_no_picture_outgrows_its_file():
    for path in FOLDER.iterdir():
        assert len(path.read_text().splitlines()) <= 400, path.name
