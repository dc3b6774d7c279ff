"""A person promotes a notebook in JupyterLab, and sees how it goes wherever they look."""

import json
import re
import time

import pytest

pytestmark = pytest.mark.long
NOTEBOOK = "products/shop/orders/orders.ipynb"


class Bench:
    """A desk with a mesh of its own on it."""

    def __init__(self, desk, folder):
        self.desk, self.page, self.folder = desk, desk.page, folder

    @property
    def panel(self):
        return self.page.locator(".jp-mesh-promotion:visible")

    def button(self, name):
        return self.panel.get_by_role("button", name=name)

    def state(self, word):
        """Wait until the promotion that is shown stands so."""
        self.panel.locator(f".jp-mesh-state[data-state={word}]").wait_for()

    @property
    def spoil(self):
        """The field of the one parameter."""
        return self.panel.locator("#jp-mesh-parameter_spoil")

    def open_notebook(self, path=NOTEBOOK):
        self.desk.command("docmanager:open", path=path)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell .cm-content")

    def press_promote(self):
        """The button in the toolbar of the notebook."""
        self.page.locator(".jp-NotebookPanel-toolbar").get_by_role(
            "button", name="Promote"
        ).click()

    def plan(self):
        self.open_notebook()
        self.press_promote()
        self.panel.locator(".jp-mesh-verdict").wait_for()

    def promote(self):
        self.button(re.compile(r"^Promote \d")).click()

    def write(self, cells):
        """Give the product another notebook."""
        path = self.folder / NOTEBOOK
        document = json.loads(path.read_text())
        for number, source in cells.items():
            document["cells"][number - 1]["source"] = source
        path.write_text(json.dumps(document))


@pytest.fixture
def bench(small_mesh, small_folder, start_lab, new_desk):
    assert small_mesh
    lab = start_lab(small_folder)
    desk = new_desk(lab, viewport={"width": 1600, "height": 900})
    desk.open("lab?reset")
    return Bench(desk, small_folder)


def test_a_notebook_is_promoted_to_a_release(bench):
    bench.plan()
    bench.desk.picture("promotion-plan")
    assert "Nothing stands in the way" in bench.panel.inner_text()
    assert "lake.shop_orders.orders" in bench.panel.inner_text()
    bench.desk.picture("promotion-plan")
    bench.promote()
    bench.panel.locator("[data-step=run][data-state=running]").wait_for()
    bench.desk.picture("promotion-running")
    bench.state("published")
    steps = bench.panel.locator(".jp-mesh-steps li")
    assert {steps.nth(at).get_attribute("data-state") for at in range(7)} == {"done"}
    line = 'mesh.read("shop/orders@1.0.0", port="orders")'
    bench.panel.get_by_text(line).wait_for()
    assert "3 rows" in bench.panel.inner_text()
    bench.desk.picture("promotion-release")
    bench.button("Executed notebook").click()
    executed = bench.page.locator(".jp-mesh-executed:visible")
    executed.get_by_role("button", name="Chart").wait_for()
    # No kernel holds these rows: nothing is offered that would need one.
    assert executed.get_by_role("button", name=re.compile("^(Stage|Save) as")).count() == 0
    bench.desk.command("mesh:show-promotions")
    entry = bench.page.locator("#jp-mesh-jobs [data-state=published]").first
    entry.wait_for()
    bench.desk.picture("promotion-jobs")


