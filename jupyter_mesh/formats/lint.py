"""Everything doubtful or wrong in a mesh's files at once, each with its line and remedy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh import meshfile
from jupyter_mesh.documents import Document, read_text
from jupyter_mesh.errors import DescriptorError, InputError
from jupyter_mesh.formats import odcs, odps
from jupyter_mesh.formats.patterns import outside_common_subset
from jupyter_mesh.formats.products import CONTRACTS, DESCRIPTOR, read_product
from jupyter_mesh.formats.reading import Reading
from jupyter_mesh.model.names import ProductName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jupyter_mesh.model.contract import Contract, Rule
    from jupyter_mesh.model.product import DataProduct

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to look at; an error stops a promotion, a warning is hardly meant.

    `line` counts from 1, 0 unknown; `key` is the dotted path inside the file.
    """

    file: str
    line: int
    key: str
    text: str
    remedy: str = ""
    level: str = ERROR


def lint(folder: Path) -> list[Finding]:
    """Look through mesh.yaml, every product and every contract of a mesh, by file and line."""
    found = set(_mesh(folder / meshfile.FILE))
    products, home = _where(folder)
    for descriptor in sorted(products.glob(f"*/*/{DESCRIPTOR}")):
        found |= set(_product(descriptor, home))
    return sorted(found)


def lint_contract(text: str, file: str, port: str = "") -> list[Finding]:
    """Look through one contract, by line."""
    try:
        reading = Reading(Document.parse(text, file))
    except DescriptorError as error:
        return [_finding(error)]
    contract = odcs.read(reading, port)
    if contract is not None:
        _contract(reading, contract)
    return sorted(_findings(reading))


def _mesh(path: Path) -> Iterator[Finding]:
    try:
        document = Document.read(path)
    except DescriptorError as error:
        yield _finding(error)
        return
    yield from (_finding(fault) for fault in meshfile.faults(document))


def _where(folder: Path) -> tuple[Path, str]:
    """The folder of products and the home catalog, as far as a broken mesh.yaml says them."""
    try:
        plain: dict[str, Any] = Document.read(folder / meshfile.FILE).plain()
    except DescriptorError:
        # Already among the findings; the products stand where they usually do.
        plain = {}
    catalogs = plain.get("catalogs")
    entries = catalogs.items() if isinstance(catalogs, dict) else ()
    lakes = [
        name
        for name, catalog in entries
        if isinstance(catalog, dict) and catalog.get("type") == "iceberg"
    ]
    home = str(plain.get("home") or next(iter(lakes), "lake"))
    return folder / Path(str(plain.get("products") or "products")).expanduser(), home


def _product(descriptor: Path, home: str) -> Iterator[Finding]:
    folder = descriptor.parent
    ports: list[str] = []
    try:
        name = ProductName.parse(f"{folder.parent.name}/{folder.name}")
        reading = Reading(Document.read(descriptor))
    except DescriptorError as error:
        yield _finding(error)
    except InputError as error:
        yield Finding(str(descriptor), 1, "", error.message, error.remedy)
    else:
        product = read_product(reading, name, folder, home)
        entries = odps.read(Reading(reading.document), name, home)
        ports = [entry.name for entry in entries.outputs] if entries else []
        if product is not None:
            _completeness(reading, product)
        # What is wrong in a contract is found below, all of it and not just the first.
        own = [error for error in reading.faults if error.file == str(descriptor)]
        yield from _findings(Reading(reading.document, own, reading.doubts))
    for path in sorted((folder / CONTRACTS).glob("*.odcs.yaml")):
        port = path.name.removesuffix(".odcs.yaml")
        if ports and port not in ports:
            remedy = f"Add the port to {DESCRIPTOR}, or remove the file."
            yield Finding(
                str(path), 1, "", f"no output port is called {port}.", remedy, WARNING
            )
        yield from _contract_file(path, port)


def _contract_file(path: Path, port: str) -> Iterator[Finding]:
    try:
        text = read_text(path)
    except DescriptorError as error:
        yield _finding(error)
    else:
        yield from lint_contract(text, str(path), port)


def _completeness(reading: Reading, product: DataProduct) -> None:
    """What a reader of the catalog would miss."""
    if not product.owner:
        remedy = "Add team: {members: [{username: NAME, role: owner}]}."
        reading.doubt(("team",), "nobody owns this product.", remedy)
    if not product.description.strip():
        remedy = "Say in one sentence what it is for."
        reading.doubt(("description", "purpose"), "it has no description.", remedy)
    expected = str(odps.identity(product.name))
    if reading.document.data.get("id") != expected:
        remedy = f"Write {expected}, so that others can compute it from the name."
        reading.doubt(("id",), f"this is not the id that {product.name} leads to.", remedy)


def _contract(reading: Reading, contract: Contract) -> None:
    plain = reading.document.plain()
    index, columns = _properties(plain)
    if not contract.description.strip():
        remedy = "Say in one sentence what one row is: description: {purpose: ...}."
        reading.doubt(("description",), "the contract has no description.", remedy)
    described = {column.name for column in contract.columns if column.description.strip()}
    for position, written in enumerate(columns):
        name = written.get("physicalName") or written.get("name")
        path = ("schema", index, "properties", position)
        if name not in described and written.get("semanticType") != "measure":
            reading.doubt(
                (*path, "name"), f"column {name} has no description.", "Add description: ..."
            )
        _patterns(reading, path, [rule for rule in contract.rules if rule.column == name])


def _properties(plain: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """The one table's place in the file, and its columns as written."""
    for index, table in enumerate(plain.get("schema") or ()):
        if table.get("properties"):
            return index, table["properties"]
    return 0, []


def _patterns(reading: Reading, path: tuple[str | int, ...], rules: Iterable[Rule]) -> None:
    """Regular expressions that the two engines read differently."""
    for rule in rules:
        pattern = rule.arguments.get("pattern")
        if isinstance(pattern, str) and (construct := outside_common_subset(pattern)):
            option = rule.metric == "logicalTypeOptions"
            where = ("logicalTypeOptions", "pattern") if option else ("quality",)
            reading.doubt(
                (*path, *where),
                f"the engines do not agree on {construct} in {pattern}",
                "Write it with classes, groups and repetitions alone.",
            )


def _findings(reading: Reading) -> Iterator[Finding]:
    yield from (_finding(error) for error in reading.faults)
    yield from (_finding(error, WARNING) for error in reading.doubts)


def _finding(error: DescriptorError, level: str = ERROR) -> Finding:
    return Finding(error.file, error.line, error.key, error.reason, error.remedy, level)
