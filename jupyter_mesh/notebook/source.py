"""What the source of a cell says without running it: magics, names, statements, stages."""

from __future__ import annotations

import ast
import re
import shlex
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_mesh.notebook.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.notebook.document import Cell

# Cell magics whose body is Python that runs in the notebook's own namespace.
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun"})
_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|[^#'\"]*[^\s#'\"]\?{1,2}\s*)$")
_CAPTURED = re.compile(r"^(\s*[\w.,\s]+=\s*)[%!].*$")
_INSTALL = re.compile(
    r"^\s*[!%]*\s*(?:python\S*\s+-m\s+)?(?:uv\s+)?(pip|conda|mamba)\s+install\b"
)
_SETS_MESH = re.compile(r"^\s*%(?:load_ext\s+jupyter_mesh|mesh\b)", re.MULTILINE)
_RUNS_MORE = re.compile(r"^\s*%(?:run|pylab|autoreload|store)\b", re.MULTILINE)
_PARAMETER = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_ASKS = frozenset({"input", "raw_input", "getpass"})
_ASYNC = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True, slots=True)
class Place:
    """A word and the line of its cell where it stands."""

    text: str
    line: int


@dataclass
class Facts:
    """What one cell would do; `is_opaque` when it may do more than its text shows."""

    cell: Cell
    made: set[str] = field(default_factory=set)
    used: dict[str, int] = field(default_factory=dict)
    fault: Place | None = None
    stages: list[Place] = field(default_factory=list)
    statements: list[Place] = field(default_factory=list)
    texts: list[Place] = field(default_factory=list)
    asks: list[Place] = field(default_factory=list)
    installs: list[Place] = field(default_factory=list)
    is_opaque: bool = False
    may_stage: bool = False


def facts_of(cell: Cell) -> Facts:
    """Look at one code cell."""
    facts = Facts(cell)
    first, _newline, body = cell.source.lstrip("\n").partition("\n")
    blank = len(cell.source) - len(cell.source.lstrip("\n"))
    magic = re.match(r"%%(\w+)", first)
    if magic is None:
        _python(facts, cell.source)
    elif magic[1] == "mesh":
        _sql(facts, first, body, blank + 2)
    elif magic[1] in _PYTHON_MAGICS:
        _python(facts, "\n" * (blank + 1) + body)
        facts.made.update(first.split()[1:2])
    else:
        facts.is_opaque = magic[1] not in {"html", "markdown", "latex", "svg", "javascript"}
        _installs(facts)
    return facts


def _sql(facts: Facts, first: str, body: str, line: int) -> None:
    """A `%%mesh` cell: its options and its statement, whose first line is `line`."""
    try:
        words = [part for word in shlex.split(first)[1:] for part in word.split("=", 1)]
    except ValueError:
        words = []
    options = dict(zip(words[::2], words[1::2], strict=False))
    if port := options.get("--stage"):
        facts.stages.append(Place(port, line - 1))
    if name := options.get("--into"):
        facts.made.add(name)
    facts.statements.append(Place(body, line))
    bare = _QUOTED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), body)
    for match in _PARAMETER.finditer(bare):
        facts.used.setdefault(match[1], line + bare.count("\n", 0, match.start()))


def _python(facts: Facts, source: str) -> None:
    _installs(facts)
    if _SETS_MESH.search(source):
        facts.made.add("mesh")
    if _RUNS_MORE.search(source):
        facts.is_opaque = facts.may_stage = True
    tree = _tree(facts, source)
    if tree is None:
        return
    names = Names()
    names.visit(tree)
    facts.made |= names.made
    facts.used |= names.used
    for node in ast.walk(tree):
        _look(facts, node)


def _installs(facts: Facts) -> None:
    for number, line in enumerate(facts.cell.source.splitlines(), start=1):
        marked = line.lstrip().startswith(("!", "%")) or facts.cell.source.startswith("%%")
        if marked and (match := _INSTALL.match(line)):
            facts.installs.append(Place(match[1], number))


def _tree(facts: Facts, source: str) -> ast.Module | None:
    """The cell's Python; lines that only IPython understands stand as `pass`."""
    for attempt in dict.fromkeys((source, _without_magics(source))):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = compile(attempt, "cell", "exec", ast.PyCF_ONLY_AST | _ASYNC, True)
                compile(attempt, "cell", "exec", _ASYNC, True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None) or 1
            facts.fault = Place(getattr(error, "msg", None) or str(error), line)
        else:
            facts.fault = None
            return tree if isinstance(tree, ast.Module) else None
    return None


def _without_magics(source: str) -> str:
    lines = []
    for line in source.split("\n"):
        if captured := _CAPTURED.match(line):
            lines.append(f"{captured[1]}None")
        elif magic := _MAGIC.match(line):
            lines.append(f"{magic[1]}pass")
        else:
            lines.append(line)
    return "\n".join(lines)


def _look(facts: Facts, node: ast.AST) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        facts.texts.append(Place(node.value, node.lineno))
    elif isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        facts.is_opaque = True
    elif isinstance(node, ast.Call):
        _look_at_call(facts, node)


def _look_at_call(facts: Facts, node: ast.Call) -> None:
    name = _called(node)
    if name in _ASKS:
        facts.asks.append(Place(name, node.lineno))
    elif name in {"exec", "eval", "run_line_magic", "run_cell_magic", "run_cell"}:
        facts.is_opaque = facts.may_stage = True
    elif name == "stage" and isinstance(node.func, ast.Attribute):
        port = _argument(node, "port")
        if port is not None:
            facts.stages.append(Place(port, node.lineno))
        facts.may_stage |= port is None
    elif name == "query" and isinstance(node.func, ast.Attribute):
        sql = _argument(node, "sql")
        if sql is not None:
            facts.statements.append(Place(sql, node.lineno))
    # A mesh handed to somebody else's function may be staged with there.
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    facts.may_stage |= any(isinstance(arg, ast.Name) and arg.id == "mesh" for arg in given)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _argument(node: ast.Call, name: str) -> str | None:
    """The first argument, or the one of that name, when it is a plain text."""
    values: Iterator[ast.expr] = iter(
        (*node.args[:1], *(word.value for word in node.keywords if word.arg == name))
    )
    value = next(values, None)
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return None
