"""Answers SQL on standard input, one JSON request a line, as Trino's protocol would.

A request is `{"sql", "catalog", "schema", "zone", "new_session"}`; an answer has columns and
rows as Trino's protocol writes them, or the error's class and text. Run it as
`python -m jupyter_mesh.testing.conformance --data FOLDER`: the folder holds `NAME.parquet`
files and `types.json`, and is the catalog `tpch`, schema `tiny`; an empty lake beside it is the
catalog `memory`. With `--engine trino` a real Trino answers, from its own tpch and memory.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_mesh.catalog.gateway import Gateway
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.engines.embedded import EmbeddedEngine
from jupyter_mesh.engines.folder import FolderSource
from jupyter_mesh.errors import MeshError, NameNotFound
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.settings import EmbeddedSettings, IcebergSettings
from jupyter_mesh.sql import reading
from jupyter_mesh.sql.embedded import Relation
from jupyter_mesh.testing.lakes import PlainSecrets
from jupyter_mesh.testing.protocol import spelled

Answer = dict[str, Any]


class TypedFolder(FolderSource):
    """Parquet files with the Trino types that stand beside them in types.json."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, path)
        self.folder = str(path)
        types = json.loads((path / "types.json").read_text("utf-8"))
        self._columns = {
            table: tuple(Column(c["name"], TrinoType.parse(c["type"])) for c in columns)
            for table, columns in types.items()
        }

    def schemas(self, connection: object) -> list[str]:  # noqa: ARG002 - files know it alone
        """The one schema."""
        return ["tiny"]

    def tables(self, connection: object, schema: str) -> list[str]:  # noqa: ARG002
        """The files."""
        return sorted(self._columns) if schema == "tiny" else []

    def relation(self, connection: object, schema: str, table: str) -> Relation:  # noqa: ARG002
        """A file, its text columns with their lengths."""
        path = str(Path(self.folder, f"{table}.parquet")).replace("'", "''")
        return Relation(f"read_parquet('{path}')", self._columns[table])

    def digest(self, schema: str, table: str) -> str:
        """A name is enough: the files never change."""
        return f"{schema}.{table}"


class Subject:
    """An embedded engine over the parquet files and an empty lake."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._open()

    def _open(self) -> None:
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        iceberg = IcebergSettings(
            f"sqlite:///{folder}/catalog.sqlite", (folder / "warehouse").as_uri()
        )
        secrets = PlainSecrets()
        lake = self._stack.enter_context(Lake("memory", iceberg, secrets))
        lake.create_schema("default")
        gateway = Gateway({"memory": lake})
        self._stack.callback(gateway.close)
        self.engine = EmbeddedEngine(
            EmbeddedSettings(threads=1),
            {"memory": lake},
            {"memory": iceberg},
            gateway,
            secrets,
            folder / "scratch",
        )
        self._stack.callback(self.engine.close)
        # No setting tells the types of a file's columns, so the source is put in by hand.
        sources: Any = self.engine._relations.sources
        sources["tpch"] = TypedFolder("tpch", self._data)
        self._session = Session(Actor("ana"))
        self._zone = ""

    def close(self) -> None:
        """Leave nothing behind."""
        self._stack.close()

    def answer(self, request: Answer) -> Answer:
        """One request's answer."""
        if request.get("new_session"):
            self.close()
            self._open()
        try:
            return self._answered(request)
        except MeshError as error:
            return {"error": {"class": type(error).__name__, "text": error.message}}

    def _answered(self, request: Answer) -> Answer:
        session = replace(
            self._session,
            catalog=self._session.catalog or request.get("catalog") or "",
            schema=self._session.schema or request.get("schema") or "",
            zone=self._zone or request.get("zone") or "UTC",
        )
        statement = reading.parse(request["sql"], session.catalog, session.schema, session.zone)
        if statement.kind == "set_time_zone":
            self._zone = dict(statement.session)["zone"]
            return {"columns": [], "rows": []}
        if statement.kind == "use":
            return self._use(dict(statement.session), session)
        result = self.engine.query(request["sql"], session, {})
        if result.stats.update:
            return {"columns": [], "rows": [], "update_count": result.stats.rows}
        types = [column.type for column in result.columns]
        return {
            "columns": [
                {"name": column.name, "type": str(column.type)} for column in result.columns
            ],
            "rows": [
                [spelled(value, type_) for value, type_ in zip(row, types, strict=True)]
                for row in result.rows()
            ],
        }

    def _use(self, names: dict[str, str], session: Session) -> Answer:
        catalog = names.get("catalog", session.catalog)
        known = self.engine.schemas(catalog, session)
        if names["schema"] not in known:
            raise NameNotFound("schema", f"{catalog}.{names['schema']}", known)
        self._session = replace(self._session, catalog=catalog, schema=names["schema"])
        return {"columns": [], "rows": []}


def _remote() -> Any:  # noqa: ANN401 - a subject of another kind
    from jupyter_mesh.testing.conformance_trino import RemoteSubject

    return RemoteSubject()


def _told(subject: Any, request: Answer) -> Answer:  # noqa: ANN401 - either kind of subject
    """A subject's answer, or its error as one."""
    try:
        return dict(subject.answer(request))
    except MeshError as error:
        return {"error": {"class": type(error).__name__, "text": error.message}}


def main() -> None:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of parquet files")
    parser.add_argument("--engine", choices=("embedded", "trino"), default="embedded")
    asked = parser.parse_args()
    subject: Any = Subject(asked.data) if asked.engine == "embedded" else _remote()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_told(subject, json.loads(line))) + "\n")
        sys.stdout.flush()
    subject.close()


if __name__ == "__main__":
    main()
