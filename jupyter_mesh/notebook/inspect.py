"""What would stop a notebook's promotion, found without running it, with cell and line."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mesh.errors import MeshError, NotebookError, QueryError, StatementNotSupported
from jupyter_mesh.formats.secrets import scan
from jupyter_mesh.model.runs import Obstacle
from jupyter_mesh.notebook.document import read
from jupyter_mesh.notebook.parameters import TAG, declared, fault_of
from jupyter_mesh.notebook.source import facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.notebook.document import Document
    from jupyter_mesh.notebook.source import Facts, Place

# What IPython puts into every namespace.
_GIVEN = frozenset(
    (
        *dir(builtins),
        *("display", "get_ipython", "In", "Out", "exit", "quit", "_", "__", "___"),
        *("_i", "_ii", "_iii", "_dh", "_ih", "_oh", "__name__", "__file__", "_exit_code"),
    )
)
_HOME = re.compile(
    r"(?:~[\w.-]*|/home/[^/\s]+|/Users/[^/\s]+|/root|[A-Za-z]:[\\/]Users)[\\/]\S"
)
_ABSOLUTE = re.compile(r"(?:/(?:tmp|mnt|data|var|opt|srv|media|Volumes|etc)/|[A-Za-z]:[\\/])\S")
_NETWORK = re.compile(r"file://", re.IGNORECASE)


def inspect(
    product: DataProduct,
    parameters: Mapping[str, object] | None = None,
    reads: Callable[[str], Iterable[TableName]] | None = None,
) -> tuple[Obstacle, ...]:
    """Everything in the way of a product's promotion, blocking or worth noting, by cell.

    `parameters` are the values that it would run with; `reads` says which tables a statement
    reads, raising QueryError for one that is wrong. A file that is no notebook is the only
    obstacle then. `cell` counts every cell from 1.
    """
    path = Path(product.notebook)
    try:
        document = read(path)
    except NotebookError as error:
        return (Obstacle(error.message, error.remedy, file=path.name),)
    values = product.parameters if parameters is None else parameters
    notebook = _Notebook(document, product, [facts_of(cell) for cell in document.code])
    found = [
        *notebook.whole(),
        *notebook.parameters(values),
        *notebook.syntax(),
        *notebook.hidden_state(),
        *notebook.habits(),
        *notebook.secrets(),
        *notebook.paths(),
        *notebook.stages(),
        *(notebook.statements(reads) if reads is not None else ()),
    ]
    return tuple(sorted(found, key=lambda it: (it.cell, it.line, not it.blocking, it.text)))


@dataclass(frozen=True)
class _Notebook:
    """A notebook with what its cells say, asked one question after another."""

    document: Document
    product: DataProduct
    facts: list[Facts]

    def whole(self) -> Iterator[Obstacle]:
        """Whether there is anything to run, and whether it was last run from the top."""
        if self.document.language != "python":
            text = f"The notebook is written in {self.document.language}."
            yield self._at(0, 0, text, "Choose a Python kernel for it.")
        if not self.facts:
            yield self._at(0, 0, "The notebook has no code cell.", "Write one that stages.")
        last = 0
        for facts in self.facts:
            count = facts.cell.count or last
            if count < last:
                yield self._at(
                    facts.cell.number,
                    0,
                    "The cells were last run in another order than they stand.",
                    "Restart the kernel and run all cells: that is what a promotion does.",
                    blocking=False,
                )
                return
            last = count

    def parameters(self, values: Mapping[str, object]) -> Iterator[Obstacle]:
        """Values for parameters that the notebook does not declare, or of another type."""
        known = {parameter.name: parameter for parameter in declared(self.document)}
        cell = next((cell.number for cell in self.document.code if TAG in cell.tags), 0)
        for name, value in values.items():
            fault = fault_of(self.document.name, known, name, value)
            if fault is not None:
                yield self._at(cell, 0, fault.message, fault.remedy)

    def syntax(self) -> Iterator[Obstacle]:
        """Cells that are no Python."""
        for facts in self.facts:
            if facts.fault is not None:
                text = f"This is not valid Python: {facts.fault.text}."
                yield self._of(facts, facts.fault, text, "Correct it.")

    def hidden_state(self) -> Iterator[Obstacle]:
        """Names that a cell needs before any cell has made them."""
        made = set(_GIVEN)
        opaque = False
        for position, facts in enumerate(self.facts):
            opaque = opaque or facts.is_opaque
            later = {
                name: other.cell.number
                for other in reversed(self.facts[position + 1 :])
                for name in other.made
            }
            for name, line in facts.used.items():
                if name in made or opaque:
                    continue
                if name in later:
                    text = f"{name} is used here and made only in cell {later[name]}."
                    remedy = f"Move cell {later[name]} above this one."
                    yield self._at(facts.cell.number, line, text, remedy)
                else:
                    text = f"{name} is used here and made nowhere in the notebook."
                    remedy = "It is left from another session, or misspelt."
                    yield self._at(facts.cell.number, line, text, remedy, blocking=False)
                made.add(name)
            made |= facts.made

    def habits(self) -> Iterator[Obstacle]:
        """Questions to a person and changes of the environment."""
        for facts in self.facts:
            for asked in facts.asks:
                text = f"{asked.text}() waits for a person; a promotion has none."
                remedy = "Take the value as a parameter, a secret from the environment."
                yield self._of(facts, asked, text, remedy)
            for tool in facts.installs:
                text = f"{tool.text} install changes the environment while the notebook runs."
                remedy = "Install it before; the release records what was installed."
                yield self._of(facts, tool, text, remedy)

    def secrets(self) -> Iterator[Obstacle]:
        """Credentials in any cell, text cells too: they would be released with it."""
        for cell in self.document.cells:
            for secret in scan(cell.source):
                text = f"This holds {secret.kind}."
                remedy = "Keep it in the environment or the keyring, and name it there."
                yield self._at(cell.number, secret.line, text, remedy)

    def paths(self) -> Iterator[Obstacle]:
        """Paths that are somebody's own, or this machine's."""
        for facts in self.facts:
            for text in facts.texts:
                own = bool(_HOME.match(text.text))
                if not own and not _ABSOLUTE.match(text.text) and not _NETWORK.match(text.text):
                    continue
                whose = "in somebody's home folder" if own else "of one machine"
                yield self._of(
                    facts,
                    text,
                    f"{text.text[:80]!r} is a path {whose}.",
                    "Land the file (mesh land FILE TABLE) and read the table, or use a path "
                    "relative to the notebook.",
                    blocking=own,
                )

    def stages(self) -> Iterator[Obstacle]:
        """Staged ports that are not declared and declared ports that are never staged."""
        ports = [output.name for output in self.product.outputs]
        staged = set()
        for facts in self.facts:
            for port in facts.stages:
                staged.add(port.text)
                if port.text not in ports:
                    near = get_close_matches(port.text, ports, n=2) or ports
                    text = f"{self.product.name} declares no output port {port.text}."
                    remedy = f"Its ports are {', '.join(near)}." if near else "Declare it."
                    yield self._of(facts, port, text, remedy)
        certain = not any(facts.may_stage or facts.is_opaque for facts in self.facts)
        for name in ports:
            if name not in staged and not any(facts.fault for facts in self.facts):
                text = f"Nothing is staged for the output port {name}."
                remedy = f'Add mesh.stage("{name}", frame), or a cell %%mesh --stage {name}.'
                yield self._at(0, 0, text, remedy, blocking=certain)

    def statements(self, reads: Callable[[str], Iterable[TableName]]) -> Iterator[Obstacle]:
        """Statements that are wrong, and tables read that are no declared input."""
        declared_tables = {port.table for port in self.product.inputs}
        declared_tables |= {output.table for output in self.product.outputs}
        for facts in self.facts:
            for sql in facts.statements:
                try:
                    tables = sorted(set(reads(sql.text)) - declared_tables)
                except QueryError as error:
                    line = sql.line + max(error.line, 1) - 1
                    yield self._at(
                        facts.cell.number,
                        line,
                        error.message,
                        error.remedy,
                        # Another engine may run it; a statement that is wrong is wrong for all.
                        blocking=not isinstance(error, StatementNotSupported),
                    )
                    continue
                except MeshError as error:
                    yield self._of(facts, sql, error.message, error.remedy)
                    continue
                for table in tables:
                    text = f"{table} is read and is no declared input of {self.product.name}."
                    remedy = "Declare it under inputPorts in product.odps.yaml."
                    yield self._of(facts, sql, text, remedy, blocking=False)

    def _of(
        self, facts: Facts, place: Place, text: str, remedy: str, *, blocking: bool = True
    ) -> Obstacle:
        return self._at(facts.cell.number, place.line, text, remedy, blocking=blocking)

    def _at(
        self, cell: int, line: int, text: str, remedy: str, *, blocking: bool = True
    ) -> Obstacle:
        return Obstacle(text, remedy, cell, line, self.document.name, blocking)
