"""Statements: a query, or a command that is not one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql import commands, tree
from jupyter_mesh.sql.grammar.queries import Queries
from jupyter_mesh.sql.grammar.tokens import fault

if TYPE_CHECKING:
    from collections.abc import Callable

# Statements that Trino knows and that have no meaning on the embedded engine; they are told by
# name so that the refusal can say what it was.
_FOREIGN = {
    "ANALYZE": "analyze",
    "CALL": "call",
    "COMMIT": "transaction",
    "DENY": "grant",
    "GRANT": "grant",
    "REVOKE": "grant",
    "ROLLBACK": "transaction",
    "START": "transaction",
}
_FOREIGN_CREATIONS = {"ROLE", "FUNCTION", "CATALOG"}


class Statements(Queries):
    """One statement and the end of the text."""

    def statement(self) -> tree.Node:
        """The one statement of the text; a second one is refused."""
        found = self._one()
        while self.accept(";"):
            if self.next.kind == "end":
                break
            raise fault(self.text, self.at, "there is a second statement", "Run one at a time.")
        if self.next.kind != "end":
            self.refuse()
        return found

    def _one(self) -> tree.Node:
        word = self.next.word
        if word in {"SELECT", "WITH", "VALUES", "TABLE", "("}:
            return self.query()
        reader = self._commands().get(word)
        if reader is not None:
            return reader()
        if word in _FOREIGN:
            return self._foreign(_FOREIGN[word])
        if self.next.kind == "end":
            raise fault(self.text, 0, "there is no statement")
        return self.refuse("expected a statement")

    def _commands(self) -> dict[str, Callable[[], tree.Node]]:
        return {
            "SHOW": self._show,
            "DESCRIBE": self._describe,
            "DESC": self._describe,
            "EXPLAIN": self._explain,
            "CREATE": self._create,
            "DROP": self._drop,
            "INSERT": self._insert,
            "DELETE": self._delete,
            "UPDATE": self._update,
            "MERGE": self._merge,
            "TRUNCATE": self._truncate,
            "ALTER": self._alter,
            "COMMENT": self._comment,
            "USE": self._use,
            "SET": self._set,
            "RESET": self._set,
            "REFRESH": self._other_view,
            "PREPARE": self._prepare,
            "EXECUTE": self._prepare,
            "DEALLOCATE": self._prepare,
        }

    def _foreign(self, kind: str) -> commands.Command:
        """Read to the end without understanding."""
        command = commands.Command(self.at, kind)
        while self.next.kind != "end" and not self.ahead(";"):
            self.take()
        return command

    def _show(self) -> tree.Node:
        at = self.expect("SHOW").at
        what = self.take().word
        command = commands.Command(at, "show", action=what.lower())
        if what in {"CREATE", "STATS"}:
            return self._show_one(command, what)
        if what in {"ROLES", "GRANTS", "CURRENT", "ROLE", "BRANCHES"}:
            return self._foreign("grant")
        if what not in {"CATALOGS", "SCHEMAS", "TABLES", "COLUMNS", "FUNCTIONS", "SESSION"}:
            self.index -= 1
            self.refuse("expected CATALOGS, SCHEMAS, TABLES, COLUMNS, FUNCTIONS or SESSION")
        if self.one_of("FROM", "IN"):
            command.table = self.table_name()
        elif what == "COLUMNS":
            self.refuse("expected FROM or IN")
        if self.accept("LIKE"):
            command.texts = (self.string(),)
            if self.accept("ESCAPE"):
                command.texts += (self.string(),)
        return command

    def _show_one(self, command: commands.Command, what: str) -> commands.Command:
        kind = self.take().word
        if what == "CREATE" and kind not in {"TABLE", "SCHEMA", "VIEW"}:
            self.index -= 1
            self.unsupported("this form of SHOW CREATE")
        if what == "STATS" and (kind != "FOR" or self.ahead("(")):
            self.index -= 1
            self.unsupported("SHOW STATS FOR a query")
        command.texts = (kind.lower(),)
        command.table = self.table_name()
        return command

    def _describe(self) -> tree.Node:
        at = self.take().at
        if self.next.word in {"INPUT", "OUTPUT"} and self.is_name(1):
            self.unsupported(f"DESCRIBE {self.next.word}")
        return commands.Command(at, "describe", self.table_name(), action="columns")

    def _explain(self) -> tree.Node:
        at = self.expect("EXPLAIN").at
        analyze = self.accept("ANALYZE")
        if analyze:
            self.accept("VERBOSE")
        elif self.ahead("(") and not self.begins_query():
            while not self.accept(")"):
                if self.take().kind == "end":
                    self.refuse("expected )")
        action = "analyze" if analyze else "plan"
        return commands.Command(at, "explain", inner=self._one(), action=action)

    def _create(self) -> tree.Node:
        at = self.expect("CREATE").at
        replace = self.accept("OR", "REPLACE")
        if self.accept("VIEW"):
            return self._create_view(at, replace=replace)
        if self.next.word == "MATERIALIZED":
            return self._other_view()
        if self.next.word in _FOREIGN_CREATIONS:
            return self._foreign("grant")
        if self.accept("SCHEMA"):
            return self._create_schema(at)
        self.expect("TABLE")
        exists = self.accept("IF", "NOT", "EXISTS")
        command = commands.Command(at, "create_table", self.table_name())
        command.texts = self._flags(("replace", replace), ("if_not_exists", exists))
        if self._definitions_ahead():
            self.expect("(")
            command.definitions = self.separated(self._definition)
            self.expect(")")
        else:
            command.kind = "ctas"
            command.columns = self.names()
        if self.accept("COMMENT"):
            command.action = self.string()
        opening = 1 if self.ahead("WITH", "(") else -1
        command.end = self.tokens[self.index + opening].end
        command.properties = self._properties()
        if command.kind == "ctas":
            self._as_query(command)
        return command

    def _create_view(self, at: int, *, replace: bool) -> tree.Node:
        command = commands.Command(at, "create_view", self.table_name())
        command.texts = self._flags(("replace", replace))
        if self.accept("COMMENT"):
            command.action = self.string()
        if self.accept("SECURITY") and not self.accept("INVOKER"):
            self.unsupported("SECURITY DEFINER")
        self.expect("AS")
        command.start = self.at
        command.query = self.query()
        command.end = self.tokens[self.index - 1].end
        return command

    def _other_view(self) -> tree.Node:
        """What is done to a view but making and dropping it: only of which is understood."""
        at = self.at
        self.accept("REFRESH")
        self.accept("MATERIALIZED")
        self.expect("VIEW")
        self.accept("IF", "NOT", "EXISTS")
        self.accept("IF", "EXISTS")
        return self._foreign_rest(commands.Command(at, "view", self.table_name()))

    def _flags(self, *flags: tuple[str, bool]) -> tuple[str, ...]:
        return tuple(name for name, is_set in flags if is_set)

    def _definitions_ahead(self) -> bool:
        """`(name type` defines columns; `(name,` and `(name)` only name them."""
        if not self.ahead("("):
            return False
        if self.ahead("LIKE", start=1):
            self.unsupported("CREATE TABLE ... LIKE")
        following = self.tokens[self.index + 2].word if self.is_name(1) else "?"
        return following not in {",", ")", "?"}

    def _definition(self) -> commands.ColumnDefinition:
        at = self.at
        if self.ahead("LIKE"):
            self.unsupported("CREATE TABLE ... LIKE")
        name, type_ = self.name(), self.type()
        if self.ahead("DEFAULT"):
            self.unsupported("default values of columns")
        required = self.accept("NOT", "NULL")
        comment = self.string() if self.accept("COMMENT") else ""
        if self.ahead("WITH"):
            self.unsupported("properties of columns")
        return commands.ColumnDefinition(at, name, type_, required, comment)

    def _as_query(self, command: commands.Command) -> None:
        self.expect("AS")
        command.query = self.query()
        if self.accept("WITH"):
            command.with_data = not self.accept("NO")
            self.expect("DATA")

    def _properties(self) -> tuple[tuple[str, tree.Expression], ...]:
        if not self.accept("WITH", "("):
            return ()
        found = self.separated(self._property)
        self.expect(")")
        return found

    def _property(self) -> tuple[str, tree.Expression]:
        name = self.name()
        self.expect("=")
        return name, self.expression()

    def _create_schema(self, at: int) -> tree.Node:
        exists = self.accept("IF", "NOT", "EXISTS")
        command = commands.Command(at, "create_schema", self.table_name())
        command.texts = self._flags(("if_not_exists", exists))
        if self.ahead("AUTHORIZATION"):
            self.unsupported("CREATE SCHEMA ... AUTHORIZATION")
        command.properties = self._properties()
        return command

    def _drop(self) -> tree.Node:
        at = self.expect("DROP").at
        if self.next.word == "MATERIALIZED":
            return self._other_view()
        if self.next.word in _FOREIGN_CREATIONS:
            return self._foreign("grant")
        what = self.one_of("TABLE", "SCHEMA", "VIEW")
        if not what:
            self.refuse("expected TABLE, VIEW or SCHEMA")
        exists = self.accept("IF", "EXISTS")
        command = commands.Command(at, f"drop_{what.lower()}", self.table_name())
        mode = self.one_of("CASCADE", "RESTRICT") if what == "SCHEMA" else ""
        command.texts = self._flags(("if_exists", exists), ("cascade", mode == "CASCADE"))
        return command

    def _insert(self) -> tree.Node:
        at = self.expect("INSERT", "INTO").at
        table = self.table_name()
        columns = () if self.begins_query() else self.names()
        return commands.Command(at, "insert", table, self.query(), columns=columns)

    def _delete(self) -> tree.Node:
        at = self.expect("DELETE", "FROM").at
        command = commands.Command(at, "delete", self.table_name())
        if self.accept("WHERE"):
            command.condition = self.expression()
        return command

    def _update(self) -> tree.Node:
        at = self.expect("UPDATE").at
        command = commands.Command(at, "update", self.table_name())
        self.expect("SET")
        command.assignments = self.separated(self._assignment)
        if self.accept("WHERE"):
            command.condition = self.expression()
        return command

    def _assignment(self) -> commands.Assignment:
        at = self.at
        name = self.name()
        self.expect("=")
        return commands.Assignment(at, name, self.expression())

    def _merge(self) -> tree.Node:
        at = self.expect("MERGE", "INTO").at
        command = commands.Command(at, "merge", self.table_name())
        if self.accept("AS") or (self.is_name() and not self.ahead("USING")):
            command.alias = self.name()
        self.expect("USING")
        command.source = self.relation()
        self.expect("ON")
        command.condition = self.expression()
        cases = []
        while self.ahead("WHEN"):
            cases.append(self._merge_case())
        if not cases:
            self.refuse("expected WHEN")
        command.cases = tuple(cases)
        return command

    def _merge_case(self) -> commands.MergeCase:
        at = self.expect("WHEN").at
        matched = not self.accept("NOT")
        self.expect("MATCHED")
        condition = self.expression() if self.accept("AND") else None
        self.expect("THEN")
        if not matched:
            self.expect("INSERT")
            names = self.names()
            self.expect("VALUES", "(")
            values = self.separated(self.expression)
            self.expect(")")
            return commands.MergeCase(at, "INSERT", condition, names, values)
        if self.accept("DELETE"):
            return commands.MergeCase(at, "DELETE", condition)
        self.expect("UPDATE", "SET")
        changes = self.separated(self._assignment)
        names = tuple(change.name for change in changes)
        return commands.MergeCase(
            at, "UPDATE", condition, names, tuple(change.value for change in changes)
        )

    def _truncate(self) -> tree.Node:
        at = self.expect("TRUNCATE", "TABLE").at
        return commands.Command(at, "truncate", self.table_name())

    def _alter(self) -> tree.Node:
        at = self.expect("ALTER").at
        if self.next.word in {"VIEW", "MATERIALIZED"}:
            return self._other_view()
        if not self.ahead("TABLE"):
            return self._foreign("grant")
        self.take()
        exists = self.accept("IF", "EXISTS")
        command = self._foreign_rest(commands.Command(at, "alter", self.table_name()))
        command.action = "if_exists" if exists else ""
        return command

    def _foreign_rest(self, command: commands.Command) -> commands.Command:
        words = []
        while self.next.kind != "end" and not self.ahead(";"):
            words.append(self.take().text)
        command.texts = tuple(words)
        return command

    def _comment(self) -> tree.Node:
        at = self.expect("COMMENT", "ON").at
        what = self.one_of("TABLE", "COLUMN", "VIEW")
        if not what:
            self.refuse("expected TABLE, VIEW or COLUMN")
        if what == "COLUMN":
            parts = self.dotted()
            if len(parts) < 2:
                self.refuse("expected a column's name")
            table = tree.Table(at, parts[:-1], self.tokens[self.index - 1].end)
            command = commands.Command(at, "comment", table, columns=parts[-1:])
        else:
            command = commands.Command(at, "comment", self.table_name())
        self.expect("IS")
        command.texts = () if self.accept("NULL") else (self.string(),)
        return command

    def _use(self) -> tree.Node:
        at = self.expect("USE").at
        parts = self.dotted()
        if len(parts) > 2:
            raise fault(self.text, at, f"too many dots in {'.'.join(parts)}")
        return commands.Command(at, "use", texts=parts)

    def _set(self) -> tree.Node:
        at = self.at
        verb = self.take().word.lower()
        if verb == "set" and self.accept("TIME", "ZONE"):
            return self._time_zone(at)
        if not self.ahead("SESSION"):
            return self._foreign("grant")
        return self._foreign_rest(commands.Command(at, f"{verb}_session"))

    def _time_zone(self, at: int) -> tree.Node:
        command = commands.Command(at, "set_time_zone")
        if self.ahead("INTERVAL"):
            command.condition = self.interval()
        elif not self.accept("LOCAL"):
            command.texts = (self.string(),)
        return command

    def _prepare(self) -> tree.Node:
        kind = self.next.word.lower()
        return self._foreign_rest(commands.Command(self.take().at, kind))
