"""The tree of a statement as plain nodes; `at` is a place in the text, names are as typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType


@dataclass(slots=True, eq=False)
class Node:
    """Anything with a place in the text."""

    at: int


class Expression(Node):
    """Anything that has a value."""


@dataclass(slots=True, eq=False)
class Name(Expression):
    """A column's name with up to three qualifiers, or a field of a row."""

    parts: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Literal(Expression):
    """null, boolean, integer, decimal, double, string or binary, as its plain value's text."""

    kind: str
    value: str


@dataclass(slots=True, eq=False)
class TypedLiteral(Expression):
    """`DATE '2024-01-01'`: a text read as a type."""

    type: TrinoType
    value: str


@dataclass(slots=True, eq=False)
class Interval(Expression):
    """`INTERVAL -'1' DAY TO SECOND`."""

    negative: bool
    value: str
    start: str
    end: str


@dataclass(slots=True, eq=False)
class Parameter(Expression):
    """`:name`, a value handed in beside the text."""

    name: str


@dataclass(slots=True, eq=False)
class Binary(Expression):
    """Two operands; `sign` is an operator, AND, OR or DISTINCT and stands at `sign_at`."""

    sign: str
    left: Expression
    right: Expression
    sign_at: int


@dataclass(slots=True, eq=False)
class Unary(Expression):
    """`+`, `-` or NOT."""

    sign: str
    operand: Expression


@dataclass(slots=True, eq=False)
class IsNull(Expression):
    """`x IS NULL`."""

    operand: Expression


@dataclass(slots=True, eq=False)
class Between(Expression):
    """`x BETWEEN low AND high`."""

    operand: Expression
    low: Expression
    high: Expression


@dataclass(slots=True, eq=False)
class InList(Expression):
    """`x IN (a, b)`."""

    operand: Expression
    items: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class InQuery(Expression):
    """`x IN (SELECT ...)`."""

    operand: Expression
    query: Query


@dataclass(slots=True, eq=False)
class Like(Expression):
    """`x LIKE pattern ESCAPE escape`."""

    operand: Expression
    pattern: Expression
    escape: Expression | None


@dataclass(slots=True, eq=False)
class Exists(Expression):
    """`EXISTS (SELECT ...)`."""

    query: Query


@dataclass(slots=True, eq=False)
class Quantified(Expression):
    """`x > ALL (SELECT ...)`; `quantifier` is ALL or ANY."""

    sign: str
    quantifier: str
    operand: Expression
    query: Query


@dataclass(slots=True, eq=False)
class Case(Expression):
    """CASE with or without an operand."""

    operand: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(slots=True, eq=False)
class Cast(Expression):
    """CAST or TRY_CAST."""

    operand: Expression
    type: TrinoType
    is_try: bool


@dataclass(slots=True, eq=False)
class SortItem(Node):
    """One key of an ORDER BY; `nulls_first` is None where nothing is said."""

    key: Expression
    descending: bool
    nulls_first: bool | None


@dataclass(slots=True, eq=False)
class Frame(Node):
    """ROWS, RANGE or GROUPS between two bounds: (CURRENT ROW, None), (PRECEDING, 2), ..."""

    unit: str
    start: tuple[str, Expression | None]
    end: tuple[str, Expression | None]


@dataclass(slots=True, eq=False)
class Window(Node):
    """A window: by name, or by what it partitions, sorts and frames."""

    name: str
    partition: tuple[Expression, ...]
    order: tuple[SortItem, ...]
    frame: Frame | None


@dataclass(slots=True, eq=False)
class Call(Expression):
    """A function call; forms with their own grammar (TRIM, EXTRACT, ...) become calls too."""

    name: str
    args: tuple[Expression, ...]
    distinct: bool = False
    star: bool = False
    order: tuple[SortItem, ...] = ()
    where: Expression | None = None
    window: Window | None = None
    nulls: str = ""


@dataclass(slots=True, eq=False)
class Lambda(Expression):
    """`(x, y) -> x + y`."""

    names: tuple[str, ...]
    body: Expression


