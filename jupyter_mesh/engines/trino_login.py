"""Who asks a Trino cluster, proven: what each kind of login sends, and a login in a browser."""

from __future__ import annotations

import os
import sys
import webbrowser
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConfigError, QueryCancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trino.auth import Authentication

    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import TrinoSettings

# The server answers each question for the token within ten seconds, and forgets a login that
# nobody ended within fifteen minutes (http-server.authentication.oauth2.challenge-timeout).
_QUESTIONS = 90


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A statement that waits for a login: whom to tell where, and whether it was stopped."""

    tell: Callable[[str], None]
    is_stopped: Callable[[], bool]


_WAITING: ContextVar[_Waiting | None] = ContextVar("waiting for a login", default=None)


@contextmanager
def waiting(tell: Callable[[str], None], is_stopped: Callable[[], bool]) -> Iterator[None]:
    """While this holds, a login that is needed in this thread is told to `tell`."""
    before = _WAITING.set(_Waiting(tell, is_stopped))
    try:
        yield
    finally:
        _WAITING.reset(before)


def tell(text: str) -> None:
    """Say it where nobody listens: beside what a command prints."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def check_wanted() -> None:
    """Raise QueryCancelled where whoever waits for a login was stopped."""
    found = _WAITING.get()
    if found is not None and found.is_stopped():
        raise QueryCancelled("The statement was stopped before it ended.")


class Login:
    """The login of one engine's connection; what a browser brought is kept with it."""

    def __init__(self, settings: TrinoSettings, secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets
        self._in_browser: Authentication | None = None

    def of(self, url: str) -> Authentication | None:
        """What a statement to that address proves its user with; None where nothing is asked.

        A password or token is looked up each time, so that a new one counts at once. Raises
        ConfigError for what is missing, and for a login that would travel in clear.
        """
        from trino import auth

        settings = self._settings
        if settings.auth != "none" and not url.startswith("https://"):
            raise ConfigError(
                f"{url} would carry a login in clear.",
                remedy="Use an https address, or auth: none.",
            )
        match settings.auth:
            case "password":
                secret = self._needed("password")
                return auth.BasicAuthentication(settings.user, secret)
            case "jwt":
                return auth.JWTAuthentication(self._needed("token"))
            case "certificate":
                if not (settings.certificate and settings.key):
                    raise ConfigError(
                        "auth: certificate needs certificate and key.",
                        remedy="Name both files beside it in mesh.yaml.",
                    )
                return auth.CertificateAuthentication(settings.certificate, settings.key)
            case "oauth2":
                if self._in_browser is None:
                    self._in_browser = _in_browser()
                return self._in_browser
            case "kerberos":
                return auth.KerberosAuthentication(principal=settings.user or None)
        return None

    def _needed(self, key: str) -> str:
        reference = getattr(self._settings, key)
        if not reference:
            raise ConfigError(
                f"auth: {self._settings.auth} needs a {key}.",
                remedy=f"Write {key}: ${{env:NAME}} beside it in mesh.yaml.",
            )
        return self._secrets.resolve(reference)


def _in_browser() -> Authentication:
    """The client's own way by OAuth 2, with the time that a person needs to log in."""
    from trino.auth import OAuth2Authentication

    found = OAuth2Authentication(_Shown())  # type: ignore[arg-type]
    # Its own five questions leave somebody who has to type a password less than a minute.
    found._bearer.MAX_OAUTH_ATTEMPTS = _QUESTIONS
    return found


class _Shown:
    """Shows a person where to log in: where they wait, and in a browser if there is one."""

    def __call__(self, url: str) -> None:
        text = f"Log in to Trino in a browser: {url}"
        found = _WAITING.get()
        (found.tell if found is not None else tell)(text)
        if _has_screen():
            webbrowser.open_new(url)


def _has_screen() -> bool:
    """Whether a browser opened from here is seen by whoever waits."""
    is_far = any(os.environ.get(name) for name in ("SSH_CONNECTION", "JUPYTERHUB_USER"))
    has_one = sys.platform in {"darwin", "win32"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return has_one and not is_far
