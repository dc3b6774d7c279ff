import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.product import DataProduct
from jupyter_mesh.model.runs import Plan
from jupyter_mesh.model.versions import Change, Version, VersionDecision

KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}


def code(source, *tags):
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def text(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


@dataclass
class Bench:
    """A folder with one notebook, and what is needed to plan its run."""

    folder: Path

    def write(self, *cells, name="work.ipynb", **metadata):
        nodes = [code(cell) if isinstance(cell, str) else cell for cell in cells]
        node = {
            "cells": nodes,
            "metadata": KERNEL | metadata,
            "nbformat": 4,
            "nbformat_minor": 4,
        }
        path = self.folder / name
        path.write_text(json.dumps(node), encoding="utf-8")
        return path

    def product(self, path, inputs=(), outputs=()):
        name = ProductName("aviation", "delays")
        return DataProduct(name, str(self.folder), str(path), tuple(inputs), tuple(outputs))

    def plan(self, path, **parameters):
        product = self.product(path)
        decision = VersionDecision(Change.NONE, ("first release",))
        return Plan(product, Actor("ana"), Version(1, 0, 0), decision, (), parameters)


@pytest.fixture
def bench(tmp_path):
    folder = tmp_path / "products"
    folder.mkdir()
    return Bench(folder)


@pytest.fixture
def make_code():
    return code


@pytest.fixture
def make_text():
    return text
