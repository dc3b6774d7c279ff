"""Addresses of this machine alone: what may be bound, which port is free, who answers."""

from __future__ import annotations

import http.client
import ipaddress
import json
import random
import socket
from typing import Any

from jupyter_mesh.errors import ConfigError, ConflictError

LOOPBACK = "127.0.0.1"
# Below what systems hand to outgoing connections: a server that is started again finds its
# port free.
_KEPT = range(15_000, 32_000)
_TRIES = 50


def loopback(address: str) -> str:
    """The address, when nobody outside this machine can reach it; ConfigError otherwise."""
    try:
        is_inside = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_inside = False
    if not is_inside:
        raise ConfigError(
            f"The stack does not listen on {address}: its servers ask nobody for a password.",
            remedy=f"Use {LOOPBACK}, and a server of your own (engines: url) for other people.",
        )
    return address


def free_port(address: str) -> int:
    """A port that nobody listens on, and that no outgoing connection will be given."""
    for port in random.sample(_KEPT, _TRIES):
        try:
            return reserve(address, port, "")
        except ConflictError:
            continue
    with socket.socket(_family(address), socket.SOCK_STREAM) as door:
        door.bind((address, 0))
        return int(door.getsockname()[1])


def reserve(address: str, port: int, service: str) -> int:
    """The port itself when it is free, a free one for 0; ConflictError when it is taken."""
    if not port:
        return free_port(address)
    with socket.socket(_family(address), socket.SOCK_STREAM) as door:
        # As the servers do it: a port that was just given up is free.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((address, port))
        except OSError as error:
            raise ConflictError(
                f"Port {port} for {service} is taken by another program.",
                remedy=f"End that program, or choose another port: --port {service}=0 for any.",
            ) from error
    return port


def answer(
    address: str, port: int, path: str, method: str = "GET", timeout: float = 5.0
) -> tuple[int, bytes]:
    """Status and body of a request, past any proxy; status 0 when nobody answers."""
    connection = http.client.HTTPConnection(address, port, timeout=timeout)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def document(address: str, port: int, path: str) -> dict[str, Any]:
    """The JSON object behind a path; empty when there is none."""
    status, body = answer(address, port, path)
    try:
        found = json.loads(body) if status == http.client.OK else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
