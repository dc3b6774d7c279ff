import inspect

import pytest

from jupyter_mesh import protocols
from jupyter_mesh.errors import NameNotFound, StorageError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session
from jupyter_mesh.model.types import BIGINT
from jupyter_mesh.testing import fake_catalog, fake_engine, fakes

CARRIERS = TableName("lake", "aviation_delays", "carriers")
ANA = Session(Actor("ana"))
PROTOCOLS = {
    name: found
    for name, found in vars(protocols).items()
    if inspect.isclass(found) and found.__module__ == protocols.__name__
}
FAKES = {
    "Catalog": fake_catalog.FakeCatalog,
    "Views": fake_catalog.FakeViews,
    "Engine": fake_engine.FakeEngine,
    "Gateway": fake_engine.FakeGateway,
    "Result": fake_engine.FakeResult,
    "NotebookRunner": fakes.FakeRunner,
    **{
        name: getattr(fakes, f"Fake{name}")
        for name in (
            "Announcer",
            "Checker",
            "Gate",
            "Listener",
            "Products",
            "Secrets",
            "Ticket",
        )
    },
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_protocol_has_a_fake_that_takes_the_same_calls(name):
    fake = FAKES[name]
    fields = getattr(fake, "__dataclass_fields__", {})
    for member, promised in vars(PROTOCOLS[name]).items():
        if member.startswith("_"):
            continue
        assert hasattr(fake, member) or member in fields, member
        if inspect.isfunction(promised):
            wanted = inspect.signature(promised).parameters
            given = inspect.signature(getattr(fake, member)).parameters
            assert list(wanted) == list(given), member


def test_a_call_that_is_to_fail_is_written_down_and_fails():
    calls = fake_catalog.Calls(failures={"publish": StorageError("full")})
    with pytest.raises(StorageError):
        calls.note("publish 1.0.0")
    calls.note("publishing")
    assert calls.made == ["publish 1.0.0", "publishing"]


def test_the_fake_catalog_hides_a_branch_until_it_is_merged():
    catalog = fake_catalog.FakeCatalog()
    branch = catalog.open_branch("r1", ProductName("aviation", "delays"), [CARRIERS]).name
    state = catalog.write(CARRIERS, branch, 3)
    with pytest.raises(NameNotFound):
        catalog.snapshot(CARRIERS)
    assert catalog.tables("aviation_delays", branch) == ["carriers"]
    catalog.merge(branch)
    assert catalog.snapshot(CARRIERS) == state
    assert catalog.branches() == []


def test_the_fake_engine_answers_what_it_was_given():
    answer = fake_engine.FakeResult((Column("n", BIGINT),), [(1,), (2,)])
    wrong = NameNotFound("table", "x")
    engine = fake_engine.FakeEngine({"SELECT n": answer, "SELECT x": wrong})
    assert engine.query("SELECT n", ANA).arrow().to_pylist() == [{"n": 1}, {"n": 2}]
    with pytest.raises(NameNotFound):
        engine.query("SELECT x", ANA)
    assert engine.calls.made == ["query SELECT n", "query SELECT x"]
