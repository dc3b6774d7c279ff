"""A mesh's catalogs as Trino's: the properties of each, secrets by reference alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConfigError
from jupyter_mesh.settings import (
    IcebergSettings,
    PostgresqlSettings,
    RestSettings,
    StorageSettings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from urllib.parse import SplitResult

    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import CatalogSettings

_BUSY_MILLISECONDS = 30_000


def is_known(settings: CatalogSettings) -> bool:
    """Whether Trino has a connector for such a catalog."""
    return isinstance(settings, IcebergSettings | RestSettings | PostgresqlSettings)


def properties(name: str, settings: CatalogSettings, branch: str = "") -> dict[str, str]:
    """The catalog's properties, connector and all; a `branch` of ours instead of main.

    Secrets are written as `${ENV:...}`, which the server looks up in its own environment.
    Raises ConfigError for what Trino has no connector for.
    """
    match settings:
        case IcebergSettings():
            return _lake(name, settings, branch)
        case RestSettings():
            return kept_by_others(name, settings, settings.warehouse)
        case PostgresqlSettings():
            return {
                "connector.name": "postgresql",
                "connection-url": f"jdbc:postgresql://{settings.host}:{settings.port}/"
                f"{settings.database}",
                "connection-user": settings.user,
                # Left out otherwise, where the embedded engine has them.
                "postgresql.array-mapping": "AS_ARRAY",
                **_secret("connection-password", name, "PASSWORD", settings.password),
            }
    raise ConfigError(
        f"Trino has no connector for the catalog {name}.",
        remedy="Read it with the embedded engine, or land its tables in a lake first.",
    )


def environment(catalogs: Mapping[str, CatalogSettings], secrets: Secrets) -> dict[str, str]:
    """What the server's environment has to hold for the catalogs' secrets."""
    return {
        _variable(name, key): secrets.resolve(reference)
        for name, settings in catalogs.items()
        for key, reference in _references(settings)
    }


def _references(settings: CatalogSettings) -> Iterator[tuple[str, str]]:
    storage = getattr(settings, "storage", StorageSettings())
    found = {
        "PASSWORD": getattr(settings, "password", ""),
        "TOKEN": getattr(settings, "token", ""),
        "CREDENTIAL": getattr(settings, "credential", ""),
        "ACCESS_KEY": storage.access_key,
        "SECRET_KEY": storage.secret_key,
    }
    return ((key, reference) for key, reference in found.items() if reference)


def _variable(name: str, key: str) -> str:
    return f"MESH_{name.upper()}_{key}"


def _secret(key: str, name: str, kind: str, reference: str) -> dict[str, str]:
    return {key: f"${{ENV:{_variable(name, kind)}}}"} if reference else {}


def _lake(name: str, settings: IcebergSettings, branch: str) -> dict[str, str]:
    return {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "jdbc",
        **_database(name, settings),
        "iceberg.jdbc-catalog.catalog-name": branch or name,
        "iceberg.jdbc-catalog.default-warehouse-dir": settings.warehouse,
        "iceberg.jdbc-catalog.schema-version": "V1",
        # The mesh's own tables say where they lie; two files of one name never meet.
        "iceberg.unique-table-location": "true",
        **_files(name, settings.warehouse, settings.storage),
    }


def _database(name: str, settings: IcebergSettings) -> dict[str, str]:
    from urllib.parse import unquote, urlsplit

    prefix = "iceberg.jdbc-catalog"
    if settings.uri.startswith("sqlite:///"):
        path = settings.uri.removeprefix("sqlite:///").partition("?")[0]
        return {
            f"{prefix}.driver-class": "org.sqlite.JDBC",
            f"{prefix}.connection-url": f"jdbc:sqlite:{path}?busy_timeout={_BUSY_MILLISECONDS}",
        }
    place = urlsplit(re.sub(r"^postgresql\+\w+", "postgresql", settings.uri))
    found = {
        f"{prefix}.driver-class": "org.postgresql.Driver",
        f"{prefix}.connection-url": f"jdbc:postgresql://{_host(place)}{place.path}",
        **_secret(f"{prefix}.connection-password", name, "PASSWORD", settings.password),
    }
    if place.username:
        found[f"{prefix}.connection-user"] = unquote(place.username)
    return found


def _host(place: SplitResult) -> str:
    if not place.hostname:
        raise ConfigError(
            "Trino reaches a PostgreSQL catalog by its network address only.",
            remedy="Write host and port in the catalog's uri: postgresql://user@host:5432/name.",
        )
    return f"{place.hostname}:{place.port or 5432}"


def kept_by_others(name: str, settings: RestSettings, place: str) -> dict[str, str]:
    """The properties of an Iceberg REST catalog whose files lie at `place`."""
    found = {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "rest",
        "iceberg.rest-catalog.uri": settings.uri,
        **_files(name, place, settings.storage),
    }
    if settings.prefix:
        found["iceberg.rest-catalog.prefix"] = settings.prefix
    if settings.warehouse:
        found["iceberg.rest-catalog.warehouse"] = settings.warehouse
    if settings.token or settings.credential:
        kind = "TOKEN" if settings.token else "CREDENTIAL"
        reference = settings.token or settings.credential
        found["iceberg.rest-catalog.security"] = "OAUTH2"
        key = f"iceberg.rest-catalog.oauth2.{kind.lower()}"
        found |= _secret(key, name, kind, reference)
    return found


def _files(name: str, warehouse: str, storage: StorageSettings) -> dict[str, str]:
    """How the files are reached. The names are those of Trino 476; newer ones know them too."""
    if warehouse.startswith("file:"):
        return {"fs.native-local.enabled": "true", "local.location": "/"}
    found = {
        "fs.native-s3.enabled": "true",
        "s3.region": storage.region,
        "s3.path-style-access": str(storage.path_style).lower(),
        **_secret("s3.aws-access-key", name, "ACCESS_KEY", storage.access_key),
        **_secret("s3.aws-secret-key", name, "SECRET_KEY", storage.secret_key),
    }
    if storage.endpoint:
        found["s3.endpoint"] = storage.endpoint
    return found
