"""Promises of the result's widget: a grid where it runs, text where it does not."""

import pytest

from jupyter_mesh.magics.display import MIME
from jupyter_mesh.testing.mesh import numbers
from jupyter_mesh.widgets import ResultView

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(page):
    return page(ResultView(numbers(25), rows=10))


def test_the_first_rows_travel_with_the_widget(shown):
    rows = shown.widget.get_state()["page"]
    assert (rows["loaded"], rows["whole"], rows["rows"][0][0]) == (10, False, "0")


def test_the_page_asks_for_rows_and_cells(shown):
    said = shown.ask("rows", first=2, limit=3, sort=0, descending=True)
    assert [row[0] for row in said["rows"]] == ["7", "6", "5"]
    assert shown.ask("rows", loaded=25)["whole"] is True
    assert shown.ask("cell", row=24, column=0) == {"text": "24"}
    assert shown.refused("rows", sort=77)["type"] == "InputError"


def test_without_widgets_there_is_text_and_a_table(shown):
    data, _metadata = shown.widget._repr_mimebundle_()
    assert "<table>" in data["text/html"]
    assert "bigint" in data["text/plain"]
    assert VIEW in data
    assert MIME not in data
    assert "bigint" in repr(shown.widget)


def test_an_answer_of_a_cell_is_shown_as_its_result_is(page):
    from jupyter_mesh.magics.display import Answer, Preview

    result = numbers(3)
    view = page(ResultView(Answer(result, Preview.of(result))))
    assert view.ask("rows")["seen"] == 3


def test_a_real_result_streams_into_the_grid(small_mesh, page):
    result = small_mesh.query(
        "SELECT id, CAST(amount AS decimal(38,4)) AS amount FROM lake.raw.orders ORDER BY id"
    )
    view = page(ResultView(result, rows=60))
    said = view.ask("rows", loaded=100, first=99, limit=5)
    assert said["rows"] == [["100", "125.0000"]]
    assert (said["loaded"], said["whole"]) == (100, True)
