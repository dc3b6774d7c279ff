"""Settings: mesh.yaml and the environment, read into one frozen value."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh import meshfile
from jupyter_mesh.documents import Document
from jupyter_mesh.errors import ConfigError
from jupyter_mesh.meshfile import starter as starter
from jupyter_mesh.model.policy import Actor

if TYPE_CHECKING:
    from collections.abc import Mapping


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


@dataclass(frozen=True, slots=True)
class RestSettings:
    """An Iceberg catalog that somebody else keeps, asked through Iceberg's REST protocol.

    `flavour` is `plain` or `nessie`; `token` and `credential` are references.
    """

    uri: str
    warehouse: str = ""
    prefix: str = ""
    flavour: str = "plain"
    token: str = field(default="", repr=False)
    credential: str = field(default="", repr=False)
    storage: StorageSettings = field(default_factory=StorageSettings)


CatalogSettings = (
    IcebergSettings | RestSettings | SqliteSettings | PostgresqlSettings | FilesSettings
)


@dataclass(frozen=True, slots=True)
class EmbeddedSettings:
    """The engine in this process; memory as DuckDB writes it (`2GB`), 0 threads for all."""

    memory: str = "2GB"
    threads: int = 0
    kind: str = "embedded"


@dataclass(frozen=True, slots=True)
class TrinoSettings:
    """A Trino cluster: the mesh's own server without `url`, the actor without `user`.

    `auth` is none, password, jwt, oauth2, certificate or kerberos; `password` and `token` are
    references; `certificate`, `key` and `ca` absolute paths. `catalogs` maps a catalog of the
    mesh to the server's name for it where they differ.
    """

    url: str = ""
    user: str = ""
    auth: str = "none"
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    certificate: str = ""
    key: str = ""
    ca: str = ""
    verify: bool = True
    impersonate: bool = False
    session: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    client_tags: tuple[str, ...] = ()
    spooling: bool = True
    catalogs: Mapping[str, str] = field(default_factory=dict)
    kind: str = "trino"


@dataclass(frozen=True, slots=True)
class PluggedSettings:
    """An engine that another package brings, with the options it was given."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


