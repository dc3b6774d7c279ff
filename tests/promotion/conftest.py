from dataclasses import dataclass, field, replace

import pytest

from jupyter_mesh.formats.odcs import read_contract
from jupyter_mesh.model.contract import Column, Contract
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.product import DataProduct, InputPort, OutputPort
from jupyter_mesh.model.types import BIGINT
from jupyter_mesh.promotion.plan import make_plan
from jupyter_mesh.promotion.promote import Promoter
from jupyter_mesh.testing.fake_catalog import Calls, FakeCatalog
from jupyter_mesh.testing.fakes import FakeAnnouncer, FakeChecker, FakeGate, FakeRunner

NAME = ProductName("aviation", "delays")
ANA = Actor("ana")
RAW = TableName("lake", "raw", "flights")


def odcs(port, *columns, version="1.0.0"):
    lines = [
        "apiVersion: v3.1.0",
        "kind: DataContract",
        f"id: {port}",
        f"version: {version}",
        "status: active",
        "schema:",
        f"  - name: {port}",
        "    properties:",
    ]
    for name, kind in columns:
        lines += [
            f"      - name: {name}",
            f"        physicalType: {kind}",
            f"        logicalType: {'integer' if kind == 'bigint' else 'string'}",
        ]
    return "\n".join(lines) + "\n"


def port(name, *columns):
    columns = columns or (("id", "bigint"),)
    text = odcs(name, *columns)
    contract = read_contract(text, f"{name}.odcs.yaml", name)
    return OutputPort(name, TableName("lake", NAME.schema, name), contract)


def plain_port(name):
    """A port whose contract has no file: enough where versions are not looked at."""
    contract = Contract(name, (Column("id", BIGINT),), text=f"id: {name}")
    return OutputPort(name, TableName("lake", NAME.schema, name), contract)


def product(*outputs, **changes):
    outputs = outputs or (plain_port("carriers"), plain_port("routes"))
    found = DataProduct(
        NAME,
        "/mesh/products/aviation/delays",
        "/mesh/products/aviation/delays/delays.ipynb",
        (InputPort("flights", RAW),),
        outputs,
        owner="ana",
        files={"product.odps.yaml": "kind: DataProduct\n"},
    )
    return replace(found, **changes)


@dataclass
class Stage:
    """Every collaborator of a promotion as a fake, writing to one list of calls."""

    calls: Calls = field(default_factory=Calls)

    def __post_init__(self):
        self.catalog = FakeCatalog(self.calls)
        self.runner = FakeRunner(self.catalog, self.calls)
        self.checker = FakeChecker(self.calls)
        self.gates = [FakeGate(name="checks", calls=self.calls)]
        self.announcers = [FakeAnnouncer("tags", self.calls), FakeAnnouncer(calls=self.calls)]
        self.progress = []

    @property
    def promoter(self):
        return Promoter(self.runner, self.catalog, self.checker, self.gates, self.announcers)

    def plan(self, *args, **kwargs):
        return make_plan(args[0] if args else product(), self.catalog, ANA, **kwargs)

    def promote(self, plan=None, **kwargs):
        tell = kwargs.pop("tell", self.progress.append)
        return self.promoter.promote(
            plan or self.plan(), {"MESH_PATH": "/mesh"}, tell, **kwargs
        )

    @property
    def made(self):
        return self.calls.made

    def state(self):
        """The newest run as the catalog remembers it."""
        return self.catalog.runs()[0]


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def make_port():
    return port


@pytest.fixture
def make_product():
    return product
