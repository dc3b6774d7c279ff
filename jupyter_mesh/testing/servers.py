"""Real servers for tests: started on need, shared between test processes, gone with the last.

Each is a context manager, and fits a session fixture:

    @pytest.fixture(scope="session")
    def trino():
        with servers.trino() as service:
            yield service
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.stack import Stack
from jupyter_mesh.stack.packages import home
from jupyter_mesh.stack.postgres import Postgres
from jupyter_mesh.stack.storage import ACCESS_KEY, SECRET_KEY, Storage
from jupyter_mesh.stack.trino import Trino
from jupyter_mesh.testing.ceph import Ceph
from jupyter_mesh.testing.nessie import Nessie

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection

    from jupyter_mesh.stack.kinds import Kind
    from jupyter_mesh.stack.service import Service

PASSWORD = "mesh"  # noqa: S105 - of a server that lives for a test
# What a Trino knows by the names that are written for it: of stores, a lake and a source.
SECRETS = {
    "MESH_LAKE_PASSWORD": PASSWORD,
    "MESH_LAKE_ACCESS_KEY": ACCESS_KEY,
    "MESH_LAKE_SECRET_KEY": SECRET_KEY,
    "MESH_SALES_PASSWORD": PASSWORD,
}


@contextmanager
def trino(
    *,
    config: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    alone: bool = False,
) -> Iterator[Service]:
    """A Trino with no catalogs: `CREATE CATALOG` makes them; give them names of your own.

    `config` is laid over config.properties (an empty value takes one away), `files` are more
    files of etc by their name, `environment` is what `${ENV:NAME}` finds
    beside SECRETS. Who asks for the same gets the same server; whoever kills it, or leaves it
    in a state, asks for one `alone`.
    """
    kind = Trino(is_brief=True, config=config or {}, files=files or {})
    known = {**SECRETS, **(environment or {})}
    asked = {"config": kind.config, "files": kind.files, "environment": known}
    with _running("trino", kind, asked, known, alone=alone) as service:
        yield service


@contextmanager
def postgres(
    *, settings: Mapping[str, str] | None = None, alone: bool = False
) -> Iterator[Service]:
    """A PostgreSQL with the user, the password and the database `mesh`.

    Make databases of your own in it: `database` does. `settings` are laid over its own.
    """
    # Processes are killed in tests, never the machine.
    kind = Postgres({"fsync": "off", **(settings or {})}, password=PASSWORD)
    with _running("postgres", kind, kind.settings, {}, alone=alone) as service:
        yield service


def connected(service: Service, database: str = "postgres") -> Connection[Any]:
    """A connection to a database of that PostgreSQL, each statement for itself."""
    import psycopg

    return psycopg.connect(
        host=service.facts["host"],
        port=service.facts["port"],
        user=service.facts["user"],
        password=PASSWORD,
        dbname=database,
        autocommit=True,
    )


@contextmanager
def database(service: Service) -> Iterator[str]:
    """The name of a fresh, empty database in that PostgreSQL; dropped at the end."""
    from psycopg.sql import SQL, Identifier

    name = f"t_{uuid4().hex[:12]}"
    with connected(service) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield name
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@contextmanager
def moto(*, alone: bool = False) -> Iterator[Service]:
    """An object store in memory; `bucket` is one that is there, any key opens it."""
    with _running("s3", Storage(), {}, {}, alone=alone) as service:
        yield service


@contextmanager
def nessie(
    store: Service, *, bucket: str = "", more: Mapping[str, str] | None = None
) -> Iterator[Service]:
    """A Nessie of one's own, in memory, over a bucket of an object store (`moto`).

    `uri` is where Iceberg's REST protocol is spoken, `api` its own; `more` is laid over its
    settings.
    """
    kind = Nessie(store, bucket or str(store.facts["bucket"]), more or {})
    with _running("nessie", kind, {}, {}, alone=True) as service:
        yield service


@contextmanager
def ceph(*, alone: bool = False) -> Iterator[Service]:
    """An object store that others run in earnest; it has no buckets yet.

    Twenty seconds to start: for what has to be shown on a second store.
    """
    with _running("ceph", Ceph(), {}, {}, alone=alone) as service:
        yield service


@contextmanager
def _running(
    name: str, kind: Kind, asked: object, environment: Mapping[str, str], *, alone: bool
) -> Iterator[Service]:
    if alone:
        with tempfile.TemporaryDirectory(prefix=f"mesh-{name}-") as folder:
            # Servers that give up root's rights have to come in as well.
            Path(folder).chmod(0o755)
            stack = Stack(Path(folder) / "stack", kinds={name: kind})
            try:
                yield stack.up([name], environment)[name]
            finally:
                stack.down([name])
        return
    key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]
    root = home() / "testing" / f"{name}-{key}"
    root.mkdir(parents=True, exist_ok=True)
    stack = Stack(root, kinds={name: kind})
    with (root / "users").open("a") as users:
        # Held as long as we use it: the lock of a process that is killed goes with it.
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield stack.up([name], environment)[name]
        finally:
            if _is_last(users.fileno()):
                stack.down([name])


def _is_last(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
