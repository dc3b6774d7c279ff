"""A folder of parquet, csv and json files as a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from jupyter_mesh.engines.connection import literal
from jupyter_mesh.engines.faults import explained
from jupyter_mesh.engines.kinds import relation
from jupyter_mesh.engines.states import digest
from jupyter_mesh.errors import StorageError
from jupyter_mesh.model.names import safe_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_mesh.sql.embedded import Relation

TOP = "files"
_READERS = {
    ".parquet": "read_parquet({files}, union_by_name = true)",
    ".pq": "read_parquet({files}, union_by_name = true)",
    ".csv": "read_csv({files}, union_by_name = true)",
    ".tsv": "read_csv({files}, union_by_name = true)",
    ".json": "read_json({files}, union_by_name = true)",
    ".ndjson": "read_json({files}, union_by_name = true)",
    ".jsonl": "read_json({files}, union_by_name = true)",
}


class FolderSource:
    """Each file, or folder of files of one kind, is a table.

    Files at the top stand in the schema `files`; a sub-folder is a schema of its name, with its
    files and its own sub-folders as tables. Names are made SQL-safe; hidden files are left
    out.
    """

    extension = ""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.folder = str(path)
        self._path = path

    def schemas(self, connection: duckdb.DuckDBPyConnection) -> Sequence[str]:  # noqa: ARG002
        """The folder itself and its sub-folders."""
        return sorted({TOP, *self._folders()})

    def tables(self, connection: duckdb.DuckDBPyConnection, schema: str) -> Sequence[str]:  # noqa: ARG002
        """The files and folders of files of a schema."""
        return sorted(self._tables(schema))

    def relation(
        self, connection: duckdb.DuckDBPyConnection, schema: str, table: str
    ) -> Relation:
        """The files of a table, columns matched by name."""
        files = self._tables(schema)[table]
        listed = "[" + ", ".join(literal(str(file)) for file in files) + "]"
        try:
            return relation(connection, _READERS[_ending(files[0])].format(files=listed))
        except duckdb.Error as error:
            raise StorageError(
                f"{self.name}.{schema}.{table} cannot be read: {explained(error).message}",
                remedy=f"Is every file in it whole? It is read from {files[0].name}"
                f"{f' and {len(files) - 1} more' if len(files) > 1 else ''}.",
            ) from error

    def digest(self, schema: str, table: str) -> str:
        """What the files' bytes are."""
        return digest(self._tables(schema)[table])

    def _folders(self) -> dict[str, Path]:
        return _named([path for path in _listed(self._path, self.name) if path.is_dir()])

    def _tables(self, schema: str) -> dict[str, list[Path]]:
        folder = self._path if schema == TOP else self._folders().get(schema)
        if folder is None:
            return {}
        entries = _listed(folder, self.name)
        if schema == TOP:
            entries = [path for path in entries if path.is_file()]
        tables = {name: _files(path) for name, path in _named(entries).items()}
        return {name: files for name, files in tables.items() if files}


def _listed(folder: Path, catalog: str) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    except OSError as error:
        raise StorageError(
            f"The catalog {catalog} has no readable folder {folder}.",
            remedy=f"Put it there, or correct catalogs: {catalog}: path: in mesh.yaml.",
        ) from error


def _named(paths: list[Path]) -> dict[str, Path]:
    known = [path for path in paths if path.is_dir() or _ending(path) in _READERS]
    stems = [
        path.name if path.is_dir() else path.name[: -len(_suffixes(path))] for path in known
    ]
    return dict(zip(safe_names(stems), known, strict=True))


def _files(path: Path) -> list[Path]:
    """The files of a table: all of one kind, or it is none."""
    if path.is_file():
        return [path]
    files = [
        file for file in sorted(path.rglob("*")) if file.is_file() and _ending(file) in _READERS
    ]
    return files if len({_READERS[_ending(file)] for file in files}) == 1 else []


def _suffixes(path: Path) -> str:
    """The ending with what compresses it: `.csv.gz`."""
    ending = _ending(path)
    return ending + path.suffix if path.suffix.lower() == ".gz" else path.suffix


def _ending(path: Path) -> str:
    name = path.name.lower()
    if name.endswith((".csv.gz", ".json.gz", ".ndjson.gz", ".jsonl.gz", ".tsv.gz")):
        name = name.removesuffix(".gz")
    return "." + name.rpartition(".")[2]
