"""Fixtures for tests of the whole: a small mesh with real parts and one product."""

import json
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from textwrap import dedent

import pytest

PRODUCT = """
apiVersion: v1.0.0
kind: DataProduct
id: 4a6fb0b6-6a4e-5b8e-9a0c-000000000001
name: orders
domain: shop
status: active
description:
  purpose: What customers ordered, by country.
team:
  name: shop
  members:
    - username: ana
      role: owner
outputPorts:
  - name: orders
    version: 1.0.0
    description: Orders and revenue by country.
    contractId: 4a6fb0b6-6a4e-5b8e-9a0c-000000000002
customProperties:
  - property: jupyterMesh
    value:
      notebook: orders.ipynb
"""
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: 4a6fb0b6-6a4e-5b8e-9a0c-000000000002
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - name: country
        logicalType: string
        physicalType: varchar
        description: ISO code of the country.
        required: true
        unique: true
      - name: orders
        logicalType: integer
        physicalType: bigint
        description: How many orders.
      - name: revenue
        logicalType: number
        physicalType: decimal(12,2)
        description: What they were worth.
"""
CELLS = [
    ("parameters", "spoil = 0\n"),
    ("", "%load_ext jupyter_mesh"),
    (
        "",
        "%%mesh --into totals\nSELECT c.country, count(*) AS orders,"
        " CAST(sum(o.amount) AS decimal(12,2)) AS revenue\n"
        "FROM lake.raw.orders AS o JOIN crm.main.customers AS c ON c.id = o.customer\n"
        "GROUP BY c.country",
    ),
    ("", "frame = totals.df()\nframe.loc[frame.index < spoil, 'country'] = None"),
    ("", "mesh.stage('orders', frame)"),
]
GATE = """
import pathlib, time
for _turn in range(1200):
    if pathlib.Path({path!r}).exists():
        break
    time.sleep(0.1)
else:
    raise TimeoutError("nobody opened the gate")
"""
ORDERS = "id,customer,amount\n" + "".join(
    f"{number},{number % 5},{number * 1.25:.2f}\n" for number in range(1, 101)
)


def pytest_collection_modifyitems(items):
    """Files of long tests go first, so that no worker is left alone with them at the end."""
    long = Counter(item.path for item in items if item.get_closest_marker("long"))
    items.sort(key=lambda item: -long[item.path])


def notebook(cells):
    """A notebook of code cells, each with its tag."""
    return json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {"tags": [tag]} if tag else {},
                    "source": source,
                    "execution_count": None,
                    "outputs": [],
                }
                for number, (tag, source) in enumerate(cells, 1)
            ],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def laid_out(folder):
    """The files of a mesh: one lake, one SQLite database, the product shop/orders."""
    product = folder / "products" / "shop" / "orders"
    (product / "contracts").mkdir(parents=True)
    (product / "product.odps.yaml").write_text(PRODUCT.lstrip())
    (product / "contracts" / "orders.odcs.yaml").write_text(CONTRACT.lstrip())
    (product / "orders.ipynb").write_text(notebook(CELLS))
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "mesh.yaml").write_text(
        dedent(
            """
            name: shop
            catalogs:
              lake:
                type: iceberg
              crm:
                type: sqlite
                path: crm.sqlite
            """
        ).lstrip()
    )
    with closing(sqlite3.connect(folder / "crm.sqlite")) as database, database:
        database.execute("CREATE TABLE customers (id INTEGER, country TEXT)")
        database.executemany(
            "INSERT INTO customers VALUES (?, ?)",
            [(0, "DE"), (1, "FR"), (2, "DE"), (3, "IT"), (4, "FR")],
        )
    return folder


def entered(folder, patch):
    """Work in a mesh's folder, as ana."""
    patch.chdir(folder)
    patch.delenv("MESH_PATH", raising=False)
    patch.setenv("MESH_USER", "ana")
    return folder


@pytest.fixture
def small_folder(tmp_path, monkeypatch):
    """The files of a small mesh in which nothing was done yet."""
    return entered(laid_out(tmp_path), monkeypatch)


class Gate:
    """A gate in a notebook: its run waits there until a test lets it through."""

    def __init__(self, path):
        self._path = path
        self.code = GATE.format(path=str(path))

    def stand_in(self, folder):
        """Wait in the cell before the one that stages."""
        path = folder / "products" / "shop" / "orders" / "orders.ipynb"
        document = json.loads(path.read_text())
        document["cells"][3]["source"] += self.code
        path.write_text(json.dumps(document))

    def open(self):
        self._path.touch()


@pytest.fixture
def gate(tmp_path_factory):
    return Gate(tmp_path_factory.mktemp("gate") / "open")


@pytest.fixture(scope="session")
def first_release(tmp_path_factory):
    """That mesh with its orders landed and one release, and a copy to put it back from.

    A catalog tells where its files are, so that it cannot be used in another place.
    """
    from jupyter_mesh.mesh import Mesh

    folder = laid_out(tmp_path_factory.mktemp("released"))
    with pytest.MonkeyPatch.context() as patch, Mesh.open(entered(folder, patch)) as mesh:
        mesh.land(folder / "orders.csv", "lake.raw.orders")
        mesh.promote("shop/orders")
    return folder, shutil.copytree(folder, tmp_path_factory.mktemp("copy") / "mesh")


@pytest.fixture
def released(first_release, monkeypatch):
    """The folder of that mesh with one release, as it was made."""
    folder, copy = first_release
    shutil.rmtree(folder)
    return entered(shutil.copytree(copy, folder), monkeypatch)


@pytest.fixture
def small_mesh(small_folder):
    """That mesh, open, with its orders landed."""
    from jupyter_mesh.mesh import Mesh

    with Mesh.open(small_folder) as mesh:
        mesh.land(small_folder / "orders.csv", "lake.raw.orders")
        yield mesh


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory):
    """The demonstration's mesh, made once: treat it as read-only, or copy it."""
    from jupyter_mesh.demo import tell_story

    folder = tmp_path_factory.mktemp("demo") / "mesh"
    lines = list(tell_story(folder, lambda _progress: None))
    assert len(lines) == 4
    return folder
