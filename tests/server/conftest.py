"""A Jupyter Server with the extension, over a small real mesh; a token is always needed."""

import json
import os
import signal
import socket
import subprocess
import sys
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from jupyter_server.auth import Authorizer, IdentityProvider, User
from pytest_jupyter.jupyter_server import *  # noqa: F403 - fixtures, for this folder alone
from tornado.httpclient import HTTPClientError
from traitlets.config import Config

from tests.waiting import LONGEST, soon, until


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
def jp_root_dir(request):
    """The mesh that the test asks for: a new one, or one with a release."""
    asked = "released" if "released" in request.fixturenames else "small_folder"
    return request.getfixturevalue(asked)


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
def published(released):
    """The release of the server's mesh, which then has one."""
    from jupyter_mesh.mesh import Mesh

    with Mesh.open(released) as mesh:
        return mesh.release("shop/orders@latest")


@pytest.fixture
def ended(ask):
    """Wait for the end of a promotion."""

    async def wait(job_id):
        async def found():
            job = (await ask(f"promotions/{job_id}")).json
            return job if job["state"] != "running" else None

        return await soon(found)

    return wait


class Server:
    """A Jupyter Server in a process of its own, asked from outside."""

    token = "letmein"

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}/hub/user/ana/mesh/api"
        self.headers = {"Authorization": f"token {self.token}"}

    def start(self):
        options = {
            "ServerApp.root_dir": str(self.folder),
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.open_browser": False,
            "ServerApp.base_url": "/hub/user/ana/",
            "ServerApp.allow_root": True,
            "ServerApp.jpserver_extensions": '{"jupyter_mesh": True}',
            "IdentityProvider.token": self.token,
        }
        command = [sys.executable, "-m", "jupyter_server"]
        self.log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [*command, *(f"--{name}={value}" for name, value in options.items())],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(self.folder / ".config")},
        )
        return until(self._status)

    def _status(self):
        try:
            return self.ask("status")
        except URLError:
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            return None

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(LONGEST)
        self.log.close()

    def ask(self, path, method="GET", **values):
        url, body = f"{self.base}/{path}", None
        if method == "POST":
            body = json.dumps(values).encode()
        elif values:
            url = f"{url}?{urlencode(values)}"
        request = Request(url, body, self.headers, method=method)
        try:
            with urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            with error:
                return json.loads(error.read())


@pytest.fixture
def server(landed):
    """A server under a hub's prefix, in a process of its own."""

    found = Server(landed)
    found.start()
    yield found
    if found.process.poll() is None:
        found.stop()
