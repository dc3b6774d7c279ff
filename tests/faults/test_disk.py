"""A warehouse whose disk takes no more."""

import os
import subprocess

import pytest

from jupyter_mesh.errors import NotebookError, StorageError
from jupyter_mesh.model.names import TableName
from tests.faults.conftest import TOTALS, is_sound, opened, totals

pytestmark = pytest.mark.long
ORDERS = TableName("lake", "raw", "orders")
# More than is left on a disk that is nearly full.
MANY = """
CREATE TABLE lake.raw.many AS SELECT a.id * 1000003 + b.id * 7919 + c.id AS n
FROM lake.raw.orders AS a CROSS JOIN lake.raw.orders AS b CROSS JOIN lake.raw.orders AS c
"""


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own, and the means to fill it."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "mesh", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("Only root may mount a disk of its own on this machine.")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk, left):
    """Leave so many bytes."""
    free = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize - left))


def relieve(disk):
    (disk / "ballast").unlink()


@pytest.fixture
def shop(small_folder, trino, disk):
    with opened(small_folder, trino.url, {"warehouse": (disk / "lake").as_uri()}) as mesh:
        yield mesh


@pytest.mark.parametrize("engine", ["remote", "embedded"])
def test_a_statement_that_fills_the_disk_changes_nothing(shop, disk, engine):
    before = shop.parts.home.snapshot(ORDERS)
    fill(disk, left=200_000)
    with pytest.raises(StorageError) as caught:
        shop.query(MANY, engine=engine)
    assert "no room left" in str(caught.value)
    assert shop.parts.home.snapshot(ORDERS) == before
    assert shop.parts.engine(engine).tables("lake", "raw", shop.session) == ["orders"]
    assert shop.query("SELECT count(*) FROM lake.raw.orders", engine=engine).rows() == [(100,)]
    assert is_sound(shop)
    relieve(disk)
    smaller = MANY.replace(".many", ".fewer") + " WHERE c.id = 1"
    shop.query(smaller, engine=engine)
    assert shop.query("SELECT count(*) FROM lake.raw.fewer").rows() == [(10_000,)]
    assert is_sound(shop)


def test_a_promotion_onto_a_full_disk_publishes_nothing_and_then_succeeds(shop, disk):
    fill(disk, left=0)
    with pytest.raises(NotebookError) as caught:
        shop.promote("shop/orders")
    assert "the disk is full" in caught.value.message
    assert shop.releases("shop/orders") == []
    assert is_sound(shop)
    relieve(disk)
    assert str(shop.promote("shop/orders").version) == "1.0.0"
    assert totals(shop) == totals(shop, "embedded") == TOTALS
    assert is_sound(shop)
