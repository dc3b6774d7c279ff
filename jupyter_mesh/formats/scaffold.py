"""A new product's folder: descriptor, a contract for each port, a notebook to fill."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jupyter_mesh.documents import write_text
from jupyter_mesh.errors import ConflictError, InputError
from jupyter_mesh.formats.odcs_writing import contract_text
from jupyter_mesh.formats.odps import identity
from jupyter_mesh.formats.products import DESCRIPTOR, contract_path
from jupyter_mesh.model.contract import Column, Contract
from jupyter_mesh.model.names import PLAIN, TableName
from jupyter_mesh.model.types import BIGINT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_mesh.model.names import ProductName


def new_product(
    folder: Path,
    name: ProductName,
    home: str,
    owner: str,
    ports: Sequence[str] = (),
    notebook: Path | None = None,
) -> list[Path]:
    """Lay out a product below the folder of products, and say which files were made.

    Without ports it gets one that is called like the product. A `notebook` that is there
    already is copied in the place of an empty one, or left where it is when it lies in the
    product's folder. Raises ConflictError when any of the files is there already; nothing is
    written then.
    """
    names = tuple(ports) or (name.product,)
    for port in names:
        if not PLAIN.match(port) or names.count(port) > 1:
            raise InputError(
                f"{port!r} cannot name an output port.",
                remedy="Use distinct names of lower case letters, digits and underscores.",
            )
    place = folder / name.domain / name.product
    file = f"{name.product}.ipynb" if notebook is None else notebook.name
    files = {
        place / DESCRIPTOR: _descriptor(name, owner, names, file),
        **{contract_path(place, port): _contract(name, home, port) for port in names},
    }
    if notebook is None:
        files[place / file] = _notebook(name, names)
    elif notebook.resolve().parent != place.resolve():
        files[place / file] = _copied(notebook)
    for path in files:
        if path.exists():
            raise ConflictError(
                f"{path} is there already.", remedy="Nothing was written. Edit what is there."
            )
    for path, text in files.items():
        write_text(path, text)
    return list(files)


def _copied(notebook: Path) -> str:
    try:
        return notebook.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{notebook} cannot be read as a notebook.", remedy="Name another one, or none."
        ) from error


def _descriptor(name: ProductName, owner: str, ports: Sequence[str], notebook: str) -> str:
    outputs = "".join(
        f"""\
  - name: {port}
    version: 1.0.0
    contractId: {identity(name, port)}   # contracts/{port}.odcs.yaml
"""
        for port in ports
    )
    return f"""\
# The data product {name}: who owns it, what it reads, what it serves (Bitol ODPS v1.0.0).
apiVersion: v1.0.0
kind: DataProduct
id: {identity(name)}
name: {name.product}
domain: {name.domain}
status: draft
description:
  purpose: ""   # one sentence: what is it for?
team:
  members:
    - username: {json.dumps(owner, ensure_ascii=False)}
      role: owner
customProperties:
  - property: jupyterMesh
    value:
      notebook: {json.dumps(notebook, ensure_ascii=False)}
      # What the notebook reads, by the names under inputPorts: a table of this mesh
      # (lake.raw.flights) or another product's release (aviation/delays@^1).
      # inputs:
      #   flights: lake.raw.flights
# inputPorts:
#   - name: flights
#     version: 1.0.0
#     contractId: flights
outputPorts:
{outputs}"""


def _contract(name: ProductName, home: str, port: str) -> str:
    example = Column("id", BIGINT, required=True, primary_key=True)
    contract = Contract(str(identity(name, port)), (example,))
    text = contract_text(contract, port, name, TableName(home, name.schema, port))
    return f"""\
# What the port {port} promises: its columns and the rules its data keeps (Bitol ODCS v3.1.0).
# The column below is an example; list the real ones, each with a description.
{text}"""


def _notebook(name: ProductName, ports: Sequence[str]) -> str:
    cells = [
        _cell("markdown", f"# {name}\n\nWhat this notebook makes, from what, and how."),
        _cell("code", "# what a promotion may set: -p NAME=VALUE", tags=["parameters"]),
        _cell("code", "%load_ext jupyter_mesh"),
        *(_cell("code", _statement(port)) for port in ports),
    ]
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"cell-{number}"
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _statement(port: str) -> str:
    remark = f"-- an example row; write what makes {port}"
    return f"%%mesh --stage {port}\n{remark}\nSELECT CAST(1 AS bigint) AS id"


def _cell(kind: str, source: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source.splitlines(keepends=True),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell
