"""Promises of leases, on each database."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.leases import Held, Leases
from jupyter_mesh.errors import ConflictError, StorageError
from tests.waiting import LONGEST, until


def leases(lake, seconds):
    return Leases("lake", lake.database, timedelta(seconds=seconds))


def ends(lake):
    """When the lease on r ends, as the database has it."""
    with lake.database.reading() as connection:
        found = select(rows.LEASES.c.until).where(rows.LEASES.c.resource == "r")
        return connection.execute(found).scalar_one()


def test_a_held_resource_is_refused_with_its_holders_name(lake):
    with (
        lake.lease("aviation/delays", "ana"),
        pytest.raises(ConflictError, match=r"aviation/delays is held by ana since .* UTC"),
        lake.lease("aviation/delays", "bo"),
    ):
        pass
    with lake.lease("aviation/delays", "bo"), lake.lease("sales/orders", "ana"):
        assert lake.leases.running() == ["aviation/delays", "sales/orders"]
    assert lake.leases.running() == []


def test_one_who_waits_gets_it_when_it_is_given_back(lake):
    order = []
    taken = threading.Event()

    def hold():
        with lake.lease("r", "ana"):
            taken.set()
            time.sleep(0.2)
            order.append("ana")

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(LONGEST)
    with lake.lease("r", "bo", wait=10):
        order.append("bo")
    thread.join()
    assert order == ["ana", "bo"]


def test_a_lease_is_given_back_when_the_work_fails(lake):
    with pytest.raises(ZeroDivisionError), lake.lease("r", "ana"):
        raise ZeroDivisionError
    with lake.lease("r", "bo"):
        assert lake.leases.running() == ["r"]


def test_a_lease_is_renewed_while_it_is_held(lake):
    short = leases(lake, 3)
    with short.hold("r", "ana"):
        first = ends(lake)
        until(lambda: ends(lake) != first)
        assert ends(lake) > first
        assert isinstance(short.take("r", "bo"), str)


def test_a_holder_who_slept_cannot_touch_the_next_ones_lease(lake):
    short = leases(lake, 0.05)
    slept = short.take("r", "ana")
    time.sleep(0.1)
    following = leases(lake, 30).take("r", "bo")
    assert isinstance(slept, Held)
    assert isinstance(following, Held)
    assert following.token == slept.token + 1
    assert not short.renew(slept)
    short._give_back(slept)
    assert short.running() == ["r"]
    assert leases(lake, 30).renew(following)


def test_a_renewal_that_fails_is_told_and_tried_again(lake, caplog, monkeypatch):
    short = leases(lake, 0.3)
    answers = iter([StorageError("The disk is full."), True, True])
    renewed = threading.Event()

    def renew(_held):
        answer = next(answers, True)
        if isinstance(answer, Exception):
            raise answer
        renewed.set()
        return answer

    monkeypatch.setattr(short, "renew", renew)
    with short.hold("r", "ana"):
        assert renewed.wait(LONGEST)
    assert "The lease on r was not renewed: The disk is full." in caplog.text


def test_a_lost_lease_is_told(lake, caplog, monkeypatch):
    short = leases(lake, 0.3)
    asked = threading.Event()
    monkeypatch.setattr(short, "renew", lambda _held: asked.set())
    with short.hold("r", "ana"):
        assert asked.wait(LONGEST)
    assert "The lease on r was lost." in caplog.text


class Away:
    """A database that is not there."""

    def writing(self, **_how):
        raise StorageError("Nobody answers.")


def test_a_lease_that_cannot_be_given_back_hides_nothing_and_does_not_shut_its_holder_out(
    lake, caplog
):
    mine = leases(lake, 30)

    def work():
        with mine.hold("r", "ana"):
            mine.database = Away()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert "The lease on r was not given back: Nobody answers." in caplog.text
    mine.database = lake.database
    with pytest.raises(ConflictError), leases(lake, 30).hold("r", "bo"):
        pass
    with mine.hold("r", "ana"):
        assert lake.leases.running() == ["r"]
    with leases(lake, 30).hold("r", "bo"):
        assert lake.leases.running() == ["r"]


def test_only_one_of_many_holds_at_a_time(lake):
    inside, most, done = [], [], []

    def work(name):
        with lake.lease("r", name, wait=30):
            inside.append(name)
            most.append(len(inside))
            time.sleep(0.01)
            inside.remove(name)
            done.append(name)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 6
    assert max(most) == 1


@pytest.mark.our_database
def test_the_lease_of_a_killed_process_falls_free_at_once(lake, settings):
    code = """
import os, signal, sys
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.settings import IcebergSettings
from jupyter_mesh.testing.lakes import PlainSecrets
settings = IcebergSettings(sys.argv[1], sys.argv[2])
with Lake("lake", settings, PlainSecrets()).lease("r", "ana"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", code, settings.uri, settings.warehouse]
    done = subprocess.run(command, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert lake.leases.running() == []
    with lake.lease("r", "bo"):
        assert lake.leases.running() == ["r"]
