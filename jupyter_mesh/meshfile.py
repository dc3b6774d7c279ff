"""mesh.yaml as a file: where it is, the environment laid over it, all that is wrong in it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.documents import Document, dotted
from jupyter_mesh.errors import ConfigError, ConflictError, DescriptorError, StorageError
from jupyter_mesh.model.names import PLAIN
from jupyter_mesh.schemas.validation import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_mesh.schemas.validation import KeyPath

FILE = "mesh.yaml"
REFERENCE = re.compile(
    r"\$\{(?:env:(?P<variable>[A-Za-z_]\w*)|keyring:(?P<service>[^/{}]+)/(?P<user>[^{}]+))\}"
)
REMEDY = "Write ${env:NAME} and set that variable, or ${keyring:service/user}."
RESERVED = frozenset({"system", "information_schema"})
_SECRETS = frozenset({"password", "access_key", "secret_key", "token", "credential"})
_IN_ADDRESS = re.compile(
    r"//[^/@\s]*:[^/@\s]+@|[?&](password|secret|token|access_key)=", re.IGNORECASE
)
_IGNORED = "# What a mesh makes by itself.\n.mesh/\n.ipynb_checkpoints/\n"
_NUMBERS = frozenset({"threads", "port", "cell_timeout"})
_SWITCHES = frozenset({"path_style", "verify", "impersonate", "spooling"})
# What holds tables and can be written: one of them is the mesh's home.
LAKES = frozenset({"iceberg", "iceberg-rest"})
# The engines that need no word in a mesh.yaml.
ENGINES = ("embedded", "trino")


def find(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The mesh.yaml of a file or folder, of MESH_PATH, or the nearest one upwards.

    Raises ConfigError, with the way to make one, when there is none.
    """
    if path is None and environ.get("MESH_PATH"):
        path = Path(environ["MESH_PATH"])
    if path is None:
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / FILE).is_file():
                return folder / FILE
        raise ConfigError(
            f"There is no {FILE} in {here} or above it.",
            remedy="Make a mesh here: mesh init. Or name one: mesh --mesh PATH, or MESH_PATH.",
        )
    path = Path.cwd() / path.expanduser()
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise ConfigError(
            f"There is no mesh at {path}.",
            remedy="Make one: go there and run mesh init.",
        )
    return file


def overridden(
    document: Document, environ: Mapping[str, str]
) -> tuple[dict[str, Any], dict[KeyPath, str]]:
    """The file's values with the environment's over them, and which variable set which key.

    MESH_USER and MESH_ENGINE, and MESH__ followed by any key's path: two underscores stand
    between its parts, as in MESH__CATALOGS__LAKE__WAREHOUSE.
    """
    plain = document.plain()
    named: dict[str, tuple[str, ...]] = {
        "MESH_USER": ("user",),
        "MESH_ENGINE": ("engine",),
    }
    variables: dict[KeyPath, str] = {}
    for variable in sorted(environ):
        path = named.get(variable) or tuple(variable.lower().split("__")[1:])
        wanted = variable in named or variable.startswith("MESH__")
        if wanted and environ[variable] and path and all(path):
            _put(plain, path, _typed(path[-1], environ[variable]))
            variables[path] = variable
    for name, engine in _mappings(plain.get("engines")):
        # An engine is of the kind that it is called by, unless it says otherwise.
        engine.setdefault("kind", name)
    return plain, variables


def faults(
    document: Document, environ: Mapping[str, str] | None = None
) -> list[DescriptorError]:
    """Everything that is wrong in a mesh.yaml and in what the environment lays over it."""
    plain, variables = overridden(document, environ or {})
    found = list(_in_clear(document, plain, ()))
    spoken = {error.key for error in found}
    found += [e for e in document.faults(shipped("mesh"), plain) if e.key not in spoken]
    if not found:
        found += _contradictions(document, plain)
    return sorted((_placed(error, variables) for error in found), key=lambda error: error.line)


def starter(name: str) -> str:
    """The text of a first mesh.yaml: one Iceberg catalog, everything else by default."""
    schema = files("jupyter_mesh.schemas").joinpath("mesh.schema.json")
    return f"""\
# yaml-language-server: $schema={schema}
# A mesh that needs no server: Iceberg tables in the folder .mesh beside this file.
name: {json.dumps(name)}
engine: embedded

catalogs:
  lake:
    type: iceberg
  # More to read from, each under the name that SQL calls it by:
  # drop:
  #   type: files              # a folder of parquet, csv and json files
  #   path: data
  # ops:
  #   type: postgresql
  #   host: db.example.org
  #   database: ops
  #   user: reader
  #   password: ${{env:OPS_PASSWORD}}

products: products
policy: policy
"""


