"""Promises about a server that dies: what it started goes on, and is shown as what it is."""

import os
import signal

import pytest

from jupyter_mesh.mesh import Mesh
from tests.waiting import until


def reached(server, job_id, what):
    def found():
        job = server.ask(f"promotions/{job_id}")
        return job if what(job) or job["state"] != "running" else None

    return until(found)


def begun(server, gate):
    gate.stand_in(server.folder)
    job_id = server.ask("promotions", "POST", product="shop/orders")["id"]
    return reached(server, job_id, lambda job: job["cells"]["done"] >= 3)["id"]


@pytest.mark.long
def test_a_promotion_survives_its_server(server, gate):
    job_id = begun(server, gate)
    server.stop(signal.SIGKILL)
    server.start()
    assert server.ask("promotions", state="running")["items"][0]["id"] == job_id
    gate.open()
    job = reached(server, job_id, lambda job: False)
    assert job["state"] == "published", job
    assert server.ask("releases")["items"][0]["version"] == "1.0.0"


@pytest.mark.long
def test_the_next_server_stops_what_the_last_one_started(server, gate):
    job_id = begun(server, gate)
    server.stop(signal.SIGKILL)
    server.start()
    server.ask(f"promotions/{job_id}", "DELETE")
    job = reached(server, job_id, lambda job: False)
    assert job["state"] == "cancelled"


@pytest.mark.long
def test_a_promotion_that_died_with_its_server_is_lost(server, gate):
    job_id = begun(server, gate)
    with Mesh.open(server.folder) as mesh:
        process = mesh.parts.home.jobs.find(job_id).process
    server.stop(signal.SIGKILL)
    os.killpg(process, signal.SIGKILL)
    server.start()
    assert server.ask("promotions", state="running")["items"] == []
    assert server.ask(f"promotions/{job_id}")["state"] == "lost"
    # Nothing is in the way of the next one, once the lease of the dead has ended.
    assert server.ask("releases")["items"] == []
