"""Expressions, in Trino's order of precedence."""

from __future__ import annotations

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.grammar.primaries import Primaries

_COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")


class Expressions(Primaries):
    """OR, AND, NOT, one predicate, `||`, `+ -`, `* / %`, sign, AT TIME ZONE, primary."""

    def expression(self) -> tree.Expression:
        """A whole expression."""
        self.enter()
        left = self._conjunction()
        while self.ahead("OR"):
            sign = self.take()
            left = tree.Binary(left.at, "OR", left, self._conjunction(), sign.at)
        self.depth -= 1
        return left

    def _conjunction(self) -> tree.Expression:
        left = self._negation()
        while self.ahead("AND"):
            sign = self.take()
            left = tree.Binary(left.at, "AND", left, self._negation(), sign.at)
        return left

    def _negation(self) -> tree.Expression:
        if self.ahead("NOT"):
            at = self.take().at
            self.enter()
            operand = self._negation()
            self.depth -= 1
            return tree.Unary(at, "NOT", operand)
        return self._predicated()

    def _predicated(self) -> tree.Expression:
        value = self.value()
        word = self.next.word
        if word in _COMPARISONS:
            return self._comparison(value)
        if word == "IS":
            return self._is(value)
        negated = word == "NOT" and self.tokens[self.index + 1].word in {
            "IN",
            "LIKE",
            "BETWEEN",
        }
        at = self.at
        if negated:
            self.take()
        predicate = self._range(value)
        return tree.Unary(at, "NOT", predicate) if negated else predicate

    def _range(self, value: tree.Expression) -> tree.Expression:
        if self.accept("BETWEEN"):
            low = self.value()
            self.expect("AND")
            return tree.Between(value.at, value, low, self.value())
        if self.accept("LIKE"):
            pattern = self.value()
            escape = self.value() if self.accept("ESCAPE") else None
            return tree.Like(value.at, value, pattern, escape)
        if self.accept("IN"):
            self.expect("(")
            if self.begins_query():
                query = self.query()
                self.expect(")")
                return tree.InQuery(value.at, value, query)
            items = self.separated(self.expression)
            self.expect(")")
            return tree.InList(value.at, value, items)
        return value

    def _comparison(self, left: tree.Expression) -> tree.Expression:
        token = self.take()
        sign = "<>" if token.word == "!=" else token.word
        if self.next.word in {"ALL", "ANY", "SOME"} and self.ahead("(", start=1):
            quantifier = "ALL" if self.take().word == "ALL" else "ANY"
            self.expect("(")
            query = self.query()
            self.expect(")")
            return tree.Quantified(left.at, sign, quantifier, left, query)
        return tree.Binary(left.at, sign, left, self.value(), token.at)

    def _is(self, value: tree.Expression) -> tree.Expression:
        token = self.take()
        negated = self.accept("NOT")
        result: tree.Expression
        if self.accept("NULL"):
            result = tree.IsNull(value.at, value)
        else:
            self.expect("DISTINCT", "FROM")
            result = tree.Binary(value.at, "DISTINCT", value, self.value(), token.at)
        return tree.Unary(token.at, "NOT", result) if negated else result

    def value(self) -> tree.Expression:
        """An expression without comparisons or logic."""
        self.enter()
        left = self._sum()
        while self.ahead("||"):
            sign = self.take()
            left = tree.Binary(left.at, "||", left, self._sum(), sign.at)
        self.depth -= 1
        return left

    def _sum(self) -> tree.Expression:
        left = self._product()
        while self.next.word in {"+", "-"}:
            sign = self.take()
            left = tree.Binary(left.at, sign.word, left, self._product(), sign.at)
        return left

    def _product(self) -> tree.Expression:
        left = self._signed()
        while self.next.word in {"*", "/", "%"}:
            sign = self.take()
            left = tree.Binary(left.at, sign.word, left, self._signed(), sign.at)
        return left

    def _signed(self) -> tree.Expression:
        if self.next.word not in {"+", "-"}:
            return self._zoned()
        sign = self.take()
        # The smallest bigint has no positive twin, so the sign belongs to the number.
        if sign.word == "-" and self.next.kind in {"integer", "decimal", "double"}:
            number = self.number()
            return tree.Literal(sign.at, number.kind, "-" + number.value)
        self.enter()
        operand = self._signed()
        self.depth -= 1
        return tree.Unary(sign.at, sign.word, operand)

    def _zoned(self) -> tree.Expression:
        value = self.primary()
        while self.ahead("AT"):
            at = self.take().at
            self.expect("TIME", "ZONE")
            start = self.at
            zone: tree.Expression = (
                self.interval()
                if self.ahead("INTERVAL")
                else tree.Literal(start, "string", self.string())
            )
            value = tree.AtZone(at, value, zone)
        return value
