"""The products of a mesh as folders: products/<domain>/<product>/ with its files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mesh.documents import Document, read_text
from jupyter_mesh.errors import DescriptorError, InputError, NameNotFound
from jupyter_mesh.formats import odps
from jupyter_mesh.formats.odcs import read_contract
from jupyter_mesh.formats.reading import Reading
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.product import DataProduct, OutputPort

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from jupyter_mesh.formats.odps import Descriptor, PortEntry
    from jupyter_mesh.model.contract import Contract

DESCRIPTOR = "product.odps.yaml"
CONTRACTS = "contracts"


def contract_path(folder: Path, port: str) -> Path:
    """Where the contract of an output port stands."""
    return folder / CONTRACTS / f"{port}.odcs.yaml"


@dataclass(frozen=True, slots=True)
class ProductFiles:
    """The products in a folder; `home` is the catalog that holds their tables."""

    folder: Path
    home: str

    def names(self) -> Sequence[ProductName]:
        """Every product with a descriptor, sorted; folders without one are passed over."""
        return sorted(self._names())

    def product(self, name: ProductName) -> DataProduct:
        """Read one with its contracts.

        Raises NameNotFound with the nearest, DescriptorError at the line of the first fault.
        """
        folder = self.folder / name.domain / name.product
        if not (folder / DESCRIPTOR).is_file():
            known = [str(known) for known in self.names()]
            remedy = f"Begin it: mesh new product {name}."
            raise NameNotFound("product", str(name), known, remedy=remedy)
        reading = Reading(Document.read(folder / DESCRIPTOR))
        found = read_product(reading, name, folder, self.home)
        reading.settle()
        assert found is not None  # noqa: S101 - without a fault there is a product
        return found

    def _names(self) -> Iterator[ProductName]:
        for descriptor in self.folder.glob(f"*/*/{DESCRIPTOR}"):
            domain, product = descriptor.parts[-3:-1]
            try:
                yield ProductName.parse(f"{domain}/{product}")
            except InputError:
                # Not a product's name, so nothing that could be asked for; lint speaks of it.
                continue


def read_product(
    reading: Reading, name: ProductName, folder: Path, home: str
) -> DataProduct | None:
    """A product from its descriptor and its contracts, gathering every fault."""
    descriptor = odps.read(reading, name, home)
    if descriptor is None:
        return None
    notebook = _notebook(reading, descriptor, folder)
    outputs = []
    files = {DESCRIPTOR: reading.document.text}
    for entry in descriptor.outputs:
        contract = _contract(reading, entry, folder)
        if contract is not None:
            relative = contract_path(folder, entry.name).relative_to(folder).as_posix()
            files[relative] = contract.text
            outputs.append(
                OutputPort(
                    entry.name, entry.table, contract, entry.description or contract.description
                )
            )
    return DataProduct(
        name=name,
        folder=str(folder),
        notebook=str(notebook or ""),
        inputs=descriptor.inputs,
        outputs=tuple(outputs),
        owner=descriptor.owner,
        description=descriptor.description,
        status=descriptor.status,
        version=descriptor.version,
        parameters=descriptor.parameters,
        engine=descriptor.engine,
        sampling=descriptor.sampling,
        files=files,
    )


def _notebook(reading: Reading, descriptor: Descriptor, folder: Path) -> Path | None:
    """The named notebook, or the one that is called like the product, or the only one."""
    path = ("customProperties",)
    remedy = (
        "Name it: customProperties: [{property: jupyterMesh, value: {notebook: NAME.ipynb}}]."
    )
    if descriptor.notebook:
        found = folder / descriptor.notebook
        if not found.resolve().is_relative_to(folder.resolve()):
            text = f"{descriptor.notebook} does not lie in the product's folder."
            reading.wrong(
                path, text, "Move it there: what a release is made of stays together."
            )
        elif not found.is_file():
            reading.wrong(path, f"there is no notebook {descriptor.notebook}.", "Write it.")
        return found
    there = sorted(folder.glob("*.ipynb"))
    named = [file for file in there if file.stem in {descriptor.name.product, "notebook"}]
    if len(named) == 1 or len(there) == 1:
        return (named or there)[0]
    text = "there is no notebook." if not there else "it is not said which notebook makes it."
    reading.wrong(path, text, remedy)
    return None


def _contract(reading: Reading, entry: PortEntry, folder: Path) -> Contract | None:
    path = contract_path(folder, entry.name)
    try:
        if not path.is_file():
            text = f"the port {entry.name} has no contract: there is no {path.name}."
            reading.wrong((*entry.path, "name"), text, f"Write {path}.")
            return None
        contract = read_contract(read_text(path), str(path), entry.name)
    except DescriptorError as error:
        reading.faults.append(error)
        return None
    said = json.loads(dict(contract.notes).get("table.physicalName", '""'))
    if said.count(".") == 2 and said != str(entry.table):
        text = f"{path.name} says {said}, but the port serves {entry.table}."
        reading.wrong((*entry.path, "name"), text, "Write the same table in both files.")
    if entry.contract_id and entry.contract_id != contract.id:
        text = f"expected the id of {path.name}, {contract.id}, found {entry.contract_id!r}"
        reading.wrong((*entry.path, "contractId"), text, "Write the same id in both files.")
    return contract
