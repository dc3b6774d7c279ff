"""Promises about a server that dies: what it started goes on, and is shown as what it is."""

import json
import os
import signal
import time

import pytest

from jupyter_mesh.mesh import Mesh


def sleeping(folder, seconds):
    path = folder / "products/shop/orders/orders.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][3]["source"] += f"\nimport time\ntime.sleep({seconds})"
    path.write_text(json.dumps(notebook))


def reached(server, job_id, what, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = server.ask(f"promotions/{job_id}")
        if what(job) or job["state"] != "running":
            return job
        time.sleep(0.2)
    raise AssertionError(job)


def begun(server, seconds):
    sleeping(server.folder, seconds)
    job_id = server.ask("promotions", "POST", product="shop/orders")["id"]
    return reached(server, job_id, lambda job: job["cells"]["done"] >= 3)["id"]


@pytest.mark.long
def test_a_promotion_survives_its_server(server):
    job_id = begun(server, 8)
    server.stop(signal.SIGKILL)
    server.start()
    assert server.ask("promotions", state="running")["items"][0]["id"] == job_id
    job = reached(server, job_id, lambda job: False)
    assert job["state"] == "published", job
    assert server.ask("releases")["items"][0]["version"] == "1.0.0"


@pytest.mark.long
def test_the_next_server_stops_what_the_last_one_started(server):
    job_id = begun(server, 60)
    server.stop(signal.SIGKILL)
    server.start()
    server.ask(f"promotions/{job_id}", "DELETE")
    job = reached(server, job_id, lambda job: False)
    assert job["state"] == "cancelled"


@pytest.mark.long
def test_a_promotion_that_died_with_its_server_is_lost(server):
    job_id = begun(server, 60)
    with Mesh.open(server.folder) as mesh:
        process = mesh.parts.home.jobs.find(job_id).process
    server.stop(signal.SIGKILL)
    os.killpg(process, signal.SIGKILL)
    server.start()
    assert server.ask("promotions", state="running")["items"] == []
    assert server.ask(f"promotions/{job_id}")["state"] == "lost"
    # Nothing is in the way of the next one, once the lease of the dead has ended.
    assert server.ask("releases")["items"] == []
