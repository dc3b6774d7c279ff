"""The whole road on a Trino server: the same mesh, the same answers, the same release."""

from dataclasses import replace

import pytest

from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.health import Health
from jupyter_mesh.testing import servers

pytestmark = pytest.mark.long
ENGINES = """
engine: remote
engines:
  remote:
    kind: trino
    url: {url}
    catalogs:
      lake: {lake}
"""


@pytest.fixture(scope="module")
def trino():
    with servers.trino() as service:
        yield service


@pytest.fixture
def remote(small_folder, trino):
    """The small mesh, with a cluster for its engine."""
    settings = small_folder / "mesh.yaml"
    lake = f"lake_{abs(hash(str(small_folder)))}"
    settings.write_text(settings.read_text() + ENGINES.format(url=trino.url, lake=lake))
    with Mesh.open(small_folder) as mesh:
        mesh.land(small_folder / "orders.csv", "lake.raw.orders")
        yield mesh
        mesh.parts.engine("remote").server.rows(f"DROP CATALOG IF EXISTS {lake}")


def test_a_notebook_is_promoted_on_a_cluster_and_read_by_both_engines(remote):
    release = remote.promote("shop/orders")
    assert str(release.version) == "1.0.0"
    assert {check.outcome.value for check in release.checks} == {"passed"}
    rows = sorted(remote.read("shop/orders@1.0.0").rows())
    sql = "SELECT * FROM lake.shop_orders.orders ORDER BY 1"
    for engine in ("remote", "embedded"):
        result = remote.query(sql, engine=engine)
        assert result.rows() == rows
        assert result.stats.engine == {"remote": "trino"}.get(engine, engine)
    tagged = "SELECT count(*) FROM lake.shop_orders.orders FOR VERSION AS OF 'v1.0.0'"
    assert remote.query(tagged).rows() == [(3,)]
    reads = {str(pin.table) for pin in release.inputs}
    assert "lake.raw.orders" in reads


def test_a_refused_promotion_leaves_nothing_on_the_cluster(remote):
    from jupyter_mesh.errors import PromotionRefused

    remote.promote("shop/orders")
    with pytest.raises(PromotionRefused) as caught:
        remote.promote("shop/orders", {"spoil": 2})
    assert caught.value.rows
    assert [str(one.version) for one in remote.releases("shop/orders")] == ["1.0.0"]
    remote.close()
    with Mesh.open(remote.parts.settings.root) as again:
        open_ones = {branch.name for branch in again.parts.home.branches()}
        assert not any("draft" not in name and "-" not in name for name in open_ones)


def test_a_product_chooses_its_engine(remote, small_folder):
    path = small_folder / "products" / "shop" / "orders" / "product.odps.yaml"
    text = path.read_text()
    path.write_text(
        text.replace("notebook: orders.ipynb", "notebook: orders.ipynb\n      engine: remote")
    )
    settings = replace(remote.parts.settings, engine="embedded")
    remote.parts.settings = settings
    remote.promote("shop/orders")
    queries = [entry for entry in remote.parts.home.audit() if entry.action == "query"]
    assert queries
    assert remote.parts.engine("remote").health(remote.session)[0].health is Health.GOOD


def test_an_earlier_state_is_read_on_the_cluster_as_here(remote, small_folder):
    remote.promote("shop/orders")
    (small_folder / "more.csv").write_text("id,customer,amount\n1,0,1.00\n")
    remote.land(small_folder / "more.csv", "lake.raw.orders")
    remote.promote("shop/orders")
    remote.as_of("shop/orders@1.0.0")
    sql = "SELECT * FROM lake.shop_orders.orders ORDER BY 1"
    then = remote.query(sql).rows()
    assert then == remote.query(sql, engine="embedded").rows()
    assert len(then) == 3
    remote.as_of("now")
    assert len(remote.query(sql).rows()) == 1


def test_the_doctor_looks_at_the_cluster_too(remote):
    found = {one.subject: one for one in remote.doctor()}
    assert found["engine trino"].text
    assert all(one.health is not Health.BAD for one in found.values())