@dataclass(slots=True, eq=False)
class Subscript(Expression):
    """`a[1]`."""

    operand: Expression
    index: Expression


@dataclass(slots=True, eq=False)
class FieldOf(Expression):
    """`(expression).field`."""

    operand: Expression
    name: str


@dataclass(slots=True, eq=False)
class Array(Expression):
    """`ARRAY[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Row(Expression):
    """`ROW(a, b)` or `(a, b)`."""

    items: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class Subquery(Expression):
    """`(SELECT ...)` as a value."""

    query: Query


@dataclass(slots=True, eq=False)
class AtZone(Expression):
    """`x AT TIME ZONE zone`."""

    operand: Expression
    zone: Expression


class Relation(Node):
    """Anything that can stand in FROM."""


@dataclass(slots=True, eq=False)
class Table(Relation):
    """A table by name; `version` is VERSION or TIMESTAMP and a value, all ends at `end`."""

    parts: tuple[str, ...]
    end: int
    version: tuple[str, Expression] | None = None


@dataclass(slots=True, eq=False)
class Alias(Relation):
    """`relation AS name (columns)`."""

    relation: Relation
    name: str
    columns: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Join(Relation):
    """`kind` is INNER, LEFT, RIGHT, FULL or CROSS; `using` are its columns."""

    kind: str
    left: Relation
    right: Relation
    on: Expression | None
    using: tuple[Name, ...]


@dataclass(slots=True, eq=False)
class Derived(Relation):
    """`(SELECT ...)` or `LATERAL (SELECT ...)` in FROM."""

    query: Query
    lateral: bool


@dataclass(slots=True, eq=False)
class Unnest(Relation):
    """`UNNEST(a, b) [WITH ORDINALITY]`."""

    items: tuple[Expression, ...]
    ordinality: bool


@dataclass(slots=True, eq=False)
class Sample(Relation):
    """`relation TABLESAMPLE BERNOULLI (10)`."""

    relation: Relation
    method: str
    percent: Expression


class Body(Node):
    """What a query answers before it is sorted and cut."""


@dataclass(slots=True, eq=False)
class Star(Node):
    """`*` or `t.*` in a select list; `of` is set for `(row).*`."""

    parts: tuple[str, ...]
    of: Expression | None = None
    names: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Item(Node):
    """One expression of a select list; `name` is empty where none is given."""

    value: Expression
    name: str


@dataclass(slots=True, eq=False)
class Grouping(Node):
    """One element of GROUP BY: SIMPLE, SETS, ROLLUP, CUBE, with its sets of expressions."""

    kind: str
    sets: tuple[tuple[Expression, ...], ...]


@dataclass(slots=True, eq=False)
class Select(Body):
    """SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... WINDOW."""

    distinct: bool
    items: tuple[Item | Star, ...]
    source: Relation | None = None
    where: Expression | None = None
    groups: tuple[Grouping, ...] | None = None
    groups_distinct: bool = False
    auto_group: bool = False
    having: Expression | None = None
    windows: tuple[tuple[str, Window], ...] = ()


@dataclass(slots=True, eq=False)
class Values(Body):
    """VALUES (1, 'a'), (2, 'b')."""

    rows: tuple[Expression, ...]


@dataclass(slots=True, eq=False)
class TableBody(Body):
    """TABLE name."""

    table: Table


@dataclass(slots=True, eq=False)
class SetOperation(Body):
    """UNION, INTERSECT or EXCEPT; `corresponding` matches columns by name."""

    kind: str
    distinct: bool
    left: Body
    right: Body
    sign_at: int
    corresponding: bool = False


@dataclass(slots=True, eq=False)
class With(Node):
    """One common table expression."""

    name: str
    columns: tuple[str, ...]
    query: Query


@dataclass(slots=True, eq=False)
class Query(Body):
    """A query: WITH, a body, ORDER BY, OFFSET, LIMIT."""

    tables: tuple[With, ...]
    recursive: bool
    body: Body
    order: tuple[SortItem, ...] = ()
    offset: Expression | None = None
    limit: Expression | None = None
    ties: int | None = None
