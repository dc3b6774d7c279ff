"""A person looks for data in the sidebar of JupyterLab, by pointing and by keys alone."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.long
FLIGHTS = "%%mesh\nSELECT *\nFROM lake.raw.flights\nLIMIT 100"
PAGE = ".jp-mesh-page:visible"


# The figure that was promised: what is loaded before anything is opened, in bytes.
OWN_CODE = 150_000


@pytest.fixture
def tree(desk):
    """The sidebar, with the tables of lake.raw in sight."""
    desk.catalog()
    for label in ("lake", "raw"):
        desk.row(label).click()
    expect(desk.row("flights")).to_be_visible()
    return desk


def button(desk, row, name):
    """A button that shows while the pointer is on a row."""
    desk.row(row).hover()
    desk.row(row).get_by_role("button", name=name).click()


def press(desk, *keys):
    for key in keys:
        desk.page.keyboard.press(key)


def test_a_person_browses_from_product_and_catalog_down_to_columns(tree):
    tree.row("aviation").click()
    product = tree.row("delays")
    expect(product).to_contain_text("1.1.0")
    expect(product.locator("[data-outcome=passed]")).to_be_visible()
    tree.row("flights").locator(".jp-mesh-row-twisty").click()
    expect(tree.row("carrier")).to_contain_text("varchar")
    expect(tree.row("time_hour")).to_contain_text("timestamp(6)")
    assert tree.page.locator(".jp-mesh-tree [role=treeitem]").count() <= 80
    tree.picture("catalog")


def test_a_search_leads_to_the_page_of_what_was_found(desk):
    desk.catalog()
    box = desk.page.locator(".jp-mesh-search")
    box.fill("weather")
    found = desk.page.locator("#jp-mesh-found [role=option]")
    expect(found.first).to_contain_text("weather")
    box.press("Enter")
    page = desk.page.locator(PAGE)
    expect(page.locator("h2")).to_have_text("lake.raw.weather")
    expect(page).to_contain_text("26,115")
    box.focus()
    box.press("Escape")
    expect(desk.row("Catalogs")).to_be_visible()


def test_a_search_for_nothing_that_is_there_says_so(desk):
    desk.catalog()
    desk.page.locator(".jp-mesh-search").fill("qqzzxxyy")
    expect(desk.page.locator("#jp-mesh-catalog")).to_contain_text("Nothing is called")


def test_a_cell_is_inserted_and_runs(tree):
    tree.notebook()
    button(tree, "flights", re.compile("Insert"))
    assert tree.sources() == ["%load_ext jupyter_mesh", FLIGHTS]
    tree.command("notebook:run-all-cells")
    expect(tree.page.locator(".jp-OutputArea-output").last).to_contain_text("100 rows")
    button(tree, "planes", re.compile("Insert"))
    assert [source.split("\n")[0] for source in tree.sources()] == [
        "%load_ext jupyter_mesh",
        "%%mesh",
        "%%mesh",
    ]


def test_without_a_notebook_the_person_is_told_where_a_cell_would_go(tree):
    button(tree, "flights", re.compile("Insert"))
    expect(tree.page.get_by_text("Open a notebook first")).to_be_visible()


def test_a_table_is_dragged_into_a_cell(tree):
    tree.notebook()
    cell = tree.page.locator(".jp-Notebook .jp-Cell .cm-content")
    tree.row("flights").drag_to(cell)
    assert tree.sources() == ["lake.raw.flights"]


def test_rows_are_previewed_and_more_wishes_stand_in_the_menu(tree):
    button(tree, "planes", "Preview Rows")
    preview = tree.page.locator(".jp-mesh-preview:visible")
    expect(preview).to_contain_text("The first 100 rows")
    expect(preview.locator("canvas").first).to_be_visible()
    tree.picture("preview")
    tree.row("flights").click(button="right")
    menu = tree.page.get_by_role("menuitem")
    for wish in ("Preview Rows", "Insert a %%mesh Cell", "Open Page", "Versions", "Lineage"):
        expect(menu.filter(has_text=wish)).to_have_count(1)
    menu.filter(has_text="Lineage").click()
    expect(tree.page.locator(".jp-mesh-lineage")).to_contain_text("aviation/delays")


def test_the_page_of_a_product_tells_what_changed_and_shows_the_evidence(tree):
    tree.row("aviation").click()
    tree.row("delays").dblclick()
    page = tree.page.locator(PAGE)
    expect(page).to_contain_text("lake.aviation_delays.carriers")
    page.get_by_role("tab", name="Releases").click()
    expect(page.locator(".jp-mesh-compare")).to_contain_text("added cancelled bigint")
    tree.picture("releases")
    page.get_by_role("tab", name="Checks").click()
    expect(page).to_contain_text("carrier.required")
    page.get_by_role("tab", name="Releases").click()
    page.get_by_role("button", name="executed notebook").first.click()
    executed = tree.page.locator(".jp-mesh-executed:visible")
    expect(executed).to_contain_text("mesh.stage")
    expect(executed.locator(".jp-CodeCell .jp-mod-readOnly").first).to_be_visible()
    expect(executed.locator(".cm-editor:not(.jp-mod-readOnly)")).to_have_count(0)


def test_lineage_is_drawn_from_sources_to_tables(tree):
    tree.command("mesh:open-page", id="product:aviation/delays", tab="lineage")
    boxes = tree.page.locator(".jp-mesh-node")
    expect(boxes).to_have_count(6)
    tree.picture("lineage")
    boxes.filter(has_text="ops.main.airlines").get_by_role("button").first.click()
    expect(tree.page.locator(f"{PAGE} h2")).to_have_text("ops.main.airlines")


def test_everything_can_be_done_without_a_mouse(desk):
    # The launcher takes the focus when it comes, which may be late.
    expect(desk.page.locator(".jp-LauncherCard").first).to_be_visible()
    desk.catalog()
    desk.command("mesh:show-catalog")
    expect(desk.page.locator(".jp-mesh-search")).to_be_focused()
    press(desk, "ArrowDown")
    expect(desk.page.locator(".jp-mesh-tree")).to_be_focused()
    expect(desk.row("lake")).to_be_visible()
    press(desk, "End", "Home", "l")
    expect(desk.row("lake")).to_have_attribute("aria-selected", "true")
    press(desk, "ArrowRight")
    expect(desk.row("raw")).to_be_visible()
    press(desk, "r")
    expect(desk.row("raw")).to_have_attribute("aria-selected", "true")
    press(desk, "ArrowRight")
    expect(desk.row("flights")).to_be_visible()
    press(desk, "ArrowRight")
    expect(desk.row("flights")).to_have_attribute("aria-selected", "true")
    press(desk, "Shift+F10")
    expect(desk.page.get_by_role("menuitem").first).to_be_visible()
    press(desk, "Escape")
    desk.page.locator(".jp-mesh-tree").focus()
    press(desk, "Enter")
    page = desk.page.locator(PAGE)
    expect(page.locator("h2")).to_have_text("lake.raw.flights")
    expect(page.get_by_role("tab", name="Columns")).to_be_focused()
    press(desk, "ArrowRight")
    expect(page.get_by_role("tab", name="Sample")).to_be_focused()
    expect(page.locator("canvas").first).to_be_visible()


def test_a_reload_leads_back_to_the_same_place(tree):
    tree.row("flights").click()
    tree.row("flights").dblclick()
    tree.page.locator(PAGE).get_by_role("tab", name="Versions").click()
    # The layout is written down a moment after it has changed.
    tree.page.wait_for_timeout(2500)
    tree.page.reload()
    tree.ready()
    expect(tree.row("flights")).to_have_attribute("aria-selected", "true")
    page = tree.page.locator(PAGE)
    expect(page.get_by_role("tab", name="Versions")).to_have_attribute("aria-selected", "true")


def test_the_dark_theme_is_worn_by_every_part(tree):
    tree.dark()
    button(tree, "planes", "Preview Rows")
    expect(tree.page.locator(".jp-mesh-preview canvas").first).to_be_visible()
    for place in (".jp-mesh-catalog", ".jp-mesh-preview"):
        ground = tree.page.locator(place).evaluate(
            "node => getComputedStyle(node).backgroundColor"
        )
        assert max(map(int, re.findall(r"\d+", ground)[:3])) < 80
    tree.picture("dark")


def test_where_there_is_no_mesh_one_is_made(start_lab, new_desk, tmp_path):
    lab = start_lab(tmp_path)
    desk = new_desk(lab)
    desk.open("lab?reset")
    desk.command("mesh:show-catalog")
    desk.picture("no-mesh")
    desk.page.get_by_role("button", name="Create a mesh").click()
    expect(desk.row("Catalogs")).to_be_visible()
    assert (tmp_path / "mesh.yaml").is_file()


def test_under_a_hub_s_prefix_it_works_the_same(start_lab, new_desk, demo_folder, tmp_path):
    desk = new_desk(start_lab(tmp_path, base_url="/user/ana/", MESH_PATH=str(demo_folder)))
    desk.open("lab?reset")
    desk.catalog()
    desk.row("lake").click()
    expect(desk.row("raw")).to_be_visible()


def test_five_thousand_tables_of_one_schema_are_scrolled_at_ease(start_lab, new_desk, tmp_path):
    tables = 5_000
    with closing(sqlite3.connect(tmp_path / "crowd.sqlite")) as store:
        store.execute("BEGIN")
        for number in range(tables):
            store.execute(f"CREATE TABLE table_{number:05} (a TEXT)")
        store.execute('CREATE TABLE "zz <img src=x onerror=alert(1)>" (a TEXT)')
        store.commit()
    (tmp_path / "mesh.yaml").write_text(
        "name: crowd\ncatalogs:\n  lake:\n    type: iceberg\n"
        "  crowd:\n    type: sqlite\n    path: crowd.sqlite\n"
    )
    desk = new_desk(start_lab(tmp_path))
    desk.open("lab?reset")
    desk.catalog()
    desk.row("crowd").click()
    desk.row("main").click()
    rows = desk.page.locator(".jp-mesh-tree [role=treeitem]")
    expect(desk.row("table_00000")).to_be_visible()
    assert rows.count() <= 80
    desk.page.locator(".jp-mesh-tree").focus()
    press(desk, "End")
    # A name is text, whatever it says.
    expect(desk.row("zz <img src=x onerror=alert(1)>")).to_be_visible()
    assert rows.count() <= 80


def test_little_is_loaded_before_it_is_needed(desk):
    desk.page.wait_for_load_state("networkidle")
    loaded = desk.page.evaluate(
        "() => performance.getEntriesByType('resource')"
        ".filter(one => one.name.includes('extensions/jupyter-mesh/static'))"
        ".map(one => [one.name.split('/').at(-1), one.decodedBodySize])"
    )
    assert loaded
    assert sum(size for _name, size in loaded) < OWN_CODE, loaded
