"""The way to a Trino cluster: address, login and the session that a statement runs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jupyter_mesh.engines.pages import split
from jupyter_mesh.engines.trino_login import Login, check_wanted
from jupyter_mesh.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trino.client import TrinoRequest

    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import TrinoSettings

_SECONDS = 60.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ENCODINGS = ["json+zstd", "json+lz4", "json"]
START = "Start one: mesh stack up trino. Or name a cluster's url under engines in mesh.yaml."


class Connection:
    """Makes the requests of statements; nothing is opened before the first one."""

    def __init__(self, settings: TrinoSettings, secrets: Secrets) -> None:
        self._settings = settings
        self._login = Login(settings, secrets)

    @property
    def url(self) -> str:
        """The coordinator's address; EngineUnavailable where there is none."""
        if not self._settings.url:
            raise EngineUnavailable("The mesh's own Trino server is not running.", remedy=START)
        return self._settings.url.rstrip("/")

    def request(self, session: Session, catalog: str, properties: Mapping[str, str]) -> Any:  # noqa: ANN401
        """What one statement is sent with; `catalog` as the server calls it."""
        from trino.client import ClientSession

        settings = self._settings
        user = settings.user or session.actor.user
        run = f"/{session.run_id}" if session.run_id else ""
        client = ClientSession(
            user=session.actor.user if settings.impersonate else user,
            catalog=catalog or None,
            schema=(session.schema or None) if catalog else None,
            source=f"jupyter-mesh{run}",
            properties={**settings.session, **properties},
            client_tags=list(settings.client_tags) or None,
            roles=dict(settings.roles) or None,
            timezone=session.zone or None,
            encoding=_ENCODINGS if settings.spooling else "",
        )
        return self.sender(client)

    def sender(self, client: Any) -> TrinoRequest:  # noqa: ANN401 - the client's own session
        """Sends the statements of a client session that somebody keeps."""
        place = urlsplit(self.url)
        request: TrinoRequest = _requests()(
            host=place.hostname,
            port=place.port or (443 if place.scheme == "https" else 80),
            client_session=client,
            http_session=self._session(),
            http_scheme=place.scheme,
            auth=self._login.of(self.url),
            max_attempts=1,
            request_timeout=_SECONDS,
        )
        return request

    def _session(self) -> Any:  # noqa: ANN401 - requests' own
        session = _sessions()()
        if urlsplit(self.url).hostname in _LOOPBACK:
            # Packing costs both sides more than this road is worth.
            session.headers["Accept-Encoding"] = "identity"
        session.verify = self._settings.ca or self._settings.verify
        if self._settings.auth == "oauth2":
            session.mount("https://", _roads()())
        return session


def _sessions() -> Any:  # noqa: ANN401 - a class of requests' kind
    """Sessions that trust whom mesh.yaml names, whatever the environment trusts."""
    from requests import Session

    class Trusting(Session):
        """Lets the environment decide only where nothing is said about certificates."""

        def merge_environment_settings(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - requests' own
            found = super().merge_environment_settings(*given, **named)
            if self.verify is not True:
                found["verify"] = self.verify
            return found

    return Trusting


def _roads() -> Any:  # noqa: ANN401 - a class of requests' kind
    """Ways to a server on which nobody waits for a login that is no longer wanted."""
    from requests.adapters import HTTPAdapter

    class Heeding(HTTPAdapter):
        """Looks before each question whether whoever waits was stopped."""

        def send(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - requests' own
            check_wanted()
            return super().send(*given, **named)

    return Heeding


def _requests() -> Any:  # noqa: ANN401 - a class of the client's kind
    """The client's own requests, which leave the rows of an answer unread."""
    from trino.client import TrinoRequest

    class Request(TrinoRequest):
        """Processes an answer's head; the bytes of its rows stay in `rows`."""

        rows: bytes | None = None
        data: Any = None

        def process(self, http_response: Any) -> Any:  # noqa: ANN401 - requests' own
            if not http_response.ok or not http_response.content:
                return super().process(http_response)
            headers = http_response.headers
            if started := headers.get("X-Trino-Started-Transaction-Id"):
                self.transaction_id = started
            if "X-Trino-Clear-Transaction-Id" in headers:
                self.transaction_id = "NONE"
            head, self.rows = split(http_response.content)
            self.data = head.pop("data", None)
            return super().process(_Head(http_response, head))  # type: ignore[arg-type]

    return Request


class _Head:
    """An answer without its rows, as the client looks at one."""

    ok = True
    status_code = 200

    def __init__(self, response: Any, head: Mapping[str, Any]) -> None:  # noqa: ANN401
        import orjson

        self.headers = response.headers
        self.content = orjson.dumps(head)
        self.encoding = "utf-8"

    @property
    def text(self) -> str:
        """The head as JSON."""
        return self.content.decode()
