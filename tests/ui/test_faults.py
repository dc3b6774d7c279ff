"""Things go wrong around a person in JupyterLab: they see what, where, and what to do."""

import re
import secrets

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.long
NOTEBOOK = "products/shop/orders/orders.ipynb"
DESCRIPTOR = "products/shop/orders/product.odps.yaml"
READ_ONLY = """
from jupyter_server.auth import Authorizer
class Looking(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "mesh" or action == "read"
c.ServerApp.authorizer_class = Looking
"""


@pytest.fixture
def shop(small_mesh, small_folder, start_lab, new_desk):
    """A desk before the mesh of a shop; more is for the server's configuration."""
    assert small_mesh

    def sit(**more):
        lab = start_lab(small_folder, **more)
        desk = new_desk(lab, viewport={"width": 1600, "height": 900})
        desk.open("lab?reset")
        return desk

    return sit


def planned(desk):
    """The panel of a promotion, after Promote was pressed in the notebook."""
    desk.command("docmanager:open", path=NOTEBOOK)
    toolbar = desk.page.locator(".jp-NotebookPanel-toolbar")
    toolbar.get_by_role("button", name="Promote").click()
    return desk.page.locator(".jp-mesh-promotion:visible")


def test_a_promotion_is_followed_over_a_restart_of_its_server(shop, small_folder, gate):
    gate.stand_in(small_folder)
    desk = shop()
    panel = planned(desk)
    panel.get_by_role("button", name=re.compile(r"^Promote \d")).click()
    running = panel.locator("[data-step=run][data-state=running]")
    expect(running).to_be_visible()
    desk.lab.stop()
    expect(panel).to_contain_text("The Jupyter server does not answer")
    desk.picture("faults-server-gone")
    desk.lab.start()
    expect(panel).not_to_contain_text("does not answer")
    gate.open()
    published = panel.locator(".jp-mesh-state[data-state=published]")
    expect(published).to_be_visible()


def test_who_may_only_look_is_told_so_where_they_tried(shop):
    desk = shop(config=READ_ONLY)
    desk.catalog()
    desk.row("lake").click()
    expect(desk.row("raw")).to_be_visible()
    panel = planned(desk)
    expect(panel.get_by_role("alert")).to_contain_text(
        "You may look at the mesh of this server, but not"
    )
    desk.picture("faults-read-only")
    expect(panel.get_by_role("button", name=re.compile(r"^Promote \d"))).to_have_count(0)


def test_a_session_that_has_ended_is_told_and_nothing_is_lost(shop):
    desk = shop()
    desk.catalog()
    desk.lab.stop()
    desk.lab.token = secrets.token_hex(16)
    desk.lab.start()
    desk.page.context.clear_cookies()
    # JupyterLab itself says that its server was away, and is to be answered.
    dialog = desk.page.locator(".jp-Dialog")
    desk.page.add_locator_handler(dialog, lambda: dialog.get_by_role("button").last.click())
    desk.row("lake").click()
    said = desk.page.locator("#jp-mesh-catalog").get_by_role("alert")
    expect(said).to_contain_text("Your session with the Jupyter server has ended")
    expect(said).to_contain_text("Log in again")
    desk.picture("faults-session-ended")
    expect(desk.row("crm")).to_be_visible()


def test_a_product_file_of_nonsense_is_told_with_its_line(shop, small_folder):
    desk = shop()
    path = small_folder / DESCRIPTOR
    path.write_text(path.read_text().replace("kind: DataProduct", "kind: <b>Nonsense</b>"))
    desk.catalog()
    desk.row("shop").click()
    expect(desk.row("orders").first).to_contain_text("orders/product.odps.yaml:2: kind")
    desk.row("orders").first.dblclick()
    page = desk.page.locator(".jp-mesh-page:visible")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"product.odps.yaml.*2"))
    expect(page).not_to_contain_text(str(small_folder))
    desk.picture("faults-nonsense")
    page.get_by_role("button", name="Open the file").click()
    expect(desk.page.locator("#jp-main-statusbar")).to_contain_text("Ln 2, Col 1")
    desk.picture("faults-nonsense-opened")
    alert = planned(desk).get_by_role("alert")
    expect(alert).to_contain_text("product.odps.yaml")
    expect(alert.get_by_role("button", name="Open the file")).to_be_visible()
    # What was written there is text and nothing else.
    expect(desk.page.locator(".jp-mesh-page b", has_text="Nonsense")).to_have_count(0)
