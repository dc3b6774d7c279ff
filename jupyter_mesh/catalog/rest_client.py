"""A REST catalog that others keep, asked over HTTP: addresses, tokens, its refusals as ours."""

from __future__ import annotations

import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from jupyter_mesh.errors import (
    AccessDenied,
    ConflictError,
    InputError,
    NameNotFound,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from requests import PreparedRequest, Response, Session

    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import RestSettings

_CONNECT, _READ = 10, 120
_TRIES = 3
_PAUSE = 0.2
_POOL = 16
# A token is renewed so many seconds before it ends.
_EARLY = 30
_COMMITS = "POST /v1/{prefix}/transactions/commit"


class Unsure(StorageError):
    """The catalog did not answer to a change: whether it was made has to be looked up."""


class RestClient:
    """Speaks the Apache Iceberg REST catalog protocol with one catalog.

    Nothing is asked before it is needed. Reading is tried again when the line breaks; a change
    never is. Many threads may ask at once.
    """

    def __init__(self, name: str, settings: RestSettings, secrets: Secrets) -> None:
        self.name = name
        self.settings = settings
        self._secrets = secrets
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0
        self._config: Mapping[str, Any] | None = None

    # -- what the catalog says of itself -----------------------------------------------------

    @property
    def config(self) -> Mapping[str, Any]:
        """Its settings: `properties` after its overrides, and the `endpoints` it names."""
        if self._config is None:
            self._config = self._told()
        return self._config

    def _told(self) -> Mapping[str, Any]:
        query = {"warehouse": self.settings.warehouse} if self.settings.warehouse else {}
        told = self.get(f"{self.settings.uri}/v1/config", query)
        properties = {**told.get("defaults", {}), **told.get("overrides", {})}
        return {"properties": properties, "endpoints": told.get("endpoints")}

    @property
    def properties(self) -> Mapping[str, str]:
        """The settings that it gives to its clients."""
        found: Mapping[str, str] = self.config["properties"]
        return found

    @property
    def has_transactions(self) -> bool:
        """Whether it says that it changes several tables at once."""
        return _COMMITS in (self.config["endpoints"] or ())

    @property
    def prefix(self) -> str:
        """What stands in its addresses before the schemas; not encoded, may be empty."""
        return self.settings.prefix or unquote(self.properties.get("prefix", ""))

    def address(self, *parts: str, prefix: str | None = None) -> str:
        """An address below the catalog's prefix; every part is encoded by itself."""
        before = self.prefix if prefix is None else prefix
        encoded = [quote(part, safe="") for part in (before, *parts) if part]
        return "/".join([self.settings.uri, "v1", *encoded])

    # -- asking ------------------------------------------------------------------------------

    def get(self, address: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON behind an address; NameNotFound when there is nothing."""
        for turn in range(_TRIES):
            try:
                return self._asked("GET", address, query)
            except Unsure as error:
                if turn + 1 == _TRIES:
                    raise StorageError(error.message, remedy=error.remedy) from error
                time.sleep(_PAUSE * 2**turn)
        raise AssertionError

    def pages(self, address: str, key: str) -> Iterator[Any]:
        """The items of a list, page after page."""
        token = ""
        while True:
            page = self.get(address, {"pageToken": token, "pageSize": "1000"})
            yield from page.get(key, ())
            token = page.get("next-page-token") or ""
            if not token:
                return

    def change(
        self,
        method: str,
        address: str,
        body: Any = None,  # noqa: ANN401 - any JSON value
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Ask for a change, once.

        Raises ConflictError when somebody was faster, NameNotFound for what is not there,
        Unsure when it is not known whether it was made.
        """
        return self._asked(method, address, query, body)

    def close(self) -> None:
        """Let go of the connections; a later use opens anew."""
        session = self.__dict__.pop("_session", None)
        if session is not None:
            session.close()
        self._config = None

    # -- inside ------------------------------------------------------------------------------

    @cached_property
    def _session(self) -> Session:
        from requests import Session
        from requests.adapters import HTTPAdapter

        session = Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=_POOL))
        # Otherwise a line of the user's netrc would stand above what mesh.yaml says.
        session.auth = _as_it_is
        session.headers["User-Agent"] = "jupyter-mesh"
        return session

    def _asked(
        self,
        method: str,
        address: str,
        query: Mapping[str, str] | None,
        body: Any = None,  # noqa: ANN401 - any JSON value
    ) -> dict[str, Any]:
        answer = self._sent(method, address, query, body)
        if answer.status_code in {401, 419} and self.settings.credential:
            self._token = ""
            answer = self._sent(method, address, query, body)
        if not answer.ok:
            raise self._refused(answer, method)
        try:
            found = answer.json() if answer.content else {}
        except ValueError as error:
            raise StorageError(
                f"{self._who} does not answer in JSON.",
                remedy="Is the uri in mesh.yaml the address of an Iceberg REST catalog?",
            ) from error
        return found if isinstance(found, dict) else {}

    def _sent(
        self,
        method: str,
        address: str,
        query: Mapping[str, str] | None,
        body: Any,  # noqa: ANN401 - any JSON value
    ) -> Response:
        import requests

        headers = {"Authorization": f"Bearer {token}"} if (token := self._bearer()) else {}
        try:
            return self._session.request(
                method,
                address,
                params=query,
                json=body,
                headers=headers,
                timeout=(_CONNECT, _READ),
                allow_redirects=False,
            )
        except requests.ConnectTimeout as error:
            raise self._silent("nobody answers there") from error
        except requests.exceptions.SSLError as error:
            raise self._silent("its certificate was refused") from error
        except requests.ConnectionError as error:
            if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
                raise self._silent("nobody answers there") from error
            raise self._lost() from error
        except requests.RequestException as error:
            raise self._lost() from error

    def _bearer(self) -> str:
        if self.settings.token:
            return self._secrets.resolve(self.settings.token)
        if not self.settings.credential:
            return ""
        with self._lock:
            if not self._token or time.monotonic() > self._ends:
                self._token, lasts = self._exchanged()
                self._ends = time.monotonic() + max(lasts - _EARLY, _EARLY)
            return self._token

    def _exchanged(self) -> tuple[str, float]:
        """A token for the credential `id:secret` (OAuth 2.0, client credentials)."""
        import requests

        who, _, secret = self._secrets.resolve(self.settings.credential).rpartition(":")
        form = {
            "grant_type": "client_credentials",
            "scope": "catalog",
            "client_id": who,
            "client_secret": secret,
        }
        try:
            answer = self._session.post(
                f"{self.settings.uri}/v1/oauth/tokens", data=form, timeout=(_CONNECT, _READ)
            )
        except requests.RequestException as error:
            raise self._silent("nobody answers there") from error
        try:
            told = answer.json()
            return str(told["access_token"]), float(told.get("expires_in") or 3600)
        except (ValueError, KeyError, TypeError) as error:
            raise AccessDenied(
                f"{self._who} gives no token for the credential in mesh.yaml.",
                remedy="Check the credential, spelled id:secret.",
            ) from error

    @property
    def _who(self) -> str:
        return f"The catalog {self.name} at {self.settings.uri}"

    def _refused(self, answer: Response, method: str) -> Exception:
        status, said = answer.status_code, _said(answer)
        if status in {401, 419}:
            return AccessDenied(
                f"{self._who} does not know who asks{said}.",
                remedy="Its token or credential in mesh.yaml is wrong, or has expired.",
            )
        if status == 403:
            return AccessDenied(
                f"{self._who} refuses{said}.", remedy="Ask whoever keeps it for the right."
            )
        if status == 404:
            return NameNotFound("such thing", f"in {self.name}{said}")
        if status == 409:
            return ConflictError(
                f"{self._who} says that somebody was faster{said}.",
                remedy="Nothing was changed. Run it again on the new state.",
            )
        if status < 500:
            return InputError(f"{self._who} does not take the request{said}.")
        if method == "GET" or status == 503:
            return Unsure(f"{self._who} failed ({status}){said}.", remedy="Try again later.")
        return self._lost(said)

    def _silent(self, reason: str) -> StorageError:
        return StorageError(
            f"{self._who} cannot be reached: {reason}.",
            remedy="Is it running, and is the uri in mesh.yaml right? Nothing was changed.",
        )

    def _lost(self, said: str = "") -> Unsure:
        return Unsure(
            f"{self._who} did not answer to its end{said}.",
            remedy="Try again; what was on its way is looked up first.",
        )


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    return request


def _said(answer: Response) -> str:
    """The catalog's own words, in brackets after ours."""
    try:
        told = answer.json()
        error = told.get("error")
        words = error.get("message") if isinstance(error, dict) else told.get("message")
    except (ValueError, AttributeError):
        return ""
    return f": {str(words).strip().rstrip('.')[:300]}" if words else ""