def test_a_refused_promotion_shows_the_rows_and_the_way_to_the_cell(bench):
    bench.plan()
    bench.spoil.fill("2")
    bench.panel.get_by_text("Planning…").wait_for()
    bench.panel.get_by_text("Planning…").wait_for(state="detached")
    bench.promote()
    bench.state("refused")
    rows = bench.panel.locator(".jp-mesh-rows tbody tr")
    rows.first.wait_for()
    assert rows.count() >= 2
    assert bench.panel.locator(".jp-mesh-null").count() >= 2
    bench.desk.picture("promotion-refused")
    bench.desk.dark()
    bench.desk.picture("promotion-refused-dark")
    bench.button("Executed notebook").click()
    executed = bench.page.locator(".jp-mesh-executed:visible")
    executed.get_by_text("mesh.stage").first.wait_for()
    bench.page.get_by_role("tab", name="Promote shop/orders").click()
    bench.button("Go to the cell that stages orders").click()
    active = bench.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    assert "mesh.stage" in active.inner_text()
    bench.button("Plan again").click()
    bench.panel.locator(".jp-mesh-verdict").wait_for()
    assert bench.spoil.input_value() == "2"


def test_an_obstacle_leads_to_its_cell_and_keeps_the_button_shut(bench):
    bench.write({4: "frame = later", 5: "mesh.stage('orders', frame)\nlater = totals.df()"})
    bench.plan()
    assert bench.panel.locator("[data-clear=false]").count() == 1
    assert bench.button(re.compile(r"^Promote \d")).is_disabled()
    bench.desk.picture("promotion-obstacle")
    bench.button(re.compile("Go to cell 4")).first.click()
    bench.page.locator(
        ".jp-Notebook .jp-Cell.jp-mod-active", has_text="frame = later"
    ).wait_for()


def test_a_promotion_goes_on_while_the_page_is_loaded_again(bench, gate):
    gate.stand_in(bench.folder)
    bench.plan()
    bench.promote()
    bench.panel.locator("[data-step=run][data-state=running]").wait_for()
    # JupyterLab writes down what is open a moment after it has changed.
    time.sleep(2)
    bench.page.goto(f"{bench.desk.lab.url}lab")
    bench.desk.ready()
    bench.desk.picture("promotion-reloaded")
    bench.panel.locator("[data-step=run]").wait_for()
    gate.open()
    bench.state("published")


def test_a_promotion_can_be_stopped_and_two_tabs_agree(bench, new_desk, gate):
    gate.stand_in(bench.folder)
    bench.plan()
    bench.promote()
    bench.panel.locator("[data-step=run][data-state=running]").wait_for()
    other = Bench(new_desk(bench.desk.lab), bench.folder)
    other.desk.open("lab/workspaces/other?reset")
    other.open_notebook()
    other.press_promote()
    other.state("running")
    bench.button("Cancel").click()
    bench.state("cancelled")
    other.state("cancelled")
    assert "nothing has changed" in bench.panel.inner_text()
    bench.desk.picture("promotion-cancelled")


def test_a_notebook_without_a_product_gets_one_laid_out(bench):
    path = bench.folder / "loose.ipynb"
    path.write_text((bench.folder / NOTEBOOK).read_text())
    bench.open_notebook("loose.ipynb")
    bench.press_promote()
    form = bench.panel.locator("form.jp-mesh-scaffold")
    form.wait_for()
    assert form.get_by_label("Ports").input_value() == "orders"
    assert form.get_by_label("Name").input_value() == "loose"
    bench.desk.picture("promotion-scaffold")
    form.get_by_role("button", name="Lay out the product").click()
    bench.panel.locator(".jp-mesh-verdict").wait_for()
    assert (bench.folder / "products/shop/loose/product.odps.yaml").is_file()
    bench.desk.picture("promotion-laid-out")


def test_where_there_is_no_mesh_one_can_be_made(start_lab, new_desk, tmp_path, monkeypatch):
    monkeypatch.delenv("MESH_PATH", raising=False)
    desk = new_desk(start_lab(tmp_path))
    desk.open("lab?reset")
    desk.notebook()
    bench = Bench(desk, tmp_path)
    bench.press_promote()
    desk.picture("promotion-no-mesh")
    bench.button("Make a mesh here").click()
    bench.panel.locator("form.jp-mesh-scaffold").wait_for()
    assert (tmp_path / "mesh.yaml").is_file()
