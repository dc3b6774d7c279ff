"""The widgets in a JupyterLab that has nothing of ours: no extension, no server behind it."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.long
HOSTILE = """%%mesh --into rows
SELECT id, CAST(amount AS decimal(38, 10)) AS amount,
  CASE WHEN id % 3 = 0 THEN NULL ELSE '<img src=x onerror=alert(1)>' END AS words,
  TIMESTAMP '2026-03-01 12:00:00.123456' AS at
FROM lake.raw.orders ORDER BY id"""


@pytest.fixture
def bare(small_mesh, small_folder, start_lab, new_desk, tmp_path_factory):
    """A notebook in a JupyterLab without our extensions, over a mesh with landed orders."""
    assert small_mesh
    config = tmp_path_factory.mktemp("config")
    lab, server = config / "labconfig", config / "jupyter_server_config.d"
    lab.mkdir()
    server.mkdir()
    (lab / "page_config.json").write_text(
        json.dumps({"disabledExtensions": {"jupyter-mesh": True}})
    )
    (server / "zz_off.json").write_text(
        json.dumps({"ServerApp": {"jpserver_extensions": {"jupyter_mesh": False}}})
    )
    started = start_lab(small_folder, JUPYTER_CONFIG_PATH=str(config))
    desk = new_desk(started, viewport={"width": 1280, "height": 1000})
    desk.asked = []
    desk.page.on("request", lambda request: desk.asked.append(request.url))
    desk.open("lab?reset")
    desk.notebook()
    return desk


@pytest.fixture
def run(bare):
    """Run a text in the last cell, to its end or not."""

    def run(text, *, ends=True):
        bare.page.evaluate(
            """text => {
              const { content } = window.jupyterapp.shell.currentWidget
              content.activeCellIndex = content.widgets.length - 1
              content.activeCell.model.sharedModel.setSource(text)
              void window.jupyterapp.commands.execute('notebook:run-cell-and-insert-below')
            }""",
            text,
        )
        if ends:
            bare.page.wait_for_function(
                """text => {
                  const { content } = window.jupyterapp.shell.currentWidget
                  const cell = content.widgets.findLast(
                    one => one.model.sharedModel.getSource() === text)
                  return cell?.model.executionState === 'idle' && cell.model.executionCount
                }""",
                arg=text,
            )

    run("%load_ext jupyter_mesh\nfrom jupyter_mesh.widgets import *")
    return run


def last(page, kind):
    found = page.locator(f".jp-OutputArea-output {kind}").last
    found.wait_for()
    return found


def test_the_catalog_is_browsed_by_keys_alone(bare, run):
    page = bare.page
    run("browser = CatalogBrowser(mesh)\nbrowser")
    widget = last(page, ".mesh-catalog")
    tree = widget.get_by_role("tree")
    tree.get_by_text("lake", exact=True).wait_for()
    tree.focus()
    for key in ("End", "ArrowRight"):
        page.keyboard.press(key)
    tree.get_by_text("raw", exact=True).wait_for()
    for key in ("End", "ArrowRight"):
        page.keyboard.press(key)
    tree.get_by_text("orders", exact=True).last.wait_for()
    page.keyboard.press("End")
    expect(widget.locator(".mesh-actions code")).to_have_text("lake.raw.orders")
    page.keyboard.press("Enter")
    grid = widget.get_by_role("grid")
    expect(grid.get_by_role("gridcell").first).to_have_text("1")
    bare.picture("widgets-catalog")
    widget.get_by_role("button", name="Copy a %%mesh cell").click()
    expect(widget.locator(".mesh-copied")).to_contain_text("FROM lake.raw.orders")
    run("print('selected:', browser.selected)")
    expect(page.locator(".jp-OutputArea-output").last).to_have_text("selected: lake.raw.orders")
    widget.get_by_role("searchbox").fill("custo")
    expect(tree.get_by_role("treeitem").first).to_contain_text("customer")
    bare.picture("widgets-search")
    page.keyboard.press("Escape")
    expect(tree.get_by_text("Catalogs", exact=True)).to_be_visible()
    assert len(tree.get_by_role("treeitem").all()) < 60
    assert not [url for url in bare.asked if "/mesh/api" in url]
    assert not [
        url for url in bare.asked if not url.startswith((bare.lab.url, "data:", "blob:"))
    ]


def test_a_result_is_sorted_filtered_and_exact_and_no_script_runs(bare, run):
    page = bare.page
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    run(HOSTILE)
    run("ResultView(rows, rows=40)")
    grid = last(page, ".mesh-grid")
    row = grid.get_by_role("row").nth(1)
    expect(row).to_contain_text("1.2500000000")
    expect(row).to_contain_text("<img src=x onerror=alert(1)>")
    expect(row).to_contain_text("2026-03-01 12:00:00.123456")
    expect(grid.locator(".mesh-null").first).to_have_text("NULL")
    assert grid.locator("img").count() == 0
    bare.picture("widgets-result")
    widget = last(page, ".mesh-widget")
    widget.get_by_role("button", name="Load 1,000 more").click()
    expect(widget).to_contain_text("100 rows, all there is")
    grid.get_by_role("button", name="id").click()
    expect(grid.get_by_role("columnheader").first).to_have_attribute("aria-sort", "ascending")
    grid.get_by_role("button", name="id").click()
    expect(row).to_contain_text("100")
    grid.get_by_label("Filter words").fill("null")
    expect(widget).to_contain_text("33 rows seen")
    grid.get_by_label("Filter amount").fill("> 120")
    expect(widget).to_contain_text("1 row seen")
    grid.get_by_label("Filter amount").fill("> a lot")
    expect(widget.get_by_role("alert")).to_contain_text("is not a number")
    bare.picture("widgets-result-filtered")


def test_a_promotion_goes_on_while_the_kernel_works_and_ends_in_a_release(bare, run):
    page = bare.page
    run("PromotionPanel(mesh, 'shop/orders')")
    panel = last(page, ".mesh-promotion")
    expect(panel).to_contain_text("Nothing stands in the way")
    bare.picture("widgets-plan")
    panel.get_by_role("button", name=re.compile(r"^Promote 1\.0\.0")).click()
    panel.locator("[data-state=running]").first.wait_for()
    # The kernel is free, and what it does next holds nothing up.
    run("print(mesh.query('SELECT 40 + 2').rows())")
    run("import time; time.sleep(300)", ends=False)
    panel.get_by_text("published").first.wait_for()
    bare.picture("widgets-published")
    expect(panel).to_contain_text("shop/orders 1.0.0")
    expect(panel).to_contain_text('mesh.read("shop/orders@1.0.0", port="orders")')


def test_a_refusal_shows_the_failing_rows_in_the_dark(bare, run):
    page = bare.page
    bare.command("apputils:change-theme", theme="JupyterLab Dark")
    run("PromotionPanel(mesh, 'shop/orders')")
    panel = last(page, ".mesh-promotion")
    panel.get_by_role("textbox").first.fill("2")
    start = panel.get_by_role("button", name=re.compile(r"^Promote 1\.0\.0"))
    expect(start).to_be_enabled()
    start.click()
    panel.get_by_role("alert").first.wait_for()
    rows = panel.get_by_role("region", name="Failing rows").first
    expect(rows.locator(".mesh-null").first).to_have_text("NULL")
    bare.picture("widgets-refused")
    panel.get_by_role("button", name="Plan again").click()
    expect(start).to_be_visible()


def test_a_promotion_is_stopped_while_the_kernel_works(bare, run, small_folder, gate):
    gate.stand_in(small_folder)
    # As in a notebook that is run whole: the kernel is at work from the first moment on.
    run(
        "from IPython.display import display\ndisplay(PromotionPanel(mesh, 'shop/orders'))",
        ends=False,
    )
    run("import time; time.sleep(600)", ends=False)
    panel = last(bare.page, ".mesh-promotion")
    start = panel.get_by_role("button", name=re.compile(r"^Promote 1\.0\.0"))
    expect(start).to_be_enabled()
    start.click()
    expect(panel).to_contain_text("3 of 5 cells")
    panel.get_by_role("button", name="Cancel").click()
    # Long before the cell ends.
    panel.locator("[data-state=cancelled]").wait_for()
    bare.picture("widgets-cancelled")
