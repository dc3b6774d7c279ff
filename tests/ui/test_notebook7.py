"""The same wheel in Notebook 7: the button, the sidebar, the grid, the colours."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.long


@pytest.fixture
def seven(start_lab, new_desk, small_mesh, small_folder):
    """A product's notebook, open in Notebook 7."""
    assert small_mesh
    desk = new_desk(start_lab(small_folder), viewport={"width": 1500, "height": 850})
    desk.open("notebooks/products/shop/orders/orders.ipynb")
    desk.page.wait_for_selector(".jp-Notebook .jp-Cell .cm-content")
    desk.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.ready.then(() => null)"
    )
    yield desk
    # Notebook 7.6 stumbles over a setting of its own, with our extension and without it.
    desk.complaints[:] = [one for one in desk.complaints if not one.endswith("'schema')")]


def test_a_cell_runs_and_is_drawn_in_the_grid(seven):
    seven.command("notebook:run-all-cells")
    seven.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[4].model.executionCount",
    )
    seven.page.evaluate(
        """async () => {
          const { content } = window.jupyterapp.shell.currentWidget
          content.activeCellIndex = content.widgets.length - 1
          await window.jupyterapp.commands.execute('notebook:insert-cell-below')
          content.activeCell.model.sharedModel.setSource(
            '%%mesh\\nSELECT * FROM lake.raw.orders')
        }"""
    )
    seven.command("notebook:run-cell")
    result = seven.page.locator(".jp-mesh-result")
    result.get_by_text("100 rows").wait_for()
    coloured = seven.page.locator(".jp-Cell.jp-mod-active .cm-line span", has_text="SELECT")
    expect(coloured.first).to_be_visible()
    seven.picture("notebook7-result")


def test_the_notebook_is_promoted_in_a_panel_beside_it(seven):
    seven.page.get_by_role("button", name="Promote").first.click()
    panel = seven.page.locator(".jp-mesh-promotion:visible")
    panel.locator(".jp-mesh-verdict").wait_for()
    seven.picture("notebook7-plan")
    panel.get_by_role("button", name=re.compile(r"^Promote \d")).click()
    panel.locator(".jp-mesh-state[data-state=published]").wait_for()


def test_the_sidebar_is_there_too(seven):
    seven.catalog()
    seven.row("lake").click()
    expect(seven.row("raw")).to_be_visible()
    seven.picture("notebook7-catalog")
