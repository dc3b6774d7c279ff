"""The Trino engine on a real server: it behaves as an engine, over the very same tables."""

import pytest

from jupyter_mesh.testing import servers
from jupyter_mesh.testing.engine_suite import EngineSuite
from jupyter_mesh.testing.lakes import trino_engine

pytestmark = pytest.mark.long


@pytest.fixture(scope="session")
def trino():
    with servers.trino() as service:
        yield service


@pytest.fixture(scope="module")
def example(trino, tmp_path_factory):
    with trino_engine(tmp_path_factory.mktemp("trino"), trino.url) as example:
        yield example


class TestTrinoEngine(EngineSuite):
    """The Trino engine behaves as an engine."""
