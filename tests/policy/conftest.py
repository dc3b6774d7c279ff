"""Plans, results and products to be judged."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jupyter_mesh.formats.odcs import read_contract
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.product import DataProduct, OutputPort
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import Plan, PortSnapshot, Release
from jupyter_mesh.model.tables import Snapshot
from jupyter_mesh.model.versions import Change, Version, VersionDecision

NAME = ProductName("aviation", "delays")
TABLE = TableName("lake", "aviation_delays", "carriers")


PROMISE = """
apiVersion: v3.1.0
kind: DataContract
id: 4a6fb0b6-6a4e-5b8e-9a0c-000000000002
version: {version}
status: active
description:
  purpose: Delays.
schema:
  - name: carriers
    properties:
"""
COLUMN = """
      - name: {name}
        logicalType: string
        physicalType: varchar
        description: Code.
"""


def promise(version, *names):
    """A contract's file with text columns of these names."""
    columns = "".join(COLUMN.format(name=name) for name in names)
    return PROMISE.lstrip().format(version=version).rstrip() + columns


class Case:
    """A plan of one product with one port, to be varied."""

    def __init__(self, folder):
        self.notebook = folder / "delays.ipynb"
        self.cells("x = 1")
        contract = read_contract(promise("1.0.0", "carrier"), "carriers.odcs.yaml", "carriers")
        port = OutputPort("carriers", TABLE, contract)
        self.product = DataProduct(
            NAME, str(folder), str(self.notebook), (), (port,), owner="Ana Reyes"
        )
        self.version = Version(1, 0, 0)
        self.change = VersionDecision(Change.NONE)
        self.previous = None
        self.parameters = {}

    def cells(self, *sources):
        """Write the notebook."""
        cells = [{"cell_type": "code", "source": source} for source in sources]
        self.notebook.write_text(json.dumps({"nbformat": 4, "cells": cells}))

    def product_with(self, **more):
        self.product = replace(self.product, **more)

    def contract_with(self, **more):
        (port,) = self.product.outputs
        contract = replace(port.contract, **more)
        self.product_with(outputs=(replace(port, contract=contract),))

    def promises(self, version, *names):
        """The contract's file says this now."""
        text = promise(version, *names)
        (port,) = self.product.outputs
        contract = read_contract(text, "carriers.odcs.yaml", "carriers")
        self.product_with(outputs=(replace(port, contract=contract),))

    def released(self, version, contract=""):
        """There was a release before."""
        contract = contract or promise("1.0.0", "carrier")
        snapshot = Snapshot(TABLE, "file:///m", "u", 1, 0, 1, ())
        self.previous = Release(
            NAME,
            Version.parse(version),
            datetime(2024, 1, 1, tzinfo=UTC),
            Actor("ann"),
            (PortSnapshot("carriers", snapshot, contract=contract),),
        )

    def changed(self, change, *reasons):
        """The contracts differ by this much."""
        self.change = VersionDecision(change, reasons)

    @property
    def plan(self):
        return Plan(
            self.product,
            Actor("ann"),
            self.version,
            self.change,
            (),
            parameters=self.parameters,
            previous=self.previous,
        )


@pytest.fixture(name="promise")
def _promise():
    return promise


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


@pytest.fixture
def result():
    """A result of the port carriers."""

    def make(outcome=Outcome.PASSED, message="carrier is null in 3 of 9 rows.", **more):
        return CheckResult("carriers", "carrier-present", outcome, message, **more)

    return make
