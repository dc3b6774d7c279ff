"""A catalog of mesh.yaml that the server cannot make, or whose source is away."""

from uuid import uuid4

import pytest
from ruamel.yaml import YAML

from jupyter_mesh.errors import ConfigError, EngineUnavailable, MeshError, StorageError
from jupyter_mesh.model.health import Health
from tests.faults.conftest import is_sound, opened

pytestmark = pytest.mark.long
SALES = {
    "type": "postgresql",
    "host": "127.0.0.1",
    "port": 9,
    "database": "sales",
    "user": "ana",
    "password": "${env:SHOP_PASSWORD}",
}


@pytest.fixture
def ill():
    return f"sales_{uuid4().hex[:8]}"


@pytest.fixture(params=["Environment variable is not set", "Connection to 127.0.0.1:9 refused"])
def cause(request):
    return request.param


@pytest.fixture
def shop(cause, ill, small_folder, trino):
    """The small mesh and sales: the server has no secret for it, or nobody answers there."""
    yaml, path = YAML(), small_folder / "mesh.yaml"
    said = yaml.load(path)
    said["catalogs"][ill] = {**SALES}
    if cause.startswith("Connection"):
        del said["catalogs"][ill]["password"]
    with path.open("w") as stream:
        yaml.dump(said, stream)
    with opened(small_folder, trino.url) as mesh:
        yield mesh
        mesh.parts.engine("remote").server.rows(f"DROP CATALOG IF EXISTS {ill}")


def test_a_catalog_that_is_ill_is_named_and_stops_no_other(shop, ill, cause):
    assert shop.query("SELECT count(*) FROM lake.raw.orders").rows() == [(100,)]
    with pytest.raises(MeshError) as caught:
        shop.query(f"SELECT * FROM {ill}.public.orders")
    assert isinstance(caught.value, ConfigError | StorageError)
    assert not isinstance(caught.value, EngineUnavailable)
    assert caught.value.remedy
    told = [one for one in shop.doctor() if one.subject == f"catalog {ill} on trino"]
    assert [one.health for one in told] == [Health.BAD]
    assert told[0].remedy == caught.value.remedy
    assert cause in told[0].text
    assert cause in caught.value.message
    shop.query("CREATE TABLE lake.raw.copy AS SELECT * FROM lake.raw.orders")
    assert shop.query("SELECT count(*) FROM lake.raw.copy").rows() == [(100,)]
    assert is_sound(shop)
