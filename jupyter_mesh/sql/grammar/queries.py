"""Queries and relations: SELECT, VALUES, set operations, joins and what stands in FROM."""

from __future__ import annotations

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.grammar.expressions import Expressions
from jupyter_mesh.sql.grammar.tokens import fault


class Queries(Expressions):
    """From WITH to FETCH FIRST."""

    def query(self) -> tree.Query:
        """A whole query."""
        self.enter()
        at = self.at
        tables: tuple[tree.With, ...] = ()
        recursive = False
        if self.accept("WITH"):
            if self.ahead("FUNCTION"):
                self.unsupported("inline functions (WITH FUNCTION)")
            if self.ahead("SESSION") and self.is_name(1):
                self.unsupported("WITH SESSION")
            recursive = self.accept("RECURSIVE")
            tables = self.separated(self._with)
        query = tree.Query(at, tables, recursive, self._union())
        if self.ahead("ORDER"):
            query.order = self.order_by()
        if self.accept("OFFSET"):
            query.offset = self._count()
            self.one_of("ROW", "ROWS")
        if self.accept("LIMIT"):
            query.limit = None if self.accept("ALL") else self._count()
        elif self.ahead("FETCH"):
            self._fetch(query)
        self.depth -= 1
        return query

    def _fetch(self, query: tree.Query) -> None:
        at = self.expect("FETCH").at
        if not self.one_of("FIRST", "NEXT"):
            self.refuse("expected FIRST or NEXT")
        query.limit = (
            tree.Literal(self.at, "integer", "1")
            if self.next.word in {"ROW", "ROWS"}
            else self._count()
        )
        if not self.one_of("ROW", "ROWS"):
            self.refuse("expected ROW or ROWS")
        if self.accept("WITH", "TIES"):
            query.ties = at
        elif not self.accept("ONLY"):
            self.refuse("expected ONLY or WITH TIES")

    def _count(self) -> tree.Expression:
        if self.next.kind == "integer":
            return self.number()
        if self.next.kind == "parameter" or self.ahead("?"):
            return self.primary()
        return self.refuse("expected a number of rows")

    def _with(self) -> tree.With:
        at = self.at
        name = self.name()
        columns = self.names()
        self.expect("AS", "(")
        query = self.query()
        self.expect(")")
        return tree.With(at, name, columns, query)

    def _union(self) -> tree.Body:
        left = self._intersection()
        while self.next.word in {"UNION", "EXCEPT"}:
            left = self._combined(left)
        return left

    def _intersection(self) -> tree.Body:
        left = self._body()
        while self.ahead("INTERSECT"):
            left = self._combined(left)
        return left

    def _combined(self, left: tree.Body) -> tree.Body:
        token = self.take()
        distinct = self.one_of("ALL", "DISTINCT") != "ALL"
        matched = self.accept("CORRESPONDING")
        right = self._body() if token.word == "INTERSECT" else self._intersection()
        return tree.SetOperation(left.at, token.word, distinct, left, right, token.at, matched)

    def _body(self) -> tree.Body:
        token = self.next
        if token.word == "SELECT":
            return self._select()
        if self.accept("VALUES"):
            return tree.Values(token.at, self.separated(self.expression))
        if self.accept("TABLE"):
            return tree.TableBody(token.at, self.table_name())
        if self.accept("("):
            query = self.query()
            self.expect(")")
            return query
        return self.refuse("expected SELECT, VALUES, TABLE or (")

    def _select(self) -> tree.Select:
        at = self.expect("SELECT").at
        distinct = self.one_of("ALL", "DISTINCT") == "DISTINCT"
        select = tree.Select(at, distinct, self.separated(self._item))
        if self.accept("FROM"):
            select.source = self._from()
        if self.accept("WHERE"):
            select.where = self.expression()
        if self.accept("GROUP", "BY"):
            self._group_by(select)
        if self.accept("HAVING"):
            select.having = self.expression()
        if self.accept("WINDOW"):
            select.windows = self.separated(self._named_window)
        return select

    def _named_window(self) -> tuple[str, tree.Window]:
        name = self.name()
        self.expect("AS")
        return name, self.window()

    def _item(self) -> tree.Item | tree.Star:
        at = self.at
        if self.accept("*"):
            return tree.Star(at, ())
        value = self.expression()
        if self.ahead(".", "*"):
            self.take()
            self.take()
            return self._qualified_star(at, value)
        if self.accept("AS"):
            return tree.Item(at, value, self.name())
        return tree.Item(at, value, self.name() if self.is_name() else "")

    def _qualified_star(self, at: int, value: tree.Expression) -> tree.Star:
        names: tuple[str, ...] = ()
        if self.accept("AS"):
            names = self.names()
        if isinstance(value, tree.Name):
            return tree.Star(at, value.parts, None, names)
        return tree.Star(at, (), value, names)

    def _group_by(self, select: tree.Select) -> None:
        select.groups_distinct = self.one_of("ALL", "DISTINCT") == "DISTINCT"
        if self.ahead("AUTO") and not self.ahead("(", start=1):
            self.take()
            select.auto_group = True
            select.groups = ()
            return
        select.groups = self.separated(self._grouping_element)

    def _grouping_element(self) -> tree.Grouping:
        at = self.at
        word = self.next.word
        if self.accept("GROUPING", "SETS", "(") or self.accept("ROLLUP", "("):
            sets = () if self.ahead(")") else self.separated(self._grouping_set)
            self.expect(")")
            return tree.Grouping(at, "SETS" if word == "GROUPING" else word, sets)
        if self.accept("CUBE", "("):
            sets = () if self.ahead(")") else self.separated(self._grouping_set)
            self.expect(")")
            return tree.Grouping(at, "CUBE", sets)
        return tree.Grouping(at, "SIMPLE", (self._grouping_set(),))

    def _grouping_set(self) -> tuple[tree.Expression, ...]:
        if self.accept("(", ")"):
            return ()
        # `(a, b)` groups by both; `(a + b) * 2` is one expression that begins with a bracket.
        value = self.expression()
        return value.items if isinstance(value, tree.Row) else (value,)

    def _from(self) -> tree.Relation:
        left = self.relation()
        while self.accept(","):
            right = self.relation()
            left = tree.Join(left.at, "CROSS", left, right, None, ())
        return left

    def relation(self) -> tree.Relation:
        """One relation with everything that is joined to it."""
        self.enter()
        left = self._sampled()
        while True:
            joined = self._joined(left)
            if joined is None:
                self.depth -= 1
                return left
            left = joined

    def _joined(self, left: tree.Relation) -> tree.Relation | None:
        at = self.at
        if self.accept("CROSS", "JOIN"):
            return tree.Join(at, "CROSS", left, self._sampled(), None, ())
        if self.ahead("NATURAL"):
            raise fault(self.text, at, "Natural join not supported", "Write JOIN ... USING.")
        kind = ""
        if self.next.word in {"LEFT", "RIGHT", "FULL"}:
            kind = self.take().word
            self.accept("OUTER")
            self.expect("JOIN")
        elif self.accept("INNER", "JOIN") or self.accept("JOIN"):
            kind = "INNER"
        if not kind:
            return None
        right = self.relation()
        if self.accept("ON"):
            return tree.Join(at, kind, left, right, self.expression(), ())
        self.expect("USING", "(")
        using = self.separated(lambda: tree.Name(self.at, (self.name(),)))
        self.expect(")")
        return tree.Join(at, kind, left, right, None, using)

    def _sampled(self) -> tree.Relation:
        relation = self._aliased()
        if self.accept("TABLESAMPLE"):
            method = self.one_of("BERNOULLI", "SYSTEM")
            if not method:
                self.refuse("expected BERNOULLI or SYSTEM")
            self.expect("(")
            percent = self.expression()
            self.expect(")")
            return tree.Sample(relation.at, relation, method, percent)
        return relation

    def _aliased(self) -> tree.Relation:
        relation = self._relation_primary()
        if self.ahead("MATCH_RECOGNIZE", "("):
            self.unsupported("MATCH_RECOGNIZE")
        if self.accept("AS") or (self.is_name() and not self._clause_ahead()):
            name = self.name()
        else:
            return relation
        columns = self.names()
        if self.ahead("MATCH_RECOGNIZE", "("):
            self.unsupported("MATCH_RECOGNIZE")
        return tree.Alias(relation.at, relation, name, columns)

    def _clause_ahead(self) -> bool:
        """Words that may be names, but begin a clause where something fitting follows."""
        word, following = self.next.word, self.tokens[self.index + 1]
        if word in {"LIMIT", "OFFSET"}:
            return following.kind in {"integer", "parameter"} or following.word in {"ALL", "?"}
        if word == "FETCH":
            return following.word in {"FIRST", "NEXT"}
        if word == "WINDOW":
            return self.tokens[self.index + 2].word == "AS"
        return word == "TABLESAMPLE"

    def _relation_primary(self) -> tree.Relation:
        at = self.at
        if self.accept("UNNEST", "("):
            items = self.separated(self.expression)
            self.expect(")")
            return tree.Unnest(at, items, self.accept("WITH", "ORDINALITY"))
        if self.accept("LATERAL", "("):
            query = self.query()
            self.expect(")")
            return tree.Derived(at, query, lateral=True)
        if self.ahead("JSON_TABLE"):
            self.unsupported("JSON_TABLE")
        if self.ahead("TABLE", "("):
            self.unsupported("table functions")
        if self.ahead("("):
            return self._bracketed_relation()
        return self.table_name(versioned=True)

    def _bracketed_relation(self) -> tree.Relation:
        at = self.expect("(").at
        if self._query_in_brackets():
            query = self.query()
            self.expect(")")
            return tree.Derived(at, query, lateral=False)
        relation = self.relation()
        self.expect(")")
        return relation

    def _query_in_brackets(self) -> bool:
        """Tell `((SELECT ...) UNION ...)` from `((SELECT ...) a JOIN b ...)` by trying."""
        if not self.begins_query():
            return False
        if not self.ahead("("):
            return True
        position, depth = self.index, 0
        while self.tokens[position].kind != "end":
            word = self.tokens[position].word
            depth += (word == "(") - (word == ")")
            position += 1
            if depth == 0:
                break
        return self.tokens[position].word in {
            *(")", "UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT", "OFFSET", "FETCH")
        }

    def table_name(self, *, versioned: bool = False) -> tree.Table:
        """A table's name, with FOR VERSION or FOR TIMESTAMP AS OF where it is read."""
        at = self.at
        parts = self.dotted()
        if len(parts) > 3:
            raise fault(self.text, at, f"too many dots in table name: {'.'.join(parts)}")
        table = tree.Table(at, parts, self.tokens[self.index - 1].end)
        if versioned and self.accept("FOR"):
            kind = self.one_of("VERSION", "TIMESTAMP")
            if not kind:
                self.refuse("expected VERSION or TIMESTAMP")
            self.expect("AS", "OF")
            table.version = (kind, self.value())
            table.end = self.tokens[self.index - 1].end
        return table
