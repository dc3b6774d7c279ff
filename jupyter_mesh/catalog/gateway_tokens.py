"""Tokens for strangers: issued once, kept as digests, expiring, taken back by their id."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import insert, select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.gateway_access import Caller, Right, nobody
from jupyter_mesh.errors import InputError, NameNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Row

    from jupyter_mesh.catalog.database import Database
    from jupyter_mesh.model.names import TableName

_TOKENS = rows.TOKENS
_PREFIX = "mesh"
LONGEST = timedelta(days=366)


class Keys(Protocol):
    """Knows callers by what they show at the door."""

    def caller(self, token: str) -> Caller | None:
        """Who has that token; nobody when it is wrong, has expired or was taken back."""
        ...


class OneKey:
    """One token of this process, for the mesh's own engine."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self._caller = Caller("the engine", is_trusted=True)

    def caller(self, token: str) -> Caller | None:
        """The engine, when it is its token."""
        same = hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())
        return self._caller if same else None


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as it is told about; its text is there when it has just been issued."""

    id: str
    actor: str
    rights: tuple[Right, ...]
    created: datetime
    expires: datetime
    is_revoked: bool = False
    text: str = field(default="", repr=False)


class Tokens:
    """The tokens of one mesh, kept in its database; implements Keys."""

    def __init__(
        self,
        lake: str,
        database: Database,
        owner_of: Callable[[TableName], str] = nobody,
    ) -> None:
        self.lake = lake
        self.database = database
        self.owner_of = owner_of

    def issue(self, actor: str, rights: Sequence[Right], lasts: timedelta) -> Issued:
        """A new token; its text is never to be had again."""
        if not rights:
            raise InputError("A token without any right opens nothing.")
        if not timedelta() < lasts <= LONGEST:
            raise InputError(
                "A token has to expire.", remedy=f"Within {LONGEST.days} days at the latest."
            )
        key = secrets.token_hex(6)
        text = f"{_PREFIX}_{key}_{secrets.token_urlsafe(32)}"
        with self.database.writing() as connection:
            now = self.database.now(connection)
            connection.execute(
                insert(_TOKENS).values(
                    id=key,
                    lake=self.lake,
                    digest=_digest(text),
                    actor=actor,
                    rights=json.dumps([str(right) for right in rights]),
                    created=rows.to_text(now),
                    expires=rows.to_text(now + lasts),
                )
            )
        return Issued(key, actor, tuple(rights), now, now + lasts, text=text)

    def caller(self, token: str) -> Caller | None:
        """Who has that token; nobody when it is wrong, has expired or was taken back."""
        prefix, _, rest = token.partition("_")
        key, _, secret = rest.partition("_")
        if prefix != _PREFIX or not key or not secret:
            return None
        with self.database.reading() as connection:
            row = connection.execute(
                select(_TOKENS).where(_TOKENS.c.id == key, _TOKENS.c.lake == self.lake)
            ).first()
            now = rows.to_text(self.database.now(connection))
        if row is None or not hmac.compare_digest(row.digest, _digest(token)):
            return None
        if row.revoked is not None or row.expires <= now:
            return None
        return Caller(row.actor, _rights(row), owner_of=self.owner_of)

    def all(self) -> list[Issued]:
        """Every token that was issued, newest first, without their texts."""
        statement = (
            select(_TOKENS)
            .where(_TOKENS.c.lake == self.lake)
            .order_by(_TOKENS.c.created.desc())
        )
        with self.database.reading() as connection:
            return [_issued(row) for row in connection.execute(statement)]

    def revoke(self, key: str) -> Issued:
        """Take a token back; harmless when done twice, NameNotFound when there is none."""
        found = {token.id: token for token in self.all()}
        if key not in found:
            raise NameNotFound("token", key, found)
        with self.database.writing() as connection:
            connection.execute(
                update(_TOKENS)
                .where(_TOKENS.c.id == key, _TOKENS.c.lake == self.lake)
                .values(revoked=rows.to_text(datetime.now(UTC)))
            )
        return found[key]


def _digest(text: str) -> str:
    # Drawn from 256 bits of chance, so nothing slower is needed against guessing.
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _rights(row: Row[Any]) -> tuple[Right, ...]:
    return tuple(Right.parse(text) for text in json.loads(row.rights))


def _issued(row: Row[Any]) -> Issued:
    return Issued(
        row.id,
        row.actor,
        _rights(row),
        rows.to_moment(row.created),
        rows.to_moment(row.expires),
        row.revoked is not None,
    )
