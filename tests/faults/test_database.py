"""A PostgreSQL catalog that is away between stage and publish, and comes back."""

import os
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from jupyter_mesh.errors import StorageError
from jupyter_mesh.model.runs import Step
from jupyter_mesh.stack import Stack
from jupyter_mesh.stack.postgres import Postgres
from jupyter_mesh.testing import servers
from tests.faults.conftest import TOTALS, is_sound, opened, totals

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stack():
    """One PostgreSQL of our own, which keeps its data and its port from start to start."""
    # Where root works its user may come into no folder but one that others may enter.
    with tempfile.TemporaryDirectory(prefix="mesh-postgres-") as folder:
        Path(folder).chmod(0o755)
        kind = Postgres({"fsync": "off"}, password=servers.PASSWORD)
        stack = Stack(Path(folder) / "stack", kinds={"postgres": kind})
        stack.up(["postgres"])
        yield stack
        stack.down(["postgres"])


@pytest.fixture
def shop(small_folder, trino, stack):
    service, name = stack.found("postgres"), f"t_{uuid4().hex[:12]}"
    facts = service.facts
    with servers.connected(service) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    uri = f"postgresql://{facts['user']}@{facts['host']}:{facts['port']}/{name}"
    lake = {"uri": uri, "password": "${env:SHOP_PASSWORD}"}
    with opened(small_folder, trino.url, lake) as mesh:
        yield mesh


@contextmanager
def at(step, do):
    """Hears of a promotion's steps, and does something once when that one begins."""
    done = []

    def told(progress):
        if progress.step is step and not done:
            done.append(True)
            do()

    yield told
    assert done


def kill(stack):
    """End the whole server at once, as when its machine loses its power."""
    service = stack.found("postgres")
    os.kill(service.pid, signal.SIGQUIT)
    stack.down(["postgres"])


def test_a_database_that_restarts_before_the_publication_is_met_again(shop, stack):
    def restart():
        kill(stack)
        stack.up(["postgres"])

    with at(Step.PUBLISH, restart) as told:
        release = shop.promote("shop/orders", tell=told)
    assert str(release.version) == "1.0.0"
    assert totals(shop) == totals(shop, "embedded") == TOTALS
    assert is_sound(shop)


def test_a_database_that_is_away_at_the_publication_says_so_and_then_takes_it(shop, stack):
    before = shop.releases("shop/orders")
    try:
        with (
            at(Step.PUBLISH, lambda: kill(stack)) as told,
            pytest.raises(StorageError) as caught,
        ):
            shop.promote("shop/orders", tell=told)
    finally:
        stack.up(["postgres"])
    assert caught.value.remedy
    assert shop.releases("shop/orders") == before
    release = shop.promote("shop/orders")
    assert str(release.version) == "1.0.0"
    assert totals(shop) == totals(shop, "embedded") == TOTALS
    assert is_sound(shop)


def test_a_database_that_restarted_is_met_again_by_both_engines(shop, stack):
    kill(stack)
    stack.up(["postgres"])
    for engine in ("remote", "embedded"):
        sql = f"CREATE TABLE lake.raw.from_{engine} AS SELECT * FROM lake.raw.orders"
        shop.query(sql, engine=engine)
        counted = f"SELECT count(*) FROM lake.raw.from_{engine}"
        assert shop.query(counted, engine="embedded").rows() == [(100,)]
    assert is_sound(shop)
