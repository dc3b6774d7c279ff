"""Promises of the promotion's widget: a plan first, an own process, an end that is told."""

import json

import pytest

from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.widgets import PromotionPanel
from jupyter_mesh.widgets.promotion import _typed

SLOW = "import time\nfor _turn in range(600):\n    time.sleep(0.1)"


@pytest.fixture
def panel(small_mesh, page):
    return page(PromotionPanel(small_mesh, "shop/orders"))


@pytest.fixture
def slow(small_folder):
    """The product's notebook takes a minute."""
    path = small_folder / "products" / "shop" / "orders" / "orders.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][-2]["source"] += "\n" + SLOW
    path.write_text(json.dumps(notebook))


def ended(panel):
    panel.until(lambda: panel.widget.job.get("state", "running") != "running")
    return panel.widget.job


def spoil(value):
    return {"spoil": {"type": "integer", "value": value}}


def test_the_plan_tells_everything_and_changes_nothing(panel, small_mesh):
    plan = panel.ask("plan", parameters={})
    assert (plan["product"], plan["version"], plan["clear"]) == ("shop/orders", "1.0.0", True)
    assert plan["reasons"]
    assert plan["schema"]["properties"]["spoil"]["type"] == "integer"
    assert plan["parameters"] == {}
    assert panel.widget.job == {}
    assert small_mesh.releases() == []


def test_a_product_that_is_not_there_is_refused_at_once(small_mesh):
    with pytest.raises(NameNotFound, match="shop/order"):
        PromotionPanel(small_mesh, "shop/order")


@pytest.mark.parametrize("value", ["x", "", "1.5"])
def test_a_parameter_that_is_none_is_refused_with_a_remedy(panel, value):
    error = panel.refused("plan", parameters=spoil(value))
    assert error["type"] == "InputError"
    assert "spoil" in error["message"]
    assert error["remedy"]


@pytest.mark.long
def test_a_click_promotes_and_the_release_is_told(panel, small_mesh):
    said = []
    panel.widget.observe(lambda change: said.append(change["new"]), "job")
    panel.ask("start", parameters={})
    job = ended(panel)
    assert (job["state"], job["release"]) == ("published", "shop/orders@1.0.0")
    assert {one["step"] for one in said} >= {"run", "announce"}
    assert [check["outcome"] for check in job["checks"]].count("failed") == 0
    panel.until(lambda: panel.widget.release)
    assert panel.widget.release["tables"][0]["port"] == "orders"
    assert panel.widget.release["digest"]
    assert str(small_mesh.release("shop/orders@latest").version) == "1.0.0"
    assert panel.ask("again") == {}
    assert (panel.widget.job, panel.widget.release) == ({}, {})


@pytest.mark.long
def test_a_refusal_has_the_failing_rows(panel, small_mesh):
    panel.ask("start", parameters=spoil("2"))
    job = ended(panel)
    assert job["state"] in {"refused", "failed"}
    failing = [check for check in job["checks"] if check["outcome"] == "failed"]
    assert failing
    assert any(row["country"] is None for check in failing for row in check["rows"])
    assert job["error"]["remedy"]
    assert small_mesh.releases() == []


@pytest.mark.long
@pytest.mark.usefixtures("slow")
def test_it_outlives_its_widget_is_found_again_and_can_be_stopped(small_mesh, page, panel):
    panel.ask("start", parameters={})
    panel.until(lambda: panel.widget.job.get("step") == "run")
    begun = panel.widget.job["id"]
    panel.widget.close()
    other = page(PromotionPanel(small_mesh, "shop/orders"))
    assert other.widget.job["id"] == begun
    assert other.widget.job["state"] == "running"
    error = other.refused("start", parameters={})
    assert error["type"] == "ConflictError"
    # The kernel answers meanwhile.
    assert small_mesh.query("SELECT 1").rows() == [(1,)]
    other.ask("cancel")
    assert ended(other)["state"] == "cancelled"
    assert small_mesh.releases() == []
    assert other.refused("cancel")["type"] == "ConflictError"


def test_nothing_is_there_to_be_stopped_before_the_start(panel):
    assert panel.refused("cancel")["message"]
    assert panel.refused("dance")["type"] == "InputError"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "9007199254740993", 9007199254740993),
        ("number", "2", 2),
        ("number", "-0.5", -0.5),
        ("array", "a\n\nb", ["a", "b"]),
        ("string", "7", "7"),
        ("boolean", True, True),
    ],
)
def test_what_is_typed_becomes_the_parameter_s_type(kind, text, value):
    assert _typed("one", kind, text) == value
