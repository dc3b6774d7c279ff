"""A DuckDB of the mesh's own: in memory, with its extensions, shut off from everything else."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from jupyter_mesh.engines.faults import explained
from jupyter_mesh.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_mesh.settings import EmbeddedSettings

# What reads and writes Iceberg tables, in the order in which one needs the other.
ICEBERG = ("avro", "httpfs", "iceberg")


def connect(
    settings: EmbeddedSettings, scratch: Path, extensions: Iterable[str] = ()
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that answers as Trino does where a setting decides it.

    Extensions come from their installed packages by path and are never downloaded; Python's
    variables are no tables; moments are in UTC; NULL sorts last. Raises ConfigError for a limit
    that DuckDB does not understand or an extension that is not installed.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "arrow_lossless_conversion": "true",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "default_null_order": "nulls_last",
        "memory_limit": settings.memory,
        "python_enable_replacements": "false",
        "temp_directory": str(scratch),
    }
    if settings.threads:
        config["threads"] = str(settings.threads)
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(":memory:", config=config)
    except duckdb.Error as error:
        raise ConfigError(
            f"The engine's settings are not right: {explained(error).message}",
            remedy="In mesh.yaml write for instance engine: {memory: 2GB, threads: 2}.",
        ) from error
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    # DuckDB would draw a bar into the cell; progress is told to those who ask for it.
    connection.execute("SET enable_progress_bar = false")
    for name in extensions:
        connection.load_extension(extension_path(name))
    return connection


def shut(connection: duckdb.DuckDBPyConnection, folders: Iterable[str]) -> None:
    """Leave only these folders (and object stores, by their address) open, for good."""
    allowed = ", ".join(literal(folder) for folder in folders)
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")


def extension_path(name: str) -> str:
    """Where the package of an extension keeps its file, found without importing it."""
    spec = find_spec(f"duckdb_extension_{name}")
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        path = Path(folder, "extensions", f"v{duckdb.__version__}", f"{name}.duckdb_extension")
        if path.is_file():
            return str(path)
    raise ConfigError(
        f"The DuckDB extension {name} is not installed for DuckDB {duckdb.__version__}.",
        remedy=f"pip install duckdb-extension-{name.replace('_', '-')}=={duckdb.__version__}",
    )


def literal(text: str) -> str:
    """The text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
