"""The extension of Jupyter Server: its options, its event, its routes."""

from __future__ import annotations

from asyncio import to_thread
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import IOLoop
from traitlets import Int, Unicode

from jupyter_mesh.server.index import Freshness
from jupyter_mesh.server.jobs import Promotions
from jupyter_mesh.server.opened import OpenMesh
from jupyter_mesh.server.routes import handlers
from jupyter_mesh.server.visit import House

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT = "https://schema.jupyter.org/jupyter_mesh/promotion/v1"
_THREADS = 8
_GRACE_SECONDS = 5.0


class MeshExtension(ExtensionApp):
    """Answers under `mesh/api` for the mesh of the folder that Jupyter shows."""

    name = "jupyter_mesh"
    load_other_extensions = True

    mesh = Unicode(
        "",
        config=True,
        help="The mesh's folder or mesh.yaml; without it the nearest one to Jupyter's folder.",
    )
    promotions = Int(
        2, config=True, help="How many promotions run at once; the others wait their turn."
    )

    def initialize_settings(self) -> None:
        """Open the house: nothing in it is opened before it is used."""
        events = Path(__file__).parent / "events"
        # A listener of the browser's only hears of schemas that are known by then.
        self._server.event_logger.register_event_schema(events / "promotion.yaml")
        folder = Path(self._server.root_dir).resolve()
        opened = OpenMesh(folder, self.mesh)
        self.house = House(
            folder,
            opened,
            Freshness(opened),
            Promotions(self._tell, max(1, self.promotions)),
        )
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="mesh")
        self.loop = IOLoop.current()

    def initialize_handlers(self) -> None:
        """Add the routes."""
        base = self._server.base_url
        self.handlers.extend(handlers(base, self.house, self.threads))

    async def stop_extension(self) -> None:
        """Let go of everything; promotions go on by themselves."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.house.index.close()
        if not await to_thread(self.house.index.settle, _GRACE_SECONDS):
            self.log.warning(
                "The mesh's index is left in the middle of a look at its catalogs."
            )
        self.house.opened.close()

    @property
    def _server(self) -> Any:  # noqa: ANN401 - its traits may be None to the type checker
        return self.serverapp

    def _tell(self, moved: Mapping[str, Any]) -> None:
        """Pass on, from any thread, that a promotion has moved."""
        if moved["state"] != "running":
            self.house.index.hurry()
        # Off the loop an event is lost; after the loop's end nobody listens any more.
        with suppress(RuntimeError):
            self.loop.add_callback(self._emit, dict(moved))

    def _emit(self, moved: dict[str, Any]) -> None:
        self._server.event_logger.emit(schema_id=EVENT, data=moved)
