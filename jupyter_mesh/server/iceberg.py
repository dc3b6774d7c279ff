"""The Iceberg catalogs under `mesh/iceberg`: the gateway's answers for Jupyter's own user."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_mesh.errors import MeshError
from jupyter_mesh.server.door import actor_of
from jupyter_mesh.server.route import JSON

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from typing import Any

    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.server.visit import House

BASE = "mesh/iceberg"


class IcebergDoor(APIHandler):
    """Answers Iceberg's REST protocol; who may use Jupyter here may use this catalog.

    Every branch may be written, and main but for the tables of products, which change by
    promotion alone.
    """

    auth_resource = "mesh"

    def initialize(self, house: House, threads: Executor) -> None:
        """Take what all requests of the server share."""
        self.house, self.threads = house, threads

    @web.authenticated
    @authorized("read", "mesh")  # type: ignore[untyped-decorator]
    async def get(self, _path: str) -> None:
        """Answer a question."""
        await self._answer()

    @web.authenticated
    @authorized("read", "mesh")  # type: ignore[untyped-decorator]
    async def head(self, _path: str) -> None:
        """Say whether something is there."""
        await self._answer()

    @web.authenticated
    @authorized("write", "mesh")  # type: ignore[untyped-decorator]
    async def post(self, _path: str) -> None:
        """Make or change something."""
        await self._answer()

    @web.authenticated
    @authorized("write", "mesh")  # type: ignore[untyped-decorator]
    async def delete(self, _path: str) -> None:
        """Remove something from sight."""
        await self._answer()

    async def _answer(self) -> None:
        # As it was sent: tornado has decoded its own copy, and with it the slashes in names.
        target = str(self.request.uri).removeprefix(f"{self.base_url}{BASE}")
        asked = (str(self.request.method), target, self.request.body)
        loop = asyncio.get_running_loop()
        status, body = await loop.run_in_executor(
            self.threads, self._asked, actor_of(self.current_user), *asked
        )
        self.set_status(status)
        if status == 204:
            self.finish()
        else:
            self.finish(body, set_content_type=JSON)

    def _asked(
        self, actor: Actor | None, method: str, target: str, body: bytes
    ) -> tuple[int, bytes]:
        from jupyter_mesh.catalog.gateway_access import ANY, WRITE, Caller, Right
        from jupyter_mesh.catalog.gateway_answers import refusal
        from jupyter_mesh.catalog.gateway_routes import answer
        from jupyter_mesh.catalog.gateway_server import LARGEST_BODY, asked

        if len(body) > LARGEST_BODY:
            return refusal(413, "BadRequestException", f"More than {LARGEST_BODY} bytes.")
        try:
            with self.house.opened.of(actor) as mesh:
                parts = mesh.parts
                rights = [
                    Right(WRITE, lake, branch) for lake in parts.lakes for branch in ("", ANY)
                ]
                caller = Caller(str(mesh.session.actor), tuple(rights), owner_of=parts.owner_of)
                return answer(parts.lakes, asked(method, target, body, caller))
        except MeshError as error:
            # There is no mesh here, or its mesh.yaml is wrong.
            return refusal(error.status, "ServerError", error.message)

    def write_error(self, status_code: int, **about: Any) -> None:  # noqa: ANN401 - tornado's
        """What Jupyter refused, in the form that Iceberg's clients read."""
        from jupyter_mesh.catalog.gateway_answers import refusal

        error = (about.get("exc_info") or (None, None))[1]
        message = "This request was refused."
        if isinstance(error, web.HTTPError) and error.log_message and status_code < 500:
            message = error.log_message
        kind = {401: "NotAuthorizedException", 403: "ForbiddenException"}
        _status, body = refusal(status_code, kind.get(status_code, "ServerError"), message)
        self.finish(body, set_content_type=JSON)

    def set_default_headers(self) -> None:
        """Answers are of this moment and of this user."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