def begin(root: Path, name: str = "") -> list[Path]:
    """Write a first mesh.yaml into a folder, and .gitignore; which files were made.

    Nothing is overwritten: ConflictError when there is a mesh already.
    """
    settings, ignore = root / FILE, root / ".gitignore"
    if settings.exists():
        raise ConflictError(
            f"{settings} is there already.", remedy="Edit it, or name another folder."
        )
    made = [settings]
    try:
        root.mkdir(parents=True, exist_ok=True)
        with settings.open("x", encoding="utf-8") as stream:
            stream.write(starter(name or root.name))
        if not ignore.exists():
            ignore.write_text(_IGNORED, encoding="utf-8")
            made.append(ignore)
    except OSError as error:
        raise StorageError(
            f"{root} could not be set up: {error.strerror or error}.",
            remedy="Name a folder that you may write to.",
        ) from error
    return made


def _mappings(value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The named mappings in what should be a mapping of them."""
    if isinstance(value, dict):
        yield from ((name, below) for name, below in value.items() if isinstance(below, dict))


def _put(plain: dict[str, Any], path: tuple[str, ...], value: str | int | bool) -> None:
    for part in path[:-1]:
        below = plain.get(part)
        plain[part] = below if isinstance(below, dict) else {}
        plain = plain[part]
    plain[path[-1]] = value


def _typed(key: str, text: str) -> str | int | bool:
    if key in _NUMBERS and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if key in _SWITCHES and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    return text


def _placed(error: DescriptorError, variables: Mapping[KeyPath, str]) -> DescriptorError:
    """The error, laid at the environment's door when a variable set the key."""
    for path, variable in variables.items():
        if error.key == dotted(path):
            return DescriptorError(
                error.reason,
                file=f"environment variable {variable}",
                key=error.key,
                remedy=error.remedy,
            )
    return error


def _in_clear(document: Document, node: Any, path: KeyPath) -> Iterator[DescriptorError]:  # noqa: ANN401
    """Secrets that stand in the file itself; the message must not repeat them."""
    if isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _in_clear(document, item, (*path, key))
    elif node is not None and path and path[-1] in _SECRETS:
        if not REFERENCE.fullmatch(str(node)):
            yield document.error(path, "a secret is written here in clear.", REMEDY)
    elif isinstance(node, str) and _IN_ADDRESS.search(node):
        yield document.error(
            path,
            "the address holds a password.",
            "Take it out of the address and write password: ${env:NAME} beside it.",
        )


def _contradictions(document: Document, plain: dict[str, Any]) -> Iterator[DescriptorError]:
    catalogs: dict[str, dict[str, Any]] = plain["catalogs"]
    seen: dict[str, str] = {}
    for name in catalogs:
        if name.lower() in seen:
            other = seen[name.lower()]
            yield document.error(
                ("catalogs", name), f"{other} and {name} are one name to SQL.", "Rename one."
            )
        else:
            yield from _badly_named(document, name)
        seen.setdefault(name.lower(), name)
    lakes = [name for name, catalog in catalogs.items() if catalog["type"] in LAKES]
    yield from _shared(document, catalogs, lakes)
    engine, engines = plain.get("engine", "embedded"), {*ENGINES, *plain.get("engines", ())}
    if engine not in engines:
        yield document.error(
            ("engine",),
            f"there is no engine {engine}.",
            f"Name {' or '.join(sorted(engines))}, or describe it under engines.",
        )
    home = plain.get("home")
    if home is not None and home not in lakes:
        known = " or ".join(lakes) or "a catalog of type iceberg, once there is one"
        yield document.error(
            ("home",), f"{home} is not an Iceberg catalog of this mesh.", f"Name {known}."
        )


def _badly_named(document: Document, name: str) -> Iterator[DescriptorError]:
    path = ("catalogs", name)
    if not PLAIN.match(name):
        yield document.error(
            path,
            f"{name} is not a plain name.",
            "SQL will say it: use lower case letters, digits and underscores.",
        )
    elif name in RESERVED:
        yield document.error(path, f"{name} is a name that SQL keeps for itself.", "Rename it.")


def _shared(
    document: Document, catalogs: Mapping[str, Mapping[str, Any]], lakes: list[str]
) -> Iterator[DescriptorError]:
    """Two lakes over one warehouse: each would clear the other's files away as orphans."""
    owners: dict[str, str] = {}
    for name in lakes:
        place = str(catalogs[name].get("warehouse", "")).rstrip("/")
        if place and place in owners:
            yield document.error(
                ("catalogs", name, "warehouse"),
                f"{owners[place]} and {name} would share one warehouse.",
                "Give each a folder of its own.",
            )
        owners.setdefault(place, name)
