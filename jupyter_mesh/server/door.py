"""The door: the one request handler, which lets in, asks, and turns errors into answers."""

from __future__ import annotations

import asyncio
import json
import re
from functools import partial
from http.client import responses
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import MeshError, NameNotFound
from jupyter_mesh.formats.records import record
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.server.route import JSON, Blob, exact
from jupyter_mesh.server.sight import Sight
from jupyter_mesh.server.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from jupyter_server.auth.identity import User

    from jupyter_mesh.server.route import Route
    from jupyter_mesh.server.visit import House

_NAMELESS = re.compile(r"[0-9a-f]{32}")
_REMEDIES = {
    403: "Load the page in the browser again, then try once more.",
    404: "See openapi.json for what there is.",
    405: "See openapi.json for what can be done here.",
}


_NO_LOOKING = "You may not look at the mesh of this server."
_NO_TOUCHING = "You may look at the mesh of this server, but not change anything in it."
_EXPIRED = {
    "type": "SessionExpired",
    "message": "Your session with the Jupyter server has ended.",
    "remedy": "Log in again: reload this page in the browser. What you saved is not lost.",
}


class Door(APIHandler):
    """Answers every path; `routes` are the ones of this path by method."""

    auth_resource = "mesh"

    def initialize(self, routes: Mapping[str, Route], house: House, threads: Executor) -> None:
        """Take what the route table gives to this path."""
        self.routes, self.house, self.threads = routes, house, threads
        self.ticket = QueryTicket()

    @web.authenticated
    @authorized("read", "mesh", _NO_LOOKING)  # type: ignore[untyped-decorator]
    async def get(self, **path: str) -> None:
        """Answer a question."""
        await self._answer(path)

    @web.authenticated
    @authorized("write", "mesh", _NO_TOUCHING)  # type: ignore[untyped-decorator]
    async def post(self, **path: str) -> None:
        """Do something, or plan to."""
        await self._answer(path)

    @web.authenticated
    @authorized("write", "mesh", _NO_TOUCHING)  # type: ignore[untyped-decorator]
    async def delete(self, **path: str) -> None:
        """Stop something."""
        await self._answer(path)

    async def _answer(self, path: dict[str, str]) -> None:
        try:
            route = self._route()
            query = {name: values[-1] for name, values in self._query().items()}
            values = route.values(path, query, self.request.body)
            actor = actor_of(self.current_user)
            visit = Visit(self.house, actor, values, self.ticket, self._sight())
            loop = asyncio.get_running_loop()
            # Whatever reads a disk or a database keeps the whole server waiting on the loop.
            answer = await loop.run_in_executor(self.threads, _asked, route, visit)
        except MeshError as error:
            self._say(error.status, error.details())
            return
        self.set_status(route.status)
        if isinstance(answer, Blob):
            self.finish(answer.content, set_content_type=answer.media)
        else:
            self.finish(answer, set_content_type=JSON)

    def _sight(self) -> Sight:
        """What the authorizer lets this user see, where it says anything about it."""
        may_see = getattr(self.authorizer, "may_see", None)
        return Sight(partial(may_see, self.current_user) if may_see is not None else None)

    def _route(self) -> Route:
        route = self.routes.get(str(self.request.method))
        if route is not None:
            return route
        if not self.routes:
            raise NameNotFound("such address", self.request.path, remedy=_REMEDIES[404])
        raise web.HTTPError(405)

    def _query(self) -> dict[str, list[str]]:
        # A blank at the end says that the next word begins.
        names = self.request.query_arguments
        return {name: self.get_query_arguments(name, strip=False) for name in names}

    def _say(self, status: int, details: Mapping[str, Any]) -> None:
        self.set_status(status)
        fault = self.house.fault(record(details))
        self.finish(json.dumps({"error": fault}), set_content_type=JSON)

    def write_error(self, status_code: int, **about: Any) -> None:  # noqa: ANN401 - tornado's
        """Whatever else went wrong, in the same form and without its innards.

        The traceback is in the server's log, where tornado writes it.
        """
        error = (about.get("exc_info") or (None, None))[1]
        message = responses.get(status_code, "Unknown error")
        if isinstance(error, web.HTTPError) and error.log_message and status_code < 500:
            message = error.get_message() or message
        if status_code >= 500:
            message = "Something went wrong that should not have."
        remedy = _REMEDIES.get(status_code, "Look into the log of Jupyter Server.")
        if message in {_NO_LOOKING, _NO_TOUCHING}:
            remedy = "Ask whoever runs this Jupyter server to allow it."
        details = {"type": "HTTPError", "message": message, "remedy": remedy}
        if status_code == 403 and self.current_user is None:
            details = _EXPIRED
        self.finish(json.dumps({"error": details}), set_content_type=JSON)

    def set_default_headers(self) -> None:
        """Answers are of this moment and of this user."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def decode_argument(self, value: bytes, name: str | None = None) -> str:  # noqa: ARG002
        """Read an address's value; what is not UTF-8 shows as such and then finds nothing."""
        return value.decode(errors="replace")

    def on_connection_close(self) -> None:
        """Nobody waits any more: a statement that runs for this request is stopped."""
        super().on_connection_close()
        self.ticket.cancel()


def actor_of(user: User) -> Actor | None:
    """The mesh's actor for a user of Jupyter.

    Who comes with nothing but the server's token is given a random name by Jupyter, new in
    every browser. It is whoever started the server, so they act as the mesh's own user: the
    same as in a notebook beside.
    """
    if _NAMELESS.fullmatch(user.username) and (user.name or "").startswith("Anonymous "):
        return None
    return Actor(user.username)


def _asked(route: Route, visit: Visit) -> bytes | Blob:
    visit.sight.check(visit.values)
    with visit:
        answer = route.answer(visit)
    if isinstance(answer, Blob):
        return answer
    return json.dumps(exact(record(answer)), allow_nan=False).encode()
