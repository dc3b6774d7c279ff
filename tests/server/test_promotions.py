"""Promises of the promote button: planned, laid out, carried out, refused, stopped, lost."""

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.jobs import Job
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.server import jobs as module
from tests.waiting import soon

ORDERS = ProductName("shop", "orders")
NOTEBOOK = "products/shop/orders/orders.ipynb"


async def reached(ask, job_id, what):
    async def found():
        job = (await ask(f"promotions/{job_id}")).json
        return job if what(job) or job["state"] != "running" else None

    return await soon(found)


async def begun(ask, landed, gate):
    """A promotion that waits in its fourth cell."""
    gate.stand_in(landed)
    started = await ask("promotions", "POST", product="shop/orders")
    assert started.status == 202, started.content
    job = await reached(ask, started.json["id"], lambda job: job["cells"]["done"] >= 3)
    assert job["state"] == "running", job
    return job


def process_of(folder, job_id):
    with Mesh.open(folder) as mesh:
        return mesh.parts.home.jobs.find(job_id).process


# -- before anything happens -------------------------------------------------------------------


async def test_a_plan_has_all_that_the_dialog_shows(ask, landed):
    plan = (await ask("plan", "POST", product="shop/orders")).json
    assert (plan["version"], plan["clear"], plan["checks"]) == ("1.0.0", True, 6)
    assert [rule["id"] for rule in plan["rules"]] == [
        *("country.type", "orders.type", "revenue.type", "columns"),
        *("country.required", "country.unique"),
    ]
    assert {rule["port"] for rule in plan["rules"]} == {"orders"}
    assert plan["reasons"] == ["first release"]
    assert plan["ports"][0]["table"] == "lake.shop_orders.orders"
    assert {"text", "remedy", "cell", "line", "blocking"} <= plan["obstacles"][0].keys()
    assert plan["schema"]["properties"]["spoil"] == {
        "type": "integer",
        "title": "spoil",
        "default": 0,
    }


async def test_a_notebook_leads_to_its_product(ask, landed):
    for path in (NOTEBOOK, f"RTC:{NOTEBOOK}", f"/{NOTEBOOK}"):
        plan = await ask("plan", "POST", notebook=path)
        assert plan.json["product"] == "shop/orders"


async def test_a_notebook_without_a_product_leads_to_a_scaffold(ask, landed):
    (landed / "trial.ipynb").write_text((landed / NOTEBOOK).read_text())
    answer = await ask("plan", "POST", notebook="trial.ipynb")
    assert answer.status == 404
    guess = answer.error["scaffold"]
    assert guess["ports"] == ["orders"]
    assert guess["product"] == "shop/trial"
    assert guess["owner"] == "ana"
    made = await ask(
        "scaffold", "POST", product="shop/trial", ports=["orders"], notebook="trial.ipynb"
    )
    assert made.status == 201, made.content
    assert made.json["notebook"] == "products/shop/trial/trial.ipynb"
    plan = await ask("plan", "POST", notebook=made.json["notebook"])
    assert plan.json["product"] == "shop/trial"
    again = await ask("scaffold", "POST", product="shop/trial", ports=["orders"])
    assert again.status == 409


async def test_a_broken_product_file_is_told_with_its_line(ask, landed):
    path = landed / "products/shop/orders/product.odps.yaml"
    path.write_text(path.read_text().replace("kind: DataProduct", "kind: Nonsense"))
    for values in ({"product": "shop/orders"}, {"notebook": NOTEBOOK}):
        answer = await ask("plan", "POST", **values)
        assert answer.status == 400
        assert answer.error["line"] == 2
        # As Jupyter opens it; a mesh may lie deeper than the folder that Jupyter shows.
        assert answer.error["path"] == "products/shop/orders/product.odps.yaml"
    items = (await ask("tree", parent="domain:shop")).json["items"]
    assert items[0]["detail"]["error"]["line"] == 2
    assert items[0]["comment"].startswith("orders/product.odps.yaml:2: kind: ")


async def test_a_product_that_is_none_is_not_started(ask, landed):
    answer = await ask("promotions", "POST", product="shop/orderz")
    assert answer.status == 404
    assert "shop/orders" in answer.error["remedy"]


# -- carried out -------------------------------------------------------------------------------


@pytest.mark.long
async def test_a_promotion_is_published_and_told_of(ask, landed, ended, jp_serverapp):
    heard = []

    async def listen(logger, schema_id, data):
        heard.append((schema_id, data))

    jp_serverapp.event_logger.add_listener(listener=listen)
    started = await ask("promotions", "POST", product="shop/orders")
    assert started.status == 202
    job = await ended(started.json["id"])
    assert job["state"] == "published", job
    assert job["release"] == "shop/orders@1.0.0"
    assert job["actor"] == "ana"
    assert job["cells"] == {"done": 5, "total": 5}
    assert [step["step"] for step in job["steps"]] == [
        *("run", "stage", "check", "gate", "publish", "announce"),
    ]
    assert {step["state"] for step in job["steps"]} == {"done"}
    assert len(job["checks"]) == 6
    notebook = await ask("notebook", promotion=job["id"])
    assert notebook.json["nbformat"] == 4
    listed = (await ask("promotions", product="shop/orders", state="published")).json["items"]
    assert [one["id"] for one in listed] == [job["id"]]
    assert (await ask("promotions", state="running")).json["items"] == []
    assert {schema for schema, _data in heard} == {
        "https://schema.jupyter.org/jupyter_mesh/promotion/v1"
    }
    assert heard[-1][1]["state"] == "published"
    assert all(data.keys() == heard[0][1].keys() for _schema, data in heard)


