"""The gateway's listener: one address, one conversation a connection, each with a caller."""

from __future__ import annotations

import ipaddress
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from jupyter_mesh.catalog.gateway_answers import Request, refusal
from jupyter_mesh.catalog.gateway_routes import answer
from jupyter_mesh.errors import ConfigError, ConflictError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from jupyter_mesh.catalog.gateway_access import Caller
    from jupyter_mesh.catalog.gateway_answers import Answer
    from jupyter_mesh.catalog.gateway_tokens import Keys
    from jupyter_mesh.catalog.lake import Lake

# A commit carries schemas and snapshot summaries, never rows: 16 MiB is far beyond any.
LARGEST_BODY = 16 * 1024 * 1024
_IDLE_SECONDS = 60
# Each holds a thread; a cluster's workers never ask the catalog, only its coordinator does.
_MOST_CONNECTIONS = 100


class Listener(ThreadingHTTPServer):
    """Listens on one address; its threads end with the process.

    Without a certificate it listens on this machine alone: ConfigError otherwise.
    """

    daemon_threads = True
    # Closing must not wait for an engine's idle kept-alive connection.
    block_on_close = False
    # Who finds the queue full tries again a second later, then three, then seven.
    request_queue_size = 128

    def __init__(
        self,
        catalogs: Mapping[str, Lake],
        keys: Keys,
        host: str,
        port: int,
        certificate: ssl.SSLContext | None,
    ) -> None:
        if certificate is None and not is_loopback(host):
            raise ConfigError(
                f"The gateway does not listen on {host} in clear: tokens would be read on the "
                "way.",
                remedy="Give it a certificate: --certificate FILE --key FILE.",
            )
        if ":" in host:
            self.address_family = socket.AF_INET6
        try:
            super().__init__((host, port), _Conversation)
        except OSError as error:
            raise ConflictError(
                f"The gateway cannot listen on {host}, port {port}: {error.strerror}.",
                remedy="Choose another port: --port 0 takes any that is free.",
            ) from error
        self.catalogs = catalogs
        self.keys = keys
        self._certificate = certificate
        self._open: set[socket.socket] = set()

    @property
    def url(self) -> str:
        """Where clients find it."""
        host, port = str(self.server_address[0]), self.server_address[1]
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

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
        if self._certificate is not None:
            # Greeted by its own thread: one that stays silent must not hold up the others.
            connection = self._certificate.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        self._open.add(connection)
        return connection, address

    def verify_request(self, request: object, client_address: object) -> bool:  # noqa: ARG002
        """Whether there is a thread to spare for another connection."""
        return len(self._open) <= _MOST_CONNECTIONS

    def shutdown_request(self, request: object) -> None:
        """End a connection."""
        self._open.discard(request)
        super().shutdown_request(request)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no news; answers are made elsewhere."""


class _Conversation(BaseHTTPRequestHandler):
    """One connection: reads a request, checks who asks, writes the answer."""

    server: Listener
    protocol_version = "HTTP/1.1"
    server_version = "jupyter-mesh"
    sys_version = ""
    timeout = _IDLE_SECONDS
    # One segment per answer, sent at once: otherwise each request waits 40 ms for an
    # acknowledgement (Nagle's algorithm against delayed acknowledgement).
    wbufsize = -1
    disable_nagle_algorithm = True

    def _respond(self) -> None:
        caller = self._caller()
        if caller is None:
            told = "The token is not right, or has expired."
            self._turn_away(refusal(401, "NotAuthorizedException", told))
            return
        if (refused := self._unreadable()) is not None:
            self._turn_away(refused)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._send(*answer(self.server.catalogs, asked(self.command, self.path, body, caller)))

    do_GET = do_HEAD = do_POST = do_DELETE = _respond  # noqa: N815 - the base class's names

    def _turn_away(self, refused: Answer) -> None:
        # The body stays unread, so nothing more can be understood on this connection.
        self.close_connection = True
        self._send(*refused)

    def _caller(self) -> Caller | None:
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return self.server.keys.caller(token.strip()) if kind.lower() == "bearer" else None

    def _unreadable(self) -> Answer | None:
        """Why the body is not even read, if it is not."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        if self.headers.get("Transfer-Encoding") or not lengths[0].isdecimal():
            return refusal(411, "BadRequestException", "Send the body with its length.")
        if len(lengths) > 1:
            return refusal(400, "BadRequestException", "The body has two lengths.")
        if len(lengths[0]) > 12 or int(lengths[0]) > LARGEST_BODY:
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


def asked(method: str, target: str, body: bytes, caller: Caller) -> Request:
    """The request behind an address: its path in parts, each decoded by itself."""
    address = urlsplit(target)
    parts = tuple(unquote(part) for part in address.path.strip("/").split("/"))
    query = parse_qs(address.query, keep_blank_values=True)
    return Request(
        method, parts, {key: values[-1] for key, values in query.items()}, body, caller
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
