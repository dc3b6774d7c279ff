"""A Jupyter Server with the extension, over a small real mesh; a token is always needed."""

import asyncio
import json

import pytest
from jupyter_server.auth import Authorizer, IdentityProvider, User
from pytest_jupyter.jupyter_server import *  # noqa: F403 - fixtures, for this folder alone
from tornado.httpclient import HTTPClientError
from traitlets.config import Config


class Reader(Authorizer):
    """Lets everybody look and nobody touch."""

    def is_authorized(self, handler, user, action, resource):
        return action == "read" and resource == "mesh"


class Named(IdentityProvider):
    """Knows people by a header."""

    def get_user(self, handler):
        name = handler.request.headers.get("X-Name")
        return User(name) if name else None


class Answer:
    """An answer, good or bad."""

    def __init__(self, response):
        self.status = response.code
        self.headers = response.headers
        self.content = response.body or b""

    @property
    def json(self):
        return json.loads(self.content)

    @property
    def error(self):
        return self.json["error"]


@pytest.fixture
def reader():
    return Reader


@pytest.fixture
def named():
    return Named


@pytest.fixture
def jp_server_config():
    return Config(
        {
            "ServerApp": {
                "jpserver_extensions": {
                    "jupyter_mesh": True,
                    # Its own routes do not pass the strict rules that ours are held to.
                    "jupyter_server_terminals": False,
                },
                "allow_unauthenticated_access": False,
            }
        }
    )


@pytest.fixture
def jp_root_dir(small_folder):
    return small_folder


@pytest.fixture
def house(jp_serverapp):
    """What the requests of the server share."""
    manager = jp_serverapp.extension_manager
    return manager.extension_points["jupyter_mesh"].app.house


@pytest.fixture
def ask(jp_fetch):
    """Ask a route: values go into the address, or into the body of a POST."""

    async def fetch(path, method="GET", headers=None, body=None, **values):
        how = {"method": method, "headers": dict(headers or {})}
        if method == "POST":
            how["body"] = json.dumps(values) if body is None else body
        else:
            how["params"] = values
        try:
            return Answer(
                await jp_fetch("mesh", "api", *path.split("/"), request_timeout=60, **how)
            )
        except HTTPClientError as error:
            return Answer(error.response)

    return fetch


@pytest.fixture
def landed(small_folder):
    """The mesh of the server, with its orders landed."""
    from jupyter_mesh.mesh import Mesh

    with Mesh.open(small_folder) as mesh:
        mesh.land(small_folder / "orders.csv", "lake.raw.orders")
    return small_folder


@pytest.fixture
def published(landed):
    """That mesh with one release of shop/orders."""
    from jupyter_mesh.mesh import Mesh

    with Mesh.open(landed) as mesh:
        return mesh.promote("shop/orders")


@pytest.fixture
def ended(ask):
    """Wait for the end of a promotion."""

    async def wait(job_id, seconds=90):
        for _turn in range(seconds * 5):
            job = (await ask(f"promotions/{job_id}")).json
            if job["state"] != "running":
                return job
            await asyncio.sleep(0.2)
        raise AssertionError(job)

    return wait
