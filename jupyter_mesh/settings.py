"""Settings: mesh.yaml and the environment, read into one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jupyter_mesh.model.policy import Actor


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """An S3-compatible object store; the two keys are references such as `${env:S3_KEY}`."""

    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    path_style: bool = True


@dataclass(frozen=True, slots=True)
class IcebergSettings:
    """An Iceberg catalog: a SQL database for its pointers and a warehouse for its files.

    `uri` is an SQLAlchemy address without a password (`sqlite:////abs/catalog.db` or
    `postgresql://user@host:port/database`), `password` a reference; `warehouse` is a
    `file://` or `s3://` address.
    """

    uri: str
    warehouse: str
    password: str = field(default="", repr=False)
    storage: StorageSettings = field(default_factory=StorageSettings)


@dataclass(frozen=True, slots=True)
class SqliteSettings:
    """One SQLite file, read only; its tables stand in the schema `main`."""

    path: str


@dataclass(frozen=True, slots=True)
class PostgresqlSettings:
    """One PostgreSQL database, read only; `password` is a reference."""

    host: str
    database: str
    user: str
    port: int = 5432
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FilesSettings:
    """A folder of parquet, csv and json files; each file, or folder of files, is a table.

    Files at the top stand in the schema `files`, a sub-folder's files in a schema of its name.
    """

    path: str


CatalogSettings = IcebergSettings | SqliteSettings | PostgresqlSettings | FilesSettings


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The engine's kind and its limits; memory as DuckDB writes it (`2GB`), 0 threads for all."""

    kind: str = "embedded"
    memory: str = "2GB"
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """One mesh, as its mesh.yaml says: absolute paths, catalogs in their written order."""

    root: Path
    name: str
    actor: Actor
    engine: EngineSettings
    catalogs: Mapping[str, CatalogSettings]
    products: Path
    policy: Path
    home: str
    cell_timeout: int = 3600