@pytest.mark.long
async def test_a_refusal_shows_the_failing_rows(ask, landed, ended):
    started = await ask("promotions", "POST", product="shop/orders", parameters={"spoil": 2})
    job = await ended(started.json["id"])
    assert job["state"] == "refused"
    assert job["error"]["type"] == "PromotionRefused"
    assert job["error"]["rows"]
    assert "failed" in {check["outcome"] for check in job["checks"]}
    assert job["release"] is None
    # What ran can be looked at; where it lies need not be read.
    assert job["executed"].endswith("/orders.ipynb")
    assert job["executed"] not in job["error"]["remedy"]
    cells = (await ask("notebook", promotion=job["id"])).json["cells"]
    assert "mesh.stage" in "".join(cells[-1]["source"])
    assert (await ask("releases")).json["items"] == []


@pytest.mark.long
async def test_a_notebook_that_stops_is_told_with_its_cell(ask, landed, ended):
    path = landed / NOTEBOOK
    notebook = json.loads(path.read_text())
    notebook["cells"][3]["source"] = "1 / 0"
    path.write_text(json.dumps(notebook))
    started = await ask("promotions", "POST", product="shop/orders")
    job = await ended(started.json["id"])
    assert (job["state"], job["error"]["cell"]) == ("failed", 4)
    assert job["executed"]
    assert (await ask("notebook", promotion=job["id"])).status == 200


@pytest.mark.long
async def test_a_promotion_is_stopped_and_nothing_has_changed(ask, landed, ended, gate):
    job = await begun(ask, landed, gate)
    second = await ask("promotions", "POST", product="shop/orders")
    assert second.status == 409
    assert (await ask(f"promotions/{job['id']}", "DELETE")).status == 202
    job = await ended(job["id"])
    assert job["state"] == "cancelled"
    assert (await ask("releases")).json["items"] == []
    again = await ask(f"promotions/{job['id']}", "DELETE")
    assert again.status == 409


@pytest.mark.long
async def test_a_process_that_is_killed_is_told_as_failed(ask, landed, ended, gate):
    job = await begun(ask, landed, gate)
    os.kill(process_of(landed, job["id"]), signal.SIGKILL)
    job = await ended(job["id"])
    assert job["state"] == "failed"
    assert "-9" in job["error"]["message"]


@pytest.mark.long
async def test_a_process_that_does_not_stop_is_ended(ask, landed, ended, gate, monkeypatch):
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.5)
    job = await begun(ask, landed, gate)
    # A process that is held cannot hear that it is to stop.
    os.kill(process_of(landed, job["id"]), signal.SIGSTOP)
    await ask(f"promotions/{job['id']}", "DELETE")
    assert (await ended(job["id"]))["state"] == "cancelled"


# -- when the server goes and comes ------------------------------------------------------------


def kept(folder, process, host=""):
    """A running job that another server began."""
    with Mesh.open(folder) as mesh:
        job = Job(
            "job1",
            ORDERS,
            "ana",
            datetime.now(UTC),
            host=host or socket.gethostname(),
            process=process,
        )
        mesh.parts.home.jobs.save(job)
    return job


def dead_process():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def test_a_job_whose_process_is_gone_shows_as_lost(ask, landed):
    kept(landed, dead_process())
    assert (await ask("promotions", state="running")).json["items"] == []
    (job,) = (await ask("promotions", state="lost")).json["items"]
    assert job["state"] == "lost"
    assert "promote again" in job["error"]["remedy"]
    assert (await ask("promotions/job1", "DELETE")).status == 409


async def test_a_job_that_goes_on_without_its_server_is_followed_to_its_end(
    ask, landed, jp_serverapp
):
    heard = []

    async def listen(logger, schema_id, data):
        heard.append(data["state"])

    jp_serverapp.event_logger.add_listener(listener=listen)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        kept(landed, process.pid)
        (job,) = (await ask("promotions", state="running")).json["items"]
        assert job["id"] == "job1"
    finally:
        process.kill()
        process.wait()
    job = await reached(ask, "job1", lambda job: job["state"] == "lost")
    assert job["state"] == "lost"

    async def is_heard():
        return heard

    assert await soon(is_heard) == ["lost"]


async def test_a_job_of_another_machine_is_shown_and_left_alone(ask, landed):
    kept(landed, 1, host="elsewhere")
    assert (await ask("promotions/job1")).json["state"] == "running"
    answer = await ask("promotions/job1", "DELETE")
    assert answer.status == 409
    assert "elsewhere" in answer.error["message"]
