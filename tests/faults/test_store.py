"""An object store that is slow, and fails one request in twenty."""

from uuid import uuid4

import boto3
import pytest

from jupyter_mesh.errors import StorageError
from jupyter_mesh.model.names import TableName
from jupyter_mesh.stack.storage import ACCESS_KEY, SECRET_KEY
from jupyter_mesh.testing import servers
from tests.faults.conftest import TOTALS, is_sound, opened, totals
from tests.faults.roads import Store

pytestmark = pytest.mark.long
ORDERS = TableName("lake", "raw", "orders")
SICK = {"every": 20, "delay": 0.02}
COPY = "CREATE TABLE lake.raw.{} AS SELECT o.*, o.id * 2 AS twice FROM lake.raw.orders AS o"
SUMS = "SELECT count(*), sum(twice), sum(amount) FROM lake.raw.{}"


@pytest.fixture(scope="module")
def store():
    with servers.moto() as service:
        store = Store(service.facts["endpoint"])
        yield store
        store.close()


@pytest.fixture
def shop(small_folder, trino, store):
    bucket = f"lake-{uuid4().hex[:12]}"
    keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
    where = {"endpoint_url": store.url, "region_name": "us-east-1"}
    boto3.client("s3", **where, **keys).create_bucket(Bucket=bucket)
    storage = {
        "endpoint": store.url,
        "region": "us-east-1",
        "access_key": "${env:SHOP_ACCESS_KEY}",
        "secret_key": "${env:SHOP_SECRET_KEY}",
    }
    lake = {"warehouse": f"s3://{bucket}/shop", "storage": storage}
    with opened(small_folder, trino.url, lake) as mesh:
        yield mesh


@pytest.mark.parametrize("engine", ["remote", "embedded"])
def test_what_is_written_to_a_sick_store_is_right(shop, store, engine):
    ((amount,),) = shop.query("SELECT sum(amount) FROM lake.raw.orders").rows()
    failed = store.failed
    with store.ill(**SICK):
        while store.failed < failed + 3:
            name = f"copy_{uuid4().hex[:8]}"
            shop.query(COPY.format(name), engine=engine)
            rows = shop.query(SUMS.format(name), engine=engine).rows()
            assert [tuple(row) for row in rows] == [(100, 10100, amount)]
    assert is_sound(shop)


@pytest.mark.parametrize("engine", ["remote", "embedded"])
def test_a_promotion_over_a_sick_store_is_published(shop, store, engine):
    run_by(shop, engine)
    failed = store.failed
    with store.ill(**SICK):
        release = shop.promote("shop/orders")
    assert store.failed > failed
    assert str(release.version) == "1.0.0"
    assert totals(shop) == totals(shop, "embedded") == TOTALS
    assert is_sound(shop)


@pytest.mark.parametrize("engine", ["remote", "embedded"])
def test_a_store_that_answers_nothing_leaves_main_as_it_was(shop, store, engine):
    before = shop.parts.home.snapshot(ORDERS)
    with store.ill(every=1), pytest.raises(StorageError) as caught:
        shop.query(COPY.format("lost"), engine=engine)
    assert caught.value.remedy
    assert shop.parts.home.snapshot(ORDERS) == before
    assert shop.parts.engine(engine).tables("lake", "raw", shop.session) == ["orders"]
    assert shop.query("SELECT count(*) FROM lake.raw.orders", engine=engine).rows() == [(100,)]
    assert is_sound(shop)


def run_by(mesh, engine):
    """Let the product's notebook and checks be answered by that engine."""
    path = mesh.parts.settings.root / "products" / "shop" / "orders" / "product.odps.yaml"
    path.write_text(path.read_text().replace(".ipynb", f".ipynb\n      engine: {engine}"))
