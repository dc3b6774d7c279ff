"""Promises of the extension: it is found, enabled, light, and lets go."""

import json
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import jupyter_mesh
from jupyter_mesh.server.app import EVENT, MeshExtension
from tests.waiting import soon

ROOT = Path(jupyter_mesh.__file__).parents[1]


def test_jupyter_server_finds_and_enables_it():
    (point,) = jupyter_mesh._jupyter_server_extension_points()
    assert point == {"module": "jupyter_mesh", "app": MeshExtension}
    config = json.loads((ROOT / "jupyter-config/server-config/jupyter_mesh.json").read_text())
    assert config["ServerApp"]["jpserver_extensions"] == {"jupyter_mesh": True}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shared["jupyter-config/server-config"] == "etc/jupyter/jupyter_server_config.d"


def test_the_event_has_the_name_that_front_ends_listen_to():
    schema = files("jupyter_mesh.server").joinpath("events/promotion.yaml").read_text()
    assert f'"$id": {EVENT}\n' in schema


def test_starting_it_loads_nothing_heavy():
    code = (
        "import sys, jupyter_server.serverapp; before = set(sys.modules);"
        "import jupyter_mesh.server.app; print(*(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"duckdb", "sqlalchemy", "pyarrow", "pandas", "pyiceberg", "papermill"}


async def test_what_moves_off_the_loop_is_still_heard(jp_serverapp, house):
    from threading import Thread

    heard = []

    async def listen(logger, schema_id, data):
        heard.append(data)

    jp_serverapp.event_logger.add_listener(listener=listen)
    app = jp_serverapp.extension_manager.extension_points["jupyter_mesh"].app
    moved = {"id": "a", "product": "shop/orders", "state": "running", "step": "run"}
    Thread(target=app._tell, args=({**moved, "done": 1, "total": 2},)).start()

    async def is_heard():
        return heard

    assert await soon(is_heard) == [{**moved, "done": 1, "total": 2}]
