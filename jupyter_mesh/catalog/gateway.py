"""The gateway: an Iceberg REST catalog, by which engines and other people's tools come in."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConfigError, NameNotFound
from jupyter_mesh.model.tables import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jupyter_mesh.catalog.gateway_server import Listener
    from jupyter_mesh.catalog.gateway_tokens import Keys
    from jupyter_mesh.catalog.lake import Lake

LOOPBACK = "127.0.0.1"


class Gateway:
    """Serves the catalogs' branches on loopback behind a random token, from the first need on.

    Implements the Apache Iceberg REST catalog specification as far as DuckDB, pyiceberg and
    Trino use it.
    """

    def __init__(self, catalogs: Mapping[str, Lake]) -> None:
        self._catalogs = catalogs
        self._lock = threading.Lock()
        self._listener: Listener | None = None
        self._token = ""

    def endpoint(self, catalog: str, branch: str = "") -> Endpoint:
        """Where to write a catalog's branch, main without one.

        Raises NameNotFound when there is no such catalog; a branch is looked up when used.
        """
        if catalog not in self._catalogs:
            raise NameNotFound("catalog", catalog, self._catalogs)
        with self._lock:
            if self._listener is None:
                # What only reads waits for none of what writing takes.
                from jupyter_mesh.catalog.gateway_tokens import OneKey

                key = OneKey()
                self._token = key.token
                self._listener = listener_of(self._catalogs, key)
                self._listener.start()
            url, token = self._listener.url, self._token
        return Endpoint(url, token, warehouse_of(catalog, branch))

    def close(self) -> None:
        """Stop listening; a later `endpoint` starts anew with another token."""
        with self._lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()


def warehouse_of(catalog: str, branch: str) -> str:
    """The name a branch has as warehouse and as prefix."""
    return f"{catalog}@{branch}" if branch else catalog


def listener_of(
    catalogs: Mapping[str, Lake],
    keys: Keys,
    host: str = LOOPBACK,
    port: int = 0,
    certificate: Path | None = None,
    key: Path | None = None,
) -> Listener:
    """A gateway for whoever has one of the keys: it only has to be started.

    Beyond this machine it wants a certificate with its key (PEM files); ConfigError otherwise.
    """
    from jupyter_mesh.catalog.gateway_server import Listener

    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"The certificate {certificate} cannot be used: {error.strerror or error}.",
                remedy="Give a certificate and its key as PEM files that this user may read.",
            ) from error
    return Listener(catalogs, keys, host, port, context)
