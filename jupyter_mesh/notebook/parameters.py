"""The parameters that a notebook declares, and values held against them."""

from __future__ import annotations

import ast
import io
import math
import tokenize
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.notebook.document import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from jupyter_mesh.notebook.document import Cell, Document

TAG = "parameters"
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
_ANNOTATIONS = {"bool": "boolean", "int": "integer", "float": "number", "str": "string"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter.

    `type` is a word of JSON Schema (boolean, integer, number, string, array) or empty when
    anything will do; `default` is None where the notebook computes it; `help` is the comment
    above it or beside it.
    """

    name: str
    type: str = ""
    default: Any = None
    help: str = ""

    def accepts(self, value: Any) -> bool:  # noqa: ANN401 - any JSON value
        """Whether a value is of the declared type."""
        given = _TYPES.get(type(value), "")
        return self.type in {"", given} or (self.type, given) == ("number", "integer")


def parameters_of(path: Path) -> tuple[Parameter, ...]:
    """The parameters of a notebook, in order; NotebookError when the file is none."""
    return declared(read(path))


def declared(document: Document) -> tuple[Parameter, ...]:
    """What the cell tagged `parameters` assigns; nothing without such a cell."""
    cell = next((cell for cell in document.code if TAG in cell.tags), None)
    if cell is None:
        return ()
    try:
        tree = ast.parse(cell.source)
    except (SyntaxError, ValueError):
        return ()
    comments = _comments(cell)
    found: dict[str, Parameter] = {}
    for statement in tree.body:
        for parameter in _assigned(statement, comments):
            found[parameter.name] = parameter
    return tuple(found.values())


def checked(document: Document, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, when every name is declared and every value is of its type.

    Names become code in the notebook, so nothing but a declared identifier goes in. Raises
    InputError with the nearest name.
    """
    known = {parameter.name: parameter for parameter in declared(document)}
    for name, value in values.items():
        fault = fault_of(document.name, known, name, value)
        if fault is not None:
            raise fault
    return dict(values)


def fault_of(
    notebook: str,
    known: Mapping[str, Parameter],
    name: str,
    value: Any,  # noqa: ANN401 - any JSON value
) -> InputError | None:
    """What is wrong with one value, or nothing."""
    parameter = known.get(name)
    if parameter is None:
        return InputError(
            f"{notebook} has no parameter {name!r}.", remedy=_nearest(name, known)
        )
    if not _is_plain(value):
        return InputError(
            f"The parameter {name} of {notebook} cannot be {value!r}.",
            remedy="Give a text, a finite number, true, false, null or a list of these.",
        )
    if value is not None and not parameter.accepts(value):
        return InputError(
            f"The parameter {name} of {notebook} is of type {parameter.type}, not {value!r}.",
            remedy=f"Its default is {parameter.default!r}.",
        )
    return None


def _nearest(name: str, known: Mapping[str, Parameter]) -> str:
    if not known:
        return f"Assign it in a cell tagged {TAG!r}; that declares it."
    near = get_close_matches(name, known, n=3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"It declares {', '.join(known)}."


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any value
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


def _assigned(
    statement: ast.stmt, comments: Mapping[tuple[int, bool], str]
) -> Iterator[Parameter]:
    if isinstance(statement, ast.AnnAssign):
        targets: Sequence[ast.expr] = [statement.target]
        annotation = ast.unparse(statement.annotation)
    elif isinstance(statement, ast.Assign):
        targets, annotation = statement.targets, ""
    else:
        return
    default = _literal(statement.value)
    kind = _ANNOTATIONS.get(annotation) or ("" if annotation else _TYPES.get(type(default), ""))
    beside = comments.get((statement.end_lineno or 0, False))
    text = beside or comments.get((statement.lineno - 1, True), "")
    for target in targets:
        if isinstance(target, ast.Name):
            yield Parameter(target.id, kind, default, text)


def _literal(value: ast.expr | None) -> Any:  # noqa: ANN401 - any literal
    try:
        return ast.literal_eval(value) if value is not None else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _comments(cell: Cell) -> dict[tuple[int, bool], str]:
    """The comments of a cell by line, and whether they have the line for themselves."""
    found: dict[tuple[int, bool], str] = {}
    for token in tokenize.generate_tokens(io.StringIO(cell.source).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            is_alone = not token.line[:column].strip()
            found[line, is_alone] = token.string.lstrip("# ").rstrip()
    return found
