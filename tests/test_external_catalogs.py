"""A team that has a lakehouse already: the whole road over catalogs that others keep."""

from contextlib import contextmanager
from datetime import timedelta
from textwrap import dedent

import pytest

from jupyter_mesh.catalog.gateway import listener_of
from jupyter_mesh.catalog.gateway_access import Right
from jupyter_mesh.catalog.gateway_tokens import Tokens
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.catalog.rest_client import RestClient
from jupyter_mesh.catalog.rest_publishing import RestPublisher
from jupyter_mesh.errors import AccessDenied, ConflictError, PromotionRefused, StorageError
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.health import Health
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import BranchState, Session
from jupyter_mesh.settings import IcebergSettings, SecretStore
from jupyter_mesh.testing import servers

CATALOG = """
name: shop
catalogs:
  lake:
    type: iceberg-rest
{lake}
  crm:
    type: sqlite
    path: crm.sqlite
"""


@contextmanager
def gateway(folder, patch):
    """Our own gateway, which somebody else runs over a lake of theirs."""
    settings = IcebergSettings(f"sqlite:///{folder}/theirs.db", f"file://{folder}/theirs")
    lake = Lake("theirs", settings, SecretStore())
    tokens = Tokens("theirs", lake.database)
    token = tokens.issue("us", [Right.parse("write:theirs")], timedelta(hours=1)).text
    patch.setenv("THEIR_TOKEN", token)
    listener = listener_of({"theirs": lake}, tokens)
    listener.start()
    try:
        yield {
            "uri": listener.url,
            "warehouse": "theirs",
            "token": "${env:THEIR_TOKEN}",
        }
    finally:
        listener.stop()
        lake.close()


@contextmanager
def one_at_a_time(folder, patch):
    """The same, when it says nothing of changing several tables at once."""
    patch.setattr(RestClient, "has_transactions", False)
    with gateway(folder, patch) as place:
        yield place


@pytest.fixture(scope="module")
def shared_nessie():
    with servers.moto() as store, servers.nessie(store) as service:
        yield store, service


@pytest.fixture(params=["gateway", "one at a time", "nessie"])
def theirs(request, small_folder, monkeypatch):
    """What mesh.yaml says of the lake, which is there and empty."""
    if request.param == "nessie":
        store, service = request.getfixturevalue("shared_nessie")
        monkeypatch.setenv("THEIR_KEY", str(store.facts["access_key"]))
        monkeypatch.setenv("THEIR_SECRET", str(store.facts["secret_key"]))
        storage = {
            "endpoint": store.facts["endpoint"],
            "region": store.facts["region"],
            "access_key": "${env:THEIR_KEY}",
            "secret_key": "${env:THEIR_SECRET}",
        }
        yield {
            "uri": service.facts["uri"],
            "flavour": "nessie",
            "warehouse": service.facts["warehouse"],
            "storage": storage,
        }
        return
    with {"gateway": gateway, "one at a time": one_at_a_time}[request.param](
        small_folder, monkeypatch
    ) as place:
        yield place


@pytest.fixture
def folder(small_folder, theirs):
    import json

    lines = [f"    {key}: {json.dumps(value)}" for key, value in theirs.items()]
    text = CATALOG.format(lake="\n".join(lines))
    (small_folder / "mesh.yaml").write_text(dedent(text).lstrip())
    return small_folder


@pytest.fixture
def mesh(folder):
    with Mesh.open(folder) as mesh:
        yield mesh


@pytest.fixture
def other(folder, tmp_path_factory):
    """Another mesh over the same lakehouse, which knows nothing of the first one's records."""
    elsewhere = tmp_path_factory.mktemp("other")
    (elsewhere / "mesh.yaml").write_text((folder / "mesh.yaml").read_text())
    with Mesh.open(elsewhere) as mesh:
        yield mesh


class Killed(BaseException):
    """What a process that is killed does not live to see."""


PAIR = tuple(TableName("lake", "pair", name) for name in ("east", "west"))


def stage(mesh, run, number):
    """Both tables on a branch, with the number in each; the branch's name."""
    lake = mesh.parts.home
    branch = lake.open_branch(run, None, PAIR).name
    session = Session(Actor("ana"), "lake", "pair", branch=branch)
    engine = mesh.parts.engine()
    lake.create_schema("pair", branch)
    for table in PAIR:
        lake.drop(table, branch) if table.table in lake.tables("pair", branch) else None
        engine.query(f"CREATE TABLE {table.table} AS SELECT {number} AS n", session).rows()
    return branch


def numbers(mesh):
    """What readers of the lakehouse see in both tables."""
    return [mesh.query(f"SELECT n FROM {table} ORDER BY 1").rows() for table in PAIR]


def test_a_notebook_becomes_a_release_there_and_is_read_by_version(mesh, folder):
    mesh.land(folder / "orders.csv", "lake.raw.orders")
    assert mesh.query("SELECT count(*) FROM lake.raw.orders").rows() == [(100,)]
    assert [entry.name for entry in mesh.browse("lake")] == ["lake.raw"]
    first = mesh.promote("shop/orders")
    assert str(first.version) == "1.0.0"
    rows = sorted(mesh.read("shop/orders@1.0.0").rows())
    assert sorted(mesh.query("SELECT * FROM lake.shop_orders.orders").rows()) == rows

    mesh.query("DELETE FROM lake.raw.orders WHERE id > 50")
    second = mesh.promote("shop/orders")
    assert second.version != first.version
    newer = sorted(mesh.read("shop/orders").rows())
    assert newer != rows
    assert sorted(mesh.read("shop/orders@1.0.0").rows()) == rows
    tagged = "SELECT * FROM lake.shop_orders.orders FOR VERSION AS OF 'v1.0.0'"
    assert sorted(mesh.query(tagged).rows()) == rows

    back = mesh.rollback("shop/orders", "1.0.0")
    assert back.kind == "rollback"
    assert sorted(mesh.query("SELECT * FROM lake.shop_orders.orders").rows()) == rows


def test_a_refused_promotion_leaves_readers_where_they_were(mesh, folder):
    mesh.land(folder / "orders.csv", "lake.raw.orders")
    mesh.promote("shop/orders")
    before = mesh.query("SELECT * FROM lake.shop_orders.orders").rows()
    with pytest.raises(PromotionRefused):
        mesh.promote("shop/orders", parameters={"spoil": 1})
    assert mesh.query("SELECT * FROM lake.shop_orders.orders").rows() == before
    assert [str(release.version) for release in mesh.releases("shop/orders")] == ["1.0.0"]


def test_whoever_was_faster_is_not_overwritten_and_a_second_run_goes_through(mesh, other):
    mesh.parts.home.merge(stage(mesh, "first", 1))
    late = stage(mesh, "late", 2)
    other.query("INSERT INTO lake.pair.west VALUES 3")
    with pytest.raises(ConflictError):
        mesh.parts.home.merge(late)
    # Of two tables, neither: also where the catalog changes one at a time.
    assert numbers(mesh) == [[(1,)], [(1,), (3,)]]
    mesh.parts.home.abandon(late)
    mesh.parts.home.merge(stage(mesh, "again", 4))
    assert numbers(other) == [[(4,)], [(4,)]]


def test_what_a_killed_process_had_published_is_recorded_by_the_next(mesh, folder, monkeypatch):
    mesh.parts.home.merge(stage(mesh, "first", 1))
    branch = stage(mesh, "killed", 2)

    def killed(*_arguments):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(RestPublisher, "_complete", killed)
        with pytest.raises(Killed):
            mesh.parts.home.merge(branch)
    assert mesh.parts.home.branch(branch).state is BranchState.OPEN
    with Mesh.open(folder) as later:
        later.parts.home.sweep()
        assert later.parts.home.branch(branch).state is BranchState.PUBLISHED
        assert numbers(later) == [[(2,)], [(2,)]]


def test_a_process_killed_before_the_catalog_heard_of_it_has_changed_nothing(
    mesh, folder, monkeypatch
):
    mesh.parts.home.merge(stage(mesh, "first", 1))
    branch = stage(mesh, "killed", 2)

    def killed(*_arguments):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(RestPublisher, "_carried_out", killed)
        with pytest.raises(Killed):
            mesh.parts.home.merge(branch)
    with Mesh.open(folder) as later:
        later.parts.home.sweep()
        assert later.parts.home.branch(branch).state is BranchState.OPEN
        assert numbers(later) == [[(1,)], [(1,)]]
        later.parts.home.merge(branch)
        assert numbers(later) == [[(2,)], [(2,)]]


