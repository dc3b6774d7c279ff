"""A real lake with sources beside it, seeded once for all tests of the engine."""

import pytest

from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session
from jupyter_mesh.testing.lakes import seeded

pytest.register_assert_rewrite("jupyter_mesh.testing.engine_suite")


@pytest.fixture
def session():
    return Session(Actor("ana"), catalog="lake", schema="raw")


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    with seeded(tmp_path_factory.mktemp("example")) as found:
        yield found
