"""Releases as rows: immutable records in a chain, one of them the head of its product."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.errors import ConflictError, InputError, NameNotFound, StorageError
from jupyter_mesh.formats.release import digest, from_record, to_record
from jupyter_mesh.model.runs import ReleaseState
from jupyter_mesh.model.versions import Version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.database import Database
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.runs import Release
    from jupyter_mesh.model.versions import ReleaseRef

_RELEASES = rows.RELEASES
_HEADS = rows.HEADS
_OUTPUTS = rows.OUTPUTS


@dataclass(frozen=True, slots=True)
class Served:
    """One release that serves a table, and the state it serves."""

    product: str
    version: str
    location: str
    snapshot_id: int | None


class Releases:
    """The releases of one lake."""

    def __init__(self, lake: str, database: Database) -> None:
        self.lake = lake
        self.database = database
        self._read = lru_cache(256)(_read)

    # -- reading ---------------------------------------------------------------------------

    def all(self, product: ProductName | None = None) -> list[Release]:
        """The releases, newest first."""
        return [self.read(row) for row in self.rows(product)]

    def rows(self, product: ProductName | None = None) -> Sequence[Row[Any]]:
        """The releases as they are kept, newest first."""
        statement = (
            select(_RELEASES)
            .where(_RELEASES.c.lake == self.lake)
            .order_by(_RELEASES.c.position.desc())
        )
        if product is not None:
            statement = statement.where(_RELEASES.c.product == str(product))
        with self.database.reading() as connection:
            return connection.execute(statement).all()

    def latest(self, product: ProductName) -> Release | None:
        """The current release, or nothing."""
        statement = (
            select(_RELEASES)
            .join(
                _HEADS,
                and_(
                    _HEADS.c.lake == _RELEASES.c.lake,
                    _HEADS.c.product == _RELEASES.c.product,
                    _HEADS.c.version == _RELEASES.c.version,
                ),
            )
            .where(_HEADS.c.lake == self.lake, _HEADS.c.product == str(product))
        )
        with self.database.reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else self.read(row)

    def current(self) -> list[Release]:
        """The current release of every product, by name."""
        statement = (
            select(_RELEASES)
            .where(
                _RELEASES.c.lake == self.lake, _RELEASES.c.state == ReleaseState.CURRENT.value
            )
            .order_by(_RELEASES.c.product)
        )
        with self.database.reading() as connection:
            return [self.read(row) for row in connection.execute(statement)]

    def find(self, ref: ReleaseRef) -> Release:
        """The newest release in the range; NameNotFound offers what there is.

        One that was rolled back is only found when no other release is in the range.
        """
        if ref.range.is_latest:
            head = self.latest(ref.product)
            if head is not None:
                return head
        found = {
            Version.parse(version): ReleaseState(state)
            for version, state in self._versions(ref.product)
        }
        good = [v for v, state in found.items() if state is not ReleaseState.ROLLED_BACK]
        version = ref.range.newest(good) or ref.range.newest(found)
        if version is None:
            raise self._missing(ref, found)
        return self.exactly(ref.product, version)

    def exactly(self, product: ProductName, version: Version) -> Release:
        """The release of that very number; NameNotFound otherwise."""
        statement = select(_RELEASES).where(self._is(product, version))
        with self.database.reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            known = [name for name, _state in self._versions(product)]
            raise NameNotFound(f"release of {product}", str(version), known)
        return self.read(row)

    def of_table(self, table: TableName) -> list[Served]:
        """Which releases served a table, oldest first."""
        statement = (
            select(
                _OUTPUTS.c.product,
                _OUTPUTS.c.version,
                _OUTPUTS.c.location,
                _OUTPUTS.c.snapshot_id,
            )
            .join(
                _RELEASES,
                and_(
                    _RELEASES.c.lake == _OUTPUTS.c.lake,
                    _RELEASES.c.product == _OUTPUTS.c.product,
                    _RELEASES.c.version == _OUTPUTS.c.version,
                ),
            )
            .where(
                _OUTPUTS.c.lake == self.lake,
                _OUTPUTS.c.table_namespace == table.schema,
                _OUTPUTS.c.table_name == table.table,
            )
            .order_by(_RELEASES.c.position)
        )
        with self.database.reading() as connection:
            return [Served(*row) for row in connection.execute(statement)]

    def locations(self) -> set[str]:
        """The metadata files that releases stand on."""
        statement = select(_OUTPUTS.c.location).where(_OUTPUTS.c.lake == self.lake)
        with self.database.reading() as connection:
            return set(connection.execute(statement).scalars())

    # -- writing, inside the publishing transaction ----------------------------------------

    def head(self, connection: Connection, product: ProductName) -> Row[Any] | None:
        """The product's head, which nobody else moves until the transaction ends."""
        return connection.execute(
            select(_HEADS)
            .where(_HEADS.c.lake == self.lake, _HEADS.c.product == str(product))
            .with_for_update()
        ).first()

    def check_free(self, connection: Connection, release: Release) -> None:
        """ConflictError when there is a release of that number."""
        taken = connection.execute(
            select(_RELEASES.c.created).where(self._is(release.product, release.version))
        ).scalar()
        if taken is not None:
            raise ConflictError(
                f"{release.product} {release.version} was already published, "
                f"on {rows.to_moment(taken):%Y-%m-%d %H:%M} UTC.",
                remedy="A version is published once. Plan again to get the next number.",
            )

    def enter(
        self,
        connection: Connection,
        release: Release,
        head: Row[Any] | None,
        left: ReleaseState = ReleaseState.SUPERSEDED,
    ) -> Release:
        """Append a release to its product's chain and make it the head.

        `left` is the state of the release that was the head until now.
        """
        chained = replace(release, previous=head.digest if head else "", digest="")
        record = to_record(chained)
        record["digest"] = digest(record)
        sealed = replace(chained, digest=record["digest"], state=ReleaseState.CURRENT)
        if head is not None:
            connection.execute(
                update(_RELEASES)
                .where(self._is(release.product, Version.parse(head.version)))
                .values(state=left.value)
            )
        connection.execute(
            insert(_RELEASES).values(
                lake=self.lake,
                product=str(release.product),
                version=str(release.version),
                state=sealed.state.value,
                created=rows.to_text(release.created),
                digest=sealed.digest,
                previous=sealed.previous,
                # Not in canonical form, which spells 1.0 as 1: a float must come back as one.
                record=json.dumps(record, ensure_ascii=False),
            )
        )
        self._serve(connection, sealed)
        self._move_head(connection, sealed, head)
        return sealed

    def _serve(self, connection: Connection, release: Release) -> None:
        served = [
            {
                "lake": self.lake,
                "table_namespace": output.snapshot.table.schema,
                "table_name": output.snapshot.table.table,
                "product": str(release.product),
                "version": str(release.version),
                "port": output.port,
                "location": output.snapshot.metadata_location,
                "snapshot_id": output.snapshot.snapshot_id,
            }
            for output in release.outputs
        ]
        if served:
            connection.execute(insert(_OUTPUTS), served)

    def _move_head(
        self, connection: Connection, release: Release, head: Row[Any] | None
    ) -> None:
        values = {"version": str(release.version), "digest": release.digest}
        if head is None:
            connection.execute(
                insert(_HEADS).values(lake=self.lake, product=str(release.product), **values)
            )
            return
        done = connection.execute(
            update(_HEADS)
            .where(
                _HEADS.c.lake == self.lake,
                _HEADS.c.product == str(release.product),
                _HEADS.c.digest == head.digest,
            )
            .values(**values)
        )
        if done.rowcount != 1:
            raise overtaken(release.product, "another release")

    def _is(self, product: ProductName, version: Version) -> ColumnElement[bool]:
        return and_(
            _RELEASES.c.lake == self.lake,
            _RELEASES.c.product == str(product),
            _RELEASES.c.version == str(version),
        )

    def _versions(self, product: ProductName) -> list[tuple[str, str]]:
        statement = select(_RELEASES.c.version, _RELEASES.c.state).where(
            _RELEASES.c.lake == self.lake, _RELEASES.c.product == str(product)
        )
        with self.database.reading() as connection:
            return [(version, state) for version, state in connection.execute(statement)]

    def _missing(self, ref: ReleaseRef, found: dict[Version, ReleaseState]) -> NameNotFound:
        if found:
            known = ", ".join(str(version) for version in sorted(found, reverse=True)[:8])
            return NameNotFound(
                "release",
                str(ref),
                [f"{ref.product}@{version}" for version in found],
                remedy=f"{ref.product} has {known}.",
            )
        statement = select(_HEADS.c.product).where(_HEADS.c.lake == self.lake)
        with self.database.reading() as connection:
            products = list(connection.execute(statement).scalars())
        if str(ref.product) in products or not products:
            remedy = f"Publish a first one: mesh promote {ref.product}."
            return NameNotFound("release", str(ref), remedy=remedy)
        return NameNotFound("released product", str(ref.product), products)

    def read(self, row: Row[Any]) -> Release:
        """The release that a row keeps; StorageError when its record is damaged."""
        try:
            release = self._read(row.record)
        except (ValueError, KeyError, TypeError, InputError) as error:
            raise StorageError(
                f"The record of {row.product} {row.version} cannot be read.",
                remedy="See what else is wrong with mesh fsck, and put back a copy.",
            ) from error
        return replace(release, state=ReleaseState(row.state))


def overtaken(product: ProductName, by: str) -> ConflictError:
    """The error for who comes second with a release of one product."""
    return ConflictError(
        f"{product} was changed by {by} in the meantime.",
        remedy="Nothing was published. Plan and promote again on the new state.",
    )


def _read(record: str) -> Release:
    return from_record(json.loads(record))
