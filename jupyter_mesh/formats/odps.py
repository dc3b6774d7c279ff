"""Product descriptors as files: Bitol ODPS v1.0.0 and our one extension, `jupyterMesh`.

The standard: https://bitol-io.github.io/open-data-product-standard/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.reading import Reading, custom_property
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.product import InputPort
from jupyter_mesh.model.versions import ReleaseRef
from jupyter_mesh.schemas.validation import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_mesh.schemas.validation import KeyPath

EXTENSION = "jupyterMesh"
# A name space of its own, so that nobody else's names come to the same identifiers.
_NAMESPACE = uuid5(NAMESPACE_URL, "jupyter-mesh")


@dataclass(frozen=True, slots=True)
class PortEntry:
    """An output port as the descriptor lists it; its contract is another file."""

    name: str
    table: TableName
    path: KeyPath
    description: str = ""
    contract_id: str = ""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a product's descriptor says by itself; `notebook` is empty when not named."""

    name: ProductName
    inputs: tuple[InputPort, ...]
    outputs: tuple[PortEntry, ...]
    owner: str = ""
    description: str = ""
    status: str = ""
    version: str = ""
    notebook: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sampling: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""


def identity(name: ProductName, port: str = "", major: int = 1) -> UUID:
    """The computable identifier of a product, or of one major version of its port (UUIDv5)."""
    return uuid5(_NAMESPACE, f"{name}/{port}/v{major}" if port else str(name))


def read(reading: Reading, name: ProductName, home: str) -> Descriptor | None:
    """Read a descriptor that should be `name`'s, gathering every fault; None without hope."""
    plain = reading.document.plain()
    if not reading.hold(shipped("odps-v1.0.0"), plain):
        return None
    for key, expected in (("domain", name.domain), ("name", name.product)):
        if plain.get(key, expected) != expected:
            text = f"expected {expected} as the folders say, found {plain[key]!r}"
            reading.wrong((key,), text, "Rename the folder, or mend the descriptor.")
    extension = _extension(reading, plain, (), "Product") or {}
    team = plain.get("team") or {}
    return Descriptor(
        name=name,
        inputs=tuple(_inputs(reading, plain, extension, home)),
        outputs=tuple(_outputs(reading, plain, name, home)),
        owner=_owner(team),
        description=(plain.get("description") or {}).get("purpose", ""),
        status=plain["status"],
        version=plain.get("version", ""),
        notebook=extension.get("notebook", ""),
        parameters=extension.get("parameters") or {},
        sampling=extension.get("sampling") or {},
        engine=extension.get("engine", ""),
    )


def _owner(team: Mapping[str, Any]) -> str:
    """The member whose role it is, or the team by its name."""
    for member in team.get("members") or ():
        if "owner" in str(member.get("role", "")).lower():
            return str(member["username"])
    return str(team.get("name", ""))


def _extension(
    reading: Reading, written: Mapping[str, Any], path: KeyPath, kind: str
) -> dict[str, Any] | None:
    value, below = custom_property(written, EXTENSION)
    if value is None:
        return None
    schema = {**shipped("jupyterMesh"), "$ref": f"#/$defs/{kind}"}
    return value if reading.hold(schema, value, (*path, *below)) else None


def _outputs(
    reading: Reading, plain: Mapping[str, Any], name: ProductName, home: str
) -> Iterator[PortEntry]:
    entries = plain.get("outputPorts") or []
    if not entries:
        reading.wrong(("outputPorts",), "expected at least one output port.")
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        path = ("outputPorts", index)
        port = entry["name"]
        try:
            ProductName.parse(f"{name.domain}/{port}")
        except InputError:
            text = f"expected lower case letters, digits and underscores, found {port!r}"
            reading.wrong((*path, "name"), text, "The port is a table and will be said in SQL.")
            continue
        if port in seen:
            reading.wrong((*path, "name"), f"there are two output ports {port}.", "Rename one.")
            continue
        seen.add(port)
        extension = _extension(reading, entry, path, "OutputPort")
        table: TableName | None = TableName(home, name.schema, port)
        if extension is not None:
            place = (*path, *custom_property(entry, EXTENSION)[1], "table")
            table = _table(reading, extension["table"], place)
            if table is not None and table.catalog != home:
                text = f"expected a table in the home catalog {home}, found {table}"
                reading.wrong(place, text, "Only there is a release published as one.")
        if table is not None:
            yield PortEntry(
                port, table, path, entry.get("description", ""), entry.get("contractId", "")
            )


def _inputs(
    reading: Reading, plain: Mapping[str, Any], extension: Mapping[str, Any], home: str
) -> Iterator[InputPort]:
    meant: dict[str, Any] = extension.get("inputs") or {}
    names = [entry["name"] for entry in plain.get("inputPorts") or ()]
    for name in meant:
        if name not in names:
            place = (*custom_property(plain, EXTENSION)[1], "inputs", name)
            known = f"There are {', '.join(names)}." if names else "Add it to inputPorts."
            reading.wrong(place, f"there is no input port {name}.", known)
    for index, entry in enumerate(plain.get("inputPorts") or ()):
        path = ("inputPorts", index)
        name = entry["name"]
        if name in names[:index]:
            reading.wrong((*path, "name"), f"there are two input ports {name}.", "Rename one.")
            continue
        own = _extension(reading, entry, path, "InputPort")
        if own is not None:
            place = (*path, *custom_property(entry, EXTENSION)[1])
        elif name in meant:
            own, place = meant[name], (*custom_property(plain, EXTENSION)[1], "inputs", name)
        elif name.count(".") == 2:
            own, place = name, (*path, "name")
        elif any("customProperties" in fault.key for fault in reading.faults):
            # It may well be said in the part that could not be read.
            continue
        else:
            text = f"it is not said which table {name} is."
            remedy = (
                "Add customProperties: [{property: jupyterMesh, value: {table: "
                "catalog.schema.table}}], or {release: domain/product@^1} instead of the table."
            )
            reading.wrong((*path, "name"), text, remedy)
            continue
        port = _input(reading, name, own, place, home)
        if port is not None:
            yield port


def _input(
    reading: Reading, name: str, meant: str | dict[str, Any], path: KeyPath, home: str
) -> InputPort | None:
    if isinstance(meant, str):
        meant = {"release" if "/" in meant else "table": meant}
    elif "table" in meant or "release" in meant:
        path = (*path, "table" if "table" in meant else "release")
    if "table" in meant:
        table = _table(reading, meant["table"], path)
        return InputPort(name, table) if table is not None else None
    try:
        ref = ReleaseRef.parse(meant["release"])
    except InputError as error:
        reading.wrong(path, error.message, error.remedy)
        return None
    table = TableName(home, ref.product.schema, meant.get("port", name))
    return InputPort(name, table, ref)


def _table(reading: Reading, text: str, path: KeyPath) -> TableName | None:
    try:
        return TableName.parse(text)
    except InputError as error:
        reading.wrong(path, error.message, error.remedy)
        return None
