"""The gateway: an Iceberg REST catalog in this process, by which engines write branches."""

from __future__ import annotations

import hmac
import secrets
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from jupyter_mesh.catalog.gateway_routes import Request, answer, refusal, warehouse_of
from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.tables import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.catalog.lake import Lake

# A commit carries schemas and snapshot summaries, never rows: 16 MiB is far beyond any.
LARGEST_BODY = 16 * 1024 * 1024
_IDLE_SECONDS = 60


class Gateway:
    """Serves the catalogs' branches on loopback behind a random token, from the first need on.

    Implements the Apache Iceberg REST catalog specification as far as DuckDB and pyiceberg
    use it for writing.
    """

    def __init__(self, catalogs: Mapping[str, Lake]) -> None:
        self._catalogs = catalogs
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def endpoint(self, catalog: str, branch: str = "") -> Endpoint:
        """Where to write a catalog's branch, main without one.

        Raises NameNotFound when there is no such catalog; a branch is looked up when used.
        """
        if catalog not in self._catalogs:
            raise NameNotFound("catalog", catalog, self._catalogs)
        with self._lock:
            server = self._server
            if server is None:
                server = self._server = _Server(self._catalogs)
                server.start()
        port = server.server_address[1]
        return Endpoint(f"http://127.0.0.1:{port}", server.token, warehouse_of(catalog, branch))

    def close(self) -> None:
        """Stop listening; a later `endpoint` starts anew with another token."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.stop()


class _Server(ThreadingHTTPServer):
    """Listens on a free port of the loopback interface; its threads end with the process."""

    daemon_threads = True
    # Closing must not wait for an engine's idle kept-alive connection.
    block_on_close = False

    def __init__(self, catalogs: Mapping[str, Lake]) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.catalogs = catalogs
        self.token = secrets.token_urlsafe(32)
        self._open: set[socket.socket] = set()

    def start(self) -> None:
        """Serve from a thread of its own."""
        threading.Thread(
            target=self.serve_forever, args=(0.05,), name="mesh-gateway", daemon=True
        ).start()

    def stop(self) -> None:
        """End every conversation: a living one would answer for whoever gets the port next."""
        self.shutdown()
        self.server_close()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection, and remember it until it ends."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: object) -> None:
        """End a connection."""
        self._open.discard(request)
        super().shutdown_request(request)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no news; answers are made elsewhere."""


class _Conversation(BaseHTTPRequestHandler):
    """One connection: reads a request, checks who asks, writes the answer."""

    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "jupyter-mesh"
    sys_version = ""
    timeout = _IDLE_SECONDS
    # One segment per answer, sent at once: otherwise each request waits 40 ms for an
    # acknowledgement (Nagle's algorithm against delayed acknowledgement).
    wbufsize = -1
    disable_nagle_algorithm = True

    def _respond(self) -> None:
        refused = self._refusal()
        if refused is not None:
            # The body stays unread, so nothing more can be understood on this connection.
            self.close_connection = True
            self._send(*refused)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        address = urlsplit(self.path)
        parts = tuple(unquote(part) for part in address.path.strip("/").split("/"))
        query = {key: values[-1] for key, values in parse_qs(address.query).items()}
        request = Request(self.command, parts, query, body)
        self._send(*answer(self.server.catalogs, request))

    do_GET = do_HEAD = do_POST = do_DELETE = _respond  # noqa: N815 - the base class's names

    def _refusal(self) -> tuple[int, bytes] | None:
        """Why this request is not even read, if it is not."""
        length = self.headers.get("Content-Length", "0")
        given = self.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, f"Bearer {self.server.token}".encode()):
            return refusal(401, "NotAuthorizedException", "The token is not right.")
        if self.headers.get("Transfer-Encoding") or not length.isdecimal():
            return refusal(411, "BadRequestException", "Send the body with its length.")
        if int(length) > LARGEST_BODY:
            return refusal(413, "BadRequestException", f"More than {LARGEST_BODY} bytes.")
        return None

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - base class
        """Keep quiet: the catalog's audit tells who wrote what."""