def test_an_answer_that_was_lost_is_looked_up(mesh, monkeypatch):
    mesh.parts.home.merge(stage(mesh, "first", 1))
    branch = stage(mesh, "lost", 2)
    sent, lost = RestClient._sent, []

    def swallowed(client, method, address, query, body):
        answer = sent(client, method, address, query, body)
        is_change = method == "PUT" or "commit" in address or "/tables/" in address
        if method != "GET" and is_change and "history" not in address and not lost:
            lost.append(address)
            raise client._lost()
        return answer

    monkeypatch.setattr(RestClient, "_sent", swallowed)
    mesh.parts.home.merge(branch)
    assert lost
    assert numbers(mesh) == [[(2,)], [(2,)]]
    assert mesh.parts.home.branch(branch).state is BranchState.PUBLISHED


def test_the_doctor_says_which_guarantee_holds(mesh, theirs, request):
    said = [one for one in mesh.doctor() if one.subject == "catalog lake"]
    assert {one.health for one in said} == {Health.GOOD}
    guarantee = next(one.text for one in said if one.text.startswith("guarantee:"))
    kind = request.node.callspec.params["theirs"]
    expected = {"gateway": "in one request", "one at a time": "one after the other"}
    assert expected.get(kind, "assignment of Nessie's branch main") in guarantee
    assert any(theirs["uri"] in one.text for one in said)


def test_nothing_in_their_store_is_garbage_of_ours(mesh, folder):
    mesh.land(folder / "orders.csv", "lake.raw.orders")
    mesh.parts.home.abandon(stage(mesh, "given-up", 1))
    report = mesh.gc(older_than=timedelta(0))
    assert (report.removed, report.files) == (0, ())
    assert mesh.query("SELECT count(*) FROM lake.raw.orders").rows() == [(100,)]
    assert mesh.fsck() == []


def test_a_wrong_token_and_an_address_of_nobody_are_told(folder, theirs, monkeypatch):
    if "token" in theirs:
        monkeypatch.setenv("THEIR_TOKEN", "wrong-and-secret")
        with Mesh.open(folder) as mesh, pytest.raises(AccessDenied) as refused:
            mesh.query("SELECT 1 FROM lake.raw.orders")
        assert "wrong-and-secret" not in f"{refused.value} {refused.value.remedy}"
    settings = folder / "mesh.yaml"
    settings.write_text(settings.read_text().replace(theirs["uri"], "http://127.0.0.1:9/x"))
    with Mesh.open(folder) as mesh, pytest.raises(StorageError, match="nobody answers"):
        mesh.query("SELECT 1 FROM lake.raw.orders")


@pytest.fixture(scope="module")
def cluster():
    """A Trino that knows the keys of the store."""
    with servers.trino() as service:
        yield service


@pytest.mark.long
@pytest.mark.parametrize("theirs", ["nessie"], indirect=True)
def test_a_cluster_writes_branches_of_it_and_reads_what_was_published(folder, cluster):
    settings = folder / "mesh.yaml"
    engines = f"engine: remote\nengines:\n  remote: {{kind: trino, url: '{cluster.url}'}}\n"
    settings.write_text(settings.read_text() + engines)
    with Mesh.open(folder) as mesh:
        mesh.land(folder / "orders.csv", "lake.raw.orders")
        assert mesh.query("SELECT count(*) FROM lake.raw.orders").rows() == [(100,)]
        mesh.query("CREATE TABLE lake.raw.few AS SELECT * FROM lake.raw.orders WHERE id < 4")
        for engine in ("remote", "embedded"):
            result = mesh.query("SELECT id FROM lake.raw.few ORDER BY 1", engine=engine)
            assert [row[0] for row in result.rows()] == [1, 2, 3]
        assert str(mesh.promote("shop/orders").version) == "1.0.0"
        rows = sorted(mesh.read("shop/orders@1.0.0").rows())
        for engine in ("remote", "embedded"):
            sql = "SELECT * FROM lake.shop_orders.orders FOR VERSION AS OF 'v1.0.0'"
            assert sorted(mesh.query(sql, engine=engine).rows()) == rows
        mesh.parts.engine("remote").server.rows("DROP CATALOG IF EXISTS lake")
