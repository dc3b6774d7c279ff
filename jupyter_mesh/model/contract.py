"""A data contract: the promise an output port makes about its table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType


class Severity(StrEnum):
    """What a broken rule does: critical refuses, warning is noted, info is shown."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as promised by a contract or as found in a table."""

    name: str
    type: TrinoType
    required: bool = False
    description: str = ""
    unique: bool = False
    primary_key: bool = False
    classification: str = ""
    unit: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One promised property of the data, in the words of ODCS v3.1 (data quality).

    `metric` is a library metric (`rowCount`, `nullValues`, `missingValues`, `invalidValues`,
    `duplicateValues`), `sql`, `custom` or `text`; `column` is empty for a rule on the table.
    `operator` is one of the standard's eight (`mustBe`, `mustBeBetween`, ...) and `threshold`
    its value; `unit` is `rows` or `percent`. `arguments` keeps the rest as written: valid
    values, pattern, statement, the custom engine and its implementation.
    """

    id: str
    metric: str
    column: str = ""
    operator: str = "mustBe"
    threshold: Any = 0
    unit: str = "rows"
    arguments: dict[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.CRITICAL
    dimension: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """Columns and rules together; `text` is the file as written, `version` what it claims.

    `sla` holds the service levels as property and value; `notes` whatever else the file says
    (status, team, examples, ...) by key, as JSON text.
    """

    id: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    version: str = ""
    description: str = ""
    sla: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    text: str = field(default="", compare=False, repr=False)
    path: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the primary key, in order."""
        return tuple(column.name for column in self.columns if column.primary_key)
