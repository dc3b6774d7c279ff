"""What `%load_ext jupyter_mesh` puts into a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.formats.outline import outline
from jupyter_mesh.magics.display import Preview, shown, table_of
from jupyter_mesh.magics.kernel import CurrentMesh
from jupyter_mesh.magics.lines import run_line
from jupyter_mesh.magics.matcher import Names, matcher
from jupyter_mesh.magics.shelf import listen
from jupyter_mesh.magics.sql import SqlCell
from jupyter_mesh.magics.tables import html, words
from jupyter_mesh.magics.transformer import MeshCells

if TYPE_CHECKING:
    from collections.abc import Callable

# The values that show themselves as tables wherever a notebook displays them.
_NOUNS = (
    ("jupyter_mesh.model.runs", "Plan"),
    ("jupyter_mesh.model.runs", "Release"),
    ("jupyter_mesh.model.browse", "Description"),
    ("jupyter_mesh.model.diff", "ReleaseDiff"),
    ("jupyter_mesh.model.tables", "Landing"),
    ("jupyter_mesh.model.tables", "Session"),
    ("jupyter_mesh.model.tables", "Snapshot"),
)


def register(shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
    """Add the magics, the awaited cells, completion and the looks of our values, once."""
    if hasattr(shell, "mesh_cell"):
        return
    cells = SqlCell(shell)
    shell.mesh_cell = cells.awaited
    shell.register_magic_function(_line_and_cell(shell, cells), "line_cell", "mesh")
    transformer = MeshCells(shell)
    shell.input_transformers_cleanup.append(transformer)
    shell.events.register("pre_execute", transformer.began)
    shell.events.register("post_execute", transformer.ended)
    if getattr(shell, "Completer", None) is not None:
        shell.Completer.custom_matchers.append(matcher(Names()))
    _show_nouns(shell)
    listen(shell)
    if "mesh" not in shell.user_ns:
        shell.user_ns["mesh"] = CurrentMesh()


def _line_and_cell(shell: Any, cells: SqlCell) -> Callable[..., Any]:  # noqa: ANN401
    from IPython.core.magic import no_var_expand

    @no_var_expand
    def mesh(line: str, cell: str | None = None) -> Any:  # noqa: ANN401
        """A line does a verb (`%mesh` alone lists them), a cell runs a Trino query."""
        if cell is None:
            return run_line(line, shell)
        return cells.joined(line, cell)

    return mesh


def _show_nouns(shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
    formatter = shell.display_formatter
    plain, rich = formatter.formatters["text/plain"], formatter.formatters["text/html"]
    for module, name in _NOUNS:
        plain.for_type_by_name(module, name, _write)
        rich.for_type_by_name(module, name, lambda noun: html(table_of(outline(noun))))
    formatter.mimebundle_formatter.for_type_by_name(
        "jupyter_mesh.engines.result", "StreamedResult", _bundle
    )


def _write(noun: Any, printer: Any, _cycle: bool) -> None:  # noqa: ANN401
    printer.text(words(table_of(outline(noun)), 60))


def _bundle(result: Any, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ANN401, ARG001
    return shown(result, Preview.of(result))
