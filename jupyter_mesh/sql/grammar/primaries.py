"""The smallest expressions: literals, names, calls and what stands in brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.grammar.calls import Calls
from jupyter_mesh.sql.grammar.reader import DEPTH
from jupyter_mesh.sql.grammar.tokens import fault

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL_FIELDS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


class Primaries(Calls):
    """Everything that binds tighter than an operator."""

    def enter(self) -> None:
        """One level deeper; a statement nested beyond reason is refused, not a crash."""
        self.depth += 1
        if self.depth > DEPTH:
            self.refuse("the statement is nested too deeply")

    def begins_query(self) -> bool:
        """Whether a query comes next, behind any number of opening brackets."""
        position = self.index
        while self.tokens[position].word == "(":
            position += 1
        return self.tokens[position].word in {"SELECT", "WITH", "VALUES", "TABLE"}

    def primary(self) -> tree.Expression:
        """A primary with its subscripts and fields."""
        self.enter()
        value = self._first()
        while True:
            if self.ahead("["):
                at = self.take().at
                index = self.value()
                self.expect("]")
                value = tree.Subscript(value.at if value.at < at else at, value, index)
            elif self.ahead(".") and self.is_name(1):
                self.take()
                value = tree.FieldOf(value.at, value, self.name())
            else:
                self.depth -= 1
                return value

    def _first(self) -> tree.Expression:
        token = self.next
        reader = self._by_kind().get(token.kind)
        if reader is not None:
            return reader()
        special = self.special(token)
        if special is not None:
            return special
        if self.is_name():
            return self._named()
        return self.refuse("expected an expression")

    def _by_kind(self) -> dict[str, Callable[[], tree.Expression]]:
        return {
            "string": self._text,
            "unicode": self._text,
            "binary": self._binary,
            "integer": self.number,
            "decimal": self.number,
            "double": self.number,
            "parameter": self._parameter,
        }

    def _text(self) -> tree.Expression:
        at = self.at
        return tree.Literal(at, "string", self.string())

    def _binary(self) -> tree.Expression:
        token = self.take()
        digits = "".join(token.text[2:-1].split())
        if any(digit not in "0123456789abcdefABCDEF" for digit in digits):
            raise fault(
                self.text, token.at, "a binary literal can only contain hexadecimal digits"
            )
        if len(digits) % 2:
            raise fault(
                self.text, token.at, "a binary literal must contain an even number of digits"
            )
        return tree.Literal(token.at, "binary", digits.upper())

    def number(self) -> tree.Literal:
        """A number, its value written plainly."""
        token = self.take()
        text = token.text
        if text.endswith("_") or "__" in text or "_." in text or "._" in text:
            raise fault(self.text, token.at, f"invalid numeric literal: {text}")
        text = text.replace("_", "")
        if token.kind == "integer":
            base = {"0X": 16, "0O": 8, "0B": 2}.get(text[:2].upper(), 10)
            digits = text[2:] if base != 10 else text
            if not digits or (base == 10 and len(digits.lstrip("0")) > 19):
                raise fault(self.text, token.at, f"invalid numeric literal: {token.text}")
            text = str(int(digits, base))
        return tree.Literal(token.at, token.kind, text)

    def _parameter(self) -> tree.Expression:
        token = self.take()
        return tree.Parameter(token.at, token.text[1:])

    def bracketed(self) -> tree.Expression:
        """`(`: a lambda, a subquery, a row, or an expression in brackets."""
        at = self.at
        names = self._lambda_names()
        if names is not None:
            return tree.Lambda(at, names, self.expression())
        if self.begins_query():
            self.take()
            query = self.query()
            self.expect(")")
            return tree.Subquery(at, query)
        self.take()
        items = self.separated(self.expression)
        self.expect(")")
        return items[0] if len(items) == 1 else tree.Row(at, items)

    def _lambda_names(self) -> tuple[str, ...] | None:
        position = 1
        names: list[str] = []
        while self.is_name(position):
            names.append(self.tokens[self.index + position].text)
            position += 1
            if not self.ahead(",", start=position):
                break
            position += 1
        if not self.ahead(")", "->", start=position):
            return None
        self.index += position + 2
        return tuple(names)

    def _named(self) -> tree.Expression:
        token = self.next
        if self.ahead("->", start=1):
            name = self.name()
            self.take()
            return tree.Lambda(token.at, (name,), self.expression())
        if token.kind == "word" and self._typed_literal_ahead():
            if self.ahead("DOUBLE", "PRECISION"):
                self.take()
            type_ = self.type_word(self.take())
            return tree.TypedLiteral(token.at, type_, self.string())
        parts = self.dotted()
        if self.ahead("("):
            return self.call(token.at, parts)
        return tree.Name(token.at, parts)

    def _typed_literal_ahead(self) -> bool:
        start = 2 if self.ahead("DOUBLE", "PRECISION") else 1
        return self.tokens[self.index + start].kind in {"string", "unicode"}

    def interval(self) -> tree.Interval:
        """`INTERVAL '1' DAY`."""
        at = self.expect("INTERVAL").at
        negative = self.one_of("+", "-") == "-"
        value = self.string()
        start = self.one_of(*_INTERVAL_FIELDS)
        if not start:
            self.refuse("expected YEAR, MONTH, DAY, HOUR, MINUTE or SECOND")
        end = start
        if self.accept("TO"):
            end = self.one_of(*_INTERVAL_FIELDS)
            if not end:
                self.refuse("expected YEAR, MONTH, DAY, HOUR, MINUTE or SECOND")
        return tree.Interval(at, negative, value, start, end)
