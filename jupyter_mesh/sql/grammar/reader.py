"""A cursor over tokens: what every part of the grammar reads with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

from jupyter_mesh.errors import InputError, StatementNotSupported
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.grammar.tokens import RESERVED, Token, fault, place, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# Deeper trees than any person writes; beyond it Python itself would run out of stack.
DEPTH = 120


class Reader:
    """Reads tokens one by one; every refusal points at the token it met."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.index = 0
        self.depth = 0
        self.questions = 0

    @property
    def next(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.index]

    @property
    def at(self) -> int:
        """Where the next token begins."""
        return self.tokens[self.index].at

    def ahead(self, *words: str, start: int = 0) -> bool:
        """Whether the next tokens are these words or signs."""
        first = self.index + start
        found = self.tokens[first : first + len(words)]
        return len(found) == len(words) and all(
            token.word == word for token, word in zip(found, words, strict=True)
        )

    def take(self) -> Token:
        """The next token, read."""
        token = self.tokens[self.index]
        if token.kind != "end":
            self.index += 1
        return token

    def accept(self, *words: str) -> bool:
        """Read these words if they come next."""
        if self.ahead(*words):
            self.index += len(words)
            return True
        return False

    def expect(self, *words: str) -> Token:
        """Read these words; a fault where they do not come next. Answers the first."""
        first = self.next
        for word in words:
            if self.next.word != word:
                self.refuse(f"expected {word}")
            self.take()
        return first

    def one_of(self, *words: str) -> str:
        """Read one of these words, or nothing."""
        if self.next.word in words:
            return self.take().word
        return ""

    def refuse(self, wanted: str = "", remedy: str = "") -> NoReturn:
        """Point at the next token as the fault."""
        token = self.next
        met = "the end" if token.kind == "end" else repr(token.text)
        message = f"unexpected {met}" + (f", {wanted}" if wanted else "")
        raise fault(self.text, token.at, message, remedy)

    def unsupported(self, construct: str, at: int | None = None) -> NoReturn:
        """Refuse what Trino would understand and this engine does not."""
        line, column = place(self.text, self.at if at is None else at)
        raise StatementNotSupported(construct, line=line, column=column)

    def separated(self, one: Callable[[], T]) -> tuple[T, ...]:
        """One or more, with commas between."""
        found = [one()]
        while self.accept(","):
            found.append(one())
        return tuple(found)

    def is_name(self, start: int = 0) -> bool:
        """Whether an identifier comes next."""
        position = min(self.index + start, len(self.tokens) - 1)
        token = self.tokens[position]
        return token.kind == "quoted" or (token.kind == "word" and token.word not in RESERVED)

    def name(self) -> str:
        """One identifier."""
        if not self.is_name():
            token = self.next
            if token.kind == "word":
                self.refuse("a name", f'Write "{token.text}" to use this word as a name.')
            self.refuse("expected a name")
        token = self.take()
        if token.kind == "quoted":
            if token.text == '""':
                raise fault(self.text, token.at, "a name has no letters")
            return token.text[1:-1].replace('""', '"')
        return token.text

    def dotted(self) -> tuple[str, ...]:
        """Identifiers with dots between."""
        parts = [self.name()]
        while self.ahead(".") and self.is_name(1):
            self.take()
            parts.append(self.name())
        return tuple(parts)

    def names(self) -> tuple[str, ...]:
        """`(a, b)`, or nothing."""
        if not self.accept("("):
            return ()
        found = self.separated(self.name)
        self.expect(")")
        return found

    def string(self) -> str:
        """One text literal."""
        token = self.next
        if token.kind not in {"string", "unicode"}:
            self.refuse("expected a text in quotes")
        self.take()
        if token.kind == "unicode":
            return self._unicode(token)
        return token.text[1:-1].replace("''", "'")

    def _unicode(self, token: Token) -> str:
        escape = "\\"
        if self.accept("UESCAPE"):
            escape = self.string()
            if len(escape) != 1 or escape in "0123456789abcdefABCDEF+'\" ":
                raise fault(self.text, token.at, "invalid Unicode escape character")
        body, position, letters = token.text[3:-1].replace("''", "'"), 0, ""
        while position < len(body):
            letter = body[position]
            if letter != escape:
                letters, position = letters + letter, position + 1
                continue
            if body[position + 1 : position + 2] == escape:
                letters, position = letters + escape, position + 2
                continue
            start = position + 2 if body[position + 1 : position + 2] == "+" else position + 1
            digits = body[start : start + (6 if start > position + 1 else 4)]
            letters += self._code_point(digits, 6 if start > position + 1 else 4, token.at)
            position = start + len(digits)
        return letters

    def _code_point(self, digits: str, wanted: int, at: int) -> str:
        try:
            code = int(digits, 16)
        except ValueError:
            code = -1
        if len(digits) != wanted or not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise fault(self.text, at, f"invalid Unicode escape {digits!r}")
        return chr(code)

    def type(self) -> TrinoType:
        """A type's name, up to the token that does not belong to it."""
        start = self.next
        pieces = self._type_pieces()
        text = " ".join(pieces)
        try:
            return TrinoType.parse(text)
        except InputError as error:
            known = pieces[0].lower() in {"hyperloglog", "p4hyperloglog", "geometry"}
            known = known or pieces[0].lower() in {"qdigest", "tdigest", "setdigest"}
            if known:
                self.unsupported(f"the type {text}", start.at)
            raise fault(self.text, start.at, f"Unknown type: {text}") from error

    def _type_pieces(self) -> list[str]:
        token = self.take()
        if token.kind not in {"word", "quoted"}:
            self.index -= token.kind != "end"
            self.refuse("expected a type")
        pieces = [token.text]
        if token.word == "INTERVAL":
            pieces += [self.take().text for _word in range(3)]
            return pieces
        if token.word == "DOUBLE" and self.accept("PRECISION"):
            return ["double"]
        if self.ahead("("):
            pieces += self._parenthesised()
        if self.next.word in {"WITH", "WITHOUT"} and self.ahead("TIME", "ZONE", start=1):
            zoned = self.take().word == "WITH"
            self.take()
            self.take()
            pieces += ["with", "time", "zone"] if zoned else []
        return pieces

    def _parenthesised(self) -> list[str]:
        pieces, depth = [], 0
        while True:
            token = self.take()
            if token.kind == "end":
                self.refuse("expected )")
            pieces.append(token.text)
            depth += (token.word == "(") - (token.word == ")")
            if depth == 0:
                return pieces