_PATHS = ("certificate", "key", "ca")
EngineSettings = EmbeddedSettings | TrinoSettings | PluggedSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """One mesh, as its mesh.yaml says: absolute paths, catalogs in their written order.

    `engine` names the one of `engines` that answers where nothing else is said.
    """

    root: Path
    name: str
    actor: Actor
    engine: str
    engines: Mapping[str, EngineSettings]
    catalogs: Mapping[str, CatalogSettings]
    products: Path
    policy: Path
    home: str
    cell_timeout: int = 3600


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the mesh.yaml of a file, a folder or MESH_PATH, or the nearest one upwards.

    The environment may override any key: MESH_USER, MESH_ENGINE, and the rest by its path, as
    in MESH__CATALOGS__LAKE__WAREHOUSE. Raises ConfigError when there is no mesh.yaml,
    DescriptorError at a line when it is wrong.
    """
    environ = os.environ if environ is None else environ
    document = Document.read(meshfile.find(path, environ))
    for error in meshfile.faults(document, environ):
        raise error
    plain, _ = meshfile.overridden(document, environ)
    root = Path(document.file).parent.resolve()
    catalogs = plain["catalogs"]
    lakes = [name for name, catalog in catalogs.items() if catalog["type"] in meshfile.LAKES]
    return Settings(
        root=root,
        name=plain.get("name") or root.name,
        actor=_actor(plain.get("user"), environ),
        engine=plain.get("engine") or "embedded",
        engines=_engines(root, plain.get("engines") or {}),
        catalogs={
            name: _catalog(root, catalog, _hidden(root, name, lakes))
            for name, catalog in catalogs.items()
        },
        products=_folder(root, plain.get("products", "products")),
        policy=_folder(root, plain.get("policy", "policy")),
        home=plain.get("home") or (lakes[0] if lakes else ""),
        **{key: plain[key] for key in ("cell_timeout",) if key in plain},
    )


@dataclass(frozen=True, slots=True)
class SecretStore:
    """Looks references up in the environment and in the keyring, when they are needed."""

    environ: Mapping[str, str] | None = field(default=None, repr=False)

    def resolve(self, reference: str) -> str:
        """The value behind `${env:NAME}` or `${keyring:service/user}`; nothing for nothing.

        Raises ConfigError when it is neither or is not set; no message holds a value.
        """
        if not reference:
            return ""
        match = meshfile.REFERENCE.fullmatch(reference)
        if match is None:
            raise ConfigError("A secret is written in clear.", remedy=meshfile.REMEDY)
        if not match["variable"]:
            return _from_keyring(match["service"], match["user"])
        environ = os.environ if self.environ is None else self.environ
        if match["variable"] not in environ:
            raise ConfigError(
                f"The environment has no variable {match['variable']}.",
                remedy="Set it before starting, or name another one in mesh.yaml.",
            )
        return environ[match["variable"]]


def _from_keyring(service: str, user: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        value = keyring.get_password(service, user)
    except KeyringError as error:
        raise ConfigError(
            f"The keyring cannot be asked for {service}/{user}: {type(error).__name__}.",
            remedy="Unlock or install a keyring, or use ${env:NAME}.",
        ) from error
    if value is None:
        raise ConfigError(
            f"The keyring holds nothing for {service}/{user}.",
            remedy=f"Store it: keyring set {service} {user}.",
        )
    return str(value)


def _actor(user: str | dict[str, Any] | None, environ: Mapping[str, str]) -> Actor:
    if isinstance(user, dict):
        return Actor(user["name"], tuple(user.get("groups", ())))
    return Actor(user or environ.get("JUPYTERHUB_USER") or _login())


def _login() -> str:
    # A container may run as a number that no password file knows.
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user-{os.getuid()}"


def _folder(root: Path, text: str) -> Path:
    return Path(os.path.normpath(root / Path(text).expanduser()))


def _engines(root: Path, written: Mapping[str, Any]) -> dict[str, EngineSettings]:
    found: dict[str, EngineSettings] = {
        name: _engine(root, {"kind": name}) for name in meshfile.ENGINES
    }
    found.update((name, _engine(root, engine)) for name, engine in written.items())
    return found


def _engine(root: Path, written: Mapping[str, Any]) -> EngineSettings:
    rest = {key: value for key, value in written.items() if key != "kind"}
    if written["kind"] == "embedded":
        return EmbeddedSettings(**rest)
    if written["kind"] != "trino":
        return PluggedSettings(written["kind"], rest)
    tags = tuple(rest.pop("client_tags", ()))
    rest |= {key: str(_folder(root, rest[key])) for key in _PATHS if key in rest}
    return TrinoSettings(**rest, client_tags=tags)


def _hidden(root: Path, name: str, lakes: list[str]) -> Path:
    """Where a lake's files go by default: the first one's in .mesh, another's below it."""
    return root / ".mesh" if name in lakes[:1] else root / ".mesh" / name


def _catalog(root: Path, written: Mapping[str, Any], hidden: Path) -> CatalogSettings:
    rest = {key: value for key, value in written.items() if key != "type"}
    if written["type"] == "postgresql":
        return PostgresqlSettings(**rest)
    if written["type"] == "iceberg":
        return IcebergSettings(
            uri=_database(root, rest.get("uri", ""), hidden),
            warehouse=_warehouse(root, rest.get("warehouse", ""), hidden),
            password=rest.get("password", ""),
            storage=StorageSettings(**rest.get("storage", {})),
        )
    if written["type"] == "iceberg-rest":
        storage = StorageSettings(**rest.pop("storage", {}))
        return RestSettings(**{**rest, "uri": rest["uri"].rstrip("/")}, storage=storage)
    kind = SqliteSettings if written["type"] == "sqlite" else FilesSettings
    return kind(str(_folder(root, rest["path"])))


def _database(root: Path, uri: str, hidden: Path) -> str:
    if uri and not uri.startswith("sqlite:///"):
        return uri
    path = uri.removeprefix("sqlite:///")
    return f"sqlite:///{(_folder(root, path) if path else hidden / 'catalog.db').as_posix()}"


def _warehouse(root: Path, place: str, hidden: Path) -> str:
    if place.startswith(("s3://", "file://")):
        return place.rstrip("/")
    return f"file://{(_folder(root, place) if place else hidden / 'warehouse').as_posix()}"
