"""A data product's ports by name."""

import pytest

from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.contract import Contract
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.product import DataProduct, OutputPort


@pytest.fixture
def product():
    ports = [
        OutputPort(name, TableName("lake", "aviation_delays", name), Contract(name, ()))
        for name in ("carriers", "routes")
    ]
    name = ProductName("aviation", "delays")
    return DataProduct(name, "/p", "/p/delays.ipynb", (), tuple(ports))


def test_a_port_is_found_by_its_name(product):
    assert product.output("routes").contract.id == "routes"


def test_an_unknown_port_offers_the_nearest(product):
    with pytest.raises(NameNotFound, match="Did you mean carriers"):
        product.output("carrier")
