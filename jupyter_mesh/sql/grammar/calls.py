"""Function calls, and the forms that have a grammar of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql import tree
from jupyter_mesh.sql.grammar.reader import Reader
from jupyter_mesh.sql.grammar.tokens import Token, fault

if TYPE_CHECKING:
    from collections.abc import Callable

_BARE = ("CURRENT_DATE", "CURRENT_USER", "CURRENT_CATALOG", "CURRENT_SCHEMA", "CURRENT_PATH")
_CLOCKS = ("CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_TIME", "LOCALTIME")
_REFUSED = ("JSON_EXISTS", "JSON_VALUE", "JSON_QUERY", "JSON_OBJECT", "JSON_ARRAY")


class Calls(Reader):
    """Calls with DISTINCT, ORDER BY, FILTER and OVER; CASE, CAST, TRIM, EXTRACT and others."""

    expression: Callable[[], tree.Expression]
    value: Callable[[], tree.Expression]
    query: Callable[[], tree.Query]
    interval: Callable[[], tree.Interval]
    bracketed: Callable[[], tree.Expression]

    def special(self, token: Token) -> tree.Expression | None:
        """The form that begins with this word or sign, or nothing."""
        word = token.word
        form = self._forms().get(word)
        if form is not None:
            return form()
        if word in {"NULL", "TRUE", "FALSE"}:
            self.take()
            return tree.Literal(token.at, "null" if word == "NULL" else "boolean", word.lower())
        if word in _BARE:
            self.take()
            return tree.Call(token.at, word.lower(), ())
        if word in _CLOCKS:
            return self._clock()
        if word in _REFUSED:
            self.unsupported(word.lower())
        if word in {"TRY_CAST", "POSITION", "SUBSTRING", "ROW", "ARRAY"}:
            return self._soft(word)
        if word == "INTERVAL" and self._interval_ahead():
            return self.interval()
        return None

    def _forms(self) -> dict[str, Callable[[], tree.Expression]]:
        return {
            "(": self.bracketed,
            "[": self._array,
            "?": self._question,
            "CASE": self._case,
            "CAST": self._cast,
            "EXISTS": self._exists,
            "EXTRACT": self._extract,
            "TRIM": self._trim,
            "NORMALIZE": self._normalize,
            "LISTAGG": self._listagg,
            "GROUPING": self._grouping,
        }

    def _interval_ahead(self) -> bool:
        position = self.index + (2 if self.tokens[self.index + 1].word in {"+", "-"} else 1)
        return self.tokens[position].kind == "string"

    def _soft(self, word: str) -> tree.Expression | None:
        """Forms behind words that may be names too."""
        if word == "ARRAY" and self.ahead("[", start=1):
            self.take()
            return self._array()
        if not self.ahead("(", start=1):
            return None
        if word == "TRY_CAST":
            return self._cast()
        if word == "ROW":
            at = self.take().at
            self.take()
            items = self.separated(self.expression)
            self.expect(")")
            return tree.Row(at, items)
        return {"POSITION": self._position, "SUBSTRING": self._substring}.get(
            word, lambda: None
        )()

    def _question(self) -> tree.Expression:
        at = self.take().at
        self.questions += 1
        return tree.Parameter(at, f"?{self.questions}")

    def _array(self) -> tree.Expression:
        at = self.expect("[").at
        items = () if self.ahead("]") else self.separated(self.expression)
        self.expect("]")
        return tree.Array(at, items)

    def _case(self) -> tree.Expression:
        at = self.expect("CASE").at
        operand = None if self.ahead("WHEN") else self.expression()
        branches = []
        while self.accept("WHEN"):
            condition = self.expression()
            self.expect("THEN")
            branches.append((condition, self.expression()))
        if not branches:
            self.refuse("expected WHEN")
        otherwise = self.expression() if self.accept("ELSE") else None
        self.expect("END")
        return tree.Case(at, operand, tuple(branches), otherwise)

    def _cast(self) -> tree.Expression:
        token = self.take()
        self.expect("(")
        operand = self.expression()
        self.expect("AS")
        type_ = self.type()
        self.expect(")")
        return tree.Cast(token.at, operand, type_, token.word == "TRY_CAST")

    def _exists(self) -> tree.Expression:
        at = self.take().at
        self.expect("(")
        query = self.query()
        self.expect(")")
        return tree.Exists(at, query)

    def _extract(self) -> tree.Expression:
        at = self.take().at
        self.expect("(")
        field = tree.Literal(self.at, "string", self.name().lower())
        self.expect("FROM")
        operand = self.value()
        self.expect(")")
        return tree.Call(at, "extract", (field, operand))

    def _trim(self) -> tree.Expression:
        at = self.take().at
        self.expect("(")
        side = self.one_of("LEADING", "TRAILING", "BOTH")
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(side, "trim")
        letters = None if self.ahead("FROM") else self.value()
        if letters is not None and not side and not self.ahead("FROM"):
            more = (self.value(),) if self.accept(",") else ()
            self.expect(")")
            return tree.Call(at, "trim", (letters, *more))
        self.expect("FROM")
        source = self.value()
        self.expect(")")
        return tree.Call(at, name, (source,) if letters is None else (source, letters))

    def _normalize(self) -> tree.Expression:
        at = self.take().at
        self.expect("(")
        args: tuple[tree.Expression, ...] = (self.value(),)
        if self.accept(","):
            args += (tree.Literal(self.at, "string", self.name()),)
        self.expect(")")
        return tree.Call(at, "normalize", args)

    def _position(self) -> tree.Expression:
        at = self.take().at
        self.expect("(")
        part = self.value()
        self.expect("IN")
        whole = self.value()
        self.expect(")")
        return tree.Call(at, "strpos", (whole, part))

    def _substring(self) -> tree.Expression:
        at = self.take().at
        self.expect("(")
        args = [self.expression()]
        if self.accept("FROM"):
            args.append(self.value())
            if self.accept("FOR"):
                args.append(self.value())
        else:
            while self.accept(","):
                args.append(self.expression())
        self.expect(")")
        return tree.Call(at, "substring", tuple(args))

    def _grouping(self) -> tree.Expression:
        at = self.take().at
        self.expect("(")
        names = self.separated(lambda: tree.Name(self.at, self.dotted()))
        self.expect(")")
        return tree.Call(at, "grouping", names)

    def _listagg(self) -> tree.Expression:
        at = self.take().at
        self.expect("(")
        distinct = self._quantifier()
        args = [self.expression()]
        if self.accept(","):
            args.append(tree.Literal(self.at, "string", self.string()))
        if self.ahead("ON") and not self.accept("ON", "OVERFLOW", "ERROR"):
            self.unsupported("listagg ON OVERFLOW TRUNCATE")
        self.expect(")")
        self.expect("WITHIN", "GROUP", "(")
        order = self.order_by()
        self.expect(")")
        where = self._filter()
        return tree.Call(at, "listagg", tuple(args), distinct, order=order, where=where)

    def _clock(self) -> tree.Expression:
        token = self.take()
        args: tuple[tree.Expression, ...] = ()
        if self.ahead("("):
            self.take()
            if self.next.kind != "integer":
                self.refuse("expected a precision")
            args = (tree.Literal(self.at, "integer", self.take().text),)
            self.expect(")")
        return tree.Call(token.at, token.word.lower(), args)

    def type_word(self, token: Token) -> TrinoType:
        """The type that a word before a text literal names."""
        try:
            return TrinoType.parse(token.text)
        except InputError as error:
            raise fault(self.text, token.at, f"Unknown type: {token.text}") from error

    def _quantifier(self) -> bool:
        return self.one_of("ALL", "DISTINCT") == "DISTINCT"

    def call(self, at: int, parts: tuple[str, ...]) -> tree.Expression:
        """The arguments of a call and what may follow them."""
        if len(parts) > 1:
            self.unsupported(f"the function {'.'.join(parts)}", at)
        self.expect("(")
        call = tree.Call(at, parts[0].lower(), ())
        if self.accept("*"):
            call.star = True
        elif not self.ahead(")") and not self.ahead("ORDER"):
            call.distinct = self._quantifier()
            call.args = self.separated(self.expression)
        if self.ahead("ORDER"):
            call.order = self.order_by()
        self.expect(")")
        call.where = self._filter()
        call.nulls = self._null_treatment()
        if self.accept("OVER"):
            call.window = self.window() if self.ahead("(") else self._window_name()
        elif call.nulls:
            self.refuse("expected OVER")
        return call

    def _null_treatment(self) -> str:
        for word in ("IGNORE", "RESPECT"):
            if self.accept(word, "NULLS"):
                return word
        return ""

    def _filter(self) -> tree.Expression | None:
        if not self.accept("FILTER", "("):
            return None
        self.expect("WHERE")
        condition = self.expression()
        self.expect(")")
        return condition

    def order_by(self) -> tuple[tree.SortItem, ...]:
        """`ORDER BY a DESC NULLS FIRST, b`."""
        self.expect("ORDER", "BY")
        return self.separated(self._sort_item)

    def _sort_item(self) -> tree.SortItem:
        at = self.at
        key = self.expression()
        descending = self.one_of("ASC", "DESC") == "DESC"
        nulls_first = None
        if self.accept("NULLS"):
            word = self.one_of("FIRST", "LAST")
            if not word:
                self.refuse("expected FIRST or LAST")
            nulls_first = word == "FIRST"
        return tree.SortItem(at, key, descending, nulls_first)

    def _window_name(self) -> tree.Window:
        at = self.at
        return tree.Window(at, self.name(), (), (), None)

    def window(self) -> tree.Window:
        """`(PARTITION BY a ORDER BY b ROWS ...)`."""
        at = self.expect("(").at
        name = ""
        if self.is_name() and self.next.word not in {"PARTITION", "ROWS", "RANGE", "GROUPS"}:
            name = self.name()
        partition: tuple[tree.Expression, ...] = ()
        if self.accept("PARTITION", "BY"):
            partition = self.separated(self.expression)
        order = self.order_by() if self.ahead("ORDER") else ()
        frame = self._frame() if self.next.word in {"ROWS", "RANGE", "GROUPS"} else None
        if self.next.word in {"MEASURES", "PATTERN"}:
            self.unsupported("row pattern recognition in a window")
        self.expect(")")
        return tree.Window(at, name, partition, order, frame)

    def _frame(self) -> tree.Frame:
        token = self.take()
        if self.accept("BETWEEN"):
            start = self._bound()
            self.expect("AND")
            return tree.Frame(token.at, token.word, start, self._bound())
        return tree.Frame(token.at, token.word, self._bound(), ("CURRENT ROW", None))

    def _bound(self) -> tuple[str, tree.Expression | None]:
        if self.accept("CURRENT", "ROW"):
            return "CURRENT ROW", None
        value = None if self.accept("UNBOUNDED") else self.expression()
        side = self.one_of("PRECEDING", "FOLLOWING")
        if not side:
            self.refuse("expected PRECEDING or FOLLOWING")
        return (side, value) if value is not None else (f"UNBOUNDED {side}", None)
