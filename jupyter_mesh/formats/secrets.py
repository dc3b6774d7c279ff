"""Credentials that were typed into a text: where they stand and what they are, never which."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """One credential: its kind, its line, and its cell in a notebook; both count from 1.

    `cell` is 0 outside a notebook; text cells count too. The credential itself is not kept.
    """

    kind: str
    line: int
    cell: int = 0

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"cell {self.cell}, line {self.line}" if self.cell else f"line {self.line}"


# Each issuer's own documented prefix and alphabet.
_SHAPES = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_\w{36,}|github_pat_\w{22,})")),
    ("a GitLab token", re.compile(r"\bglpat-[\w-]{20,}")),
    ("a Slack token", re.compile(r"\bxox[abeprs]-[\w-]{10,}")),
    ("a Google key", re.compile(r"\bAIza[\w-]{35}")),
    ("an API key", re.compile(r"\b(?:sk|rk)[-_](?:live_|test_|ant-|proj-)?[\w-]{24,}")),
    ("a package index token", re.compile(r"\bpypi-[\w-]{50,}")),
    ("a Hugging Face token", re.compile(r"\bhf_[A-Za-z0-9]{30,}")),
    ("a JSON web token", re.compile(r"\beyJ[\w-]{8,999}\.eyJ[\w-]{8,2999}\.[\w-]{8,}")),
    ("a storage account key", re.compile(r"\bAccountKey=[A-Za-z0-9+/=]{40,}")),
)
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@'\"<>]{0,99}:([^\s/@'\"<>]{1,999})@", re.IGNORECASE
)
_LITERAL = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
_NAMED = re.compile(r"([\w.-]+)\s*(?::\s*[\w.\[\], |]+)?(?::=|=>|[=:])\s*[rbfuRBFU]{0,2}$")
_AFTER_KEY = re.compile(r"\s*\]?\s*[=:]\s*[rbfuRBFU]{0,2}$")
_INSIDE = re.compile(r"\b(?:password|passwd|pwd)\s*=\s*([^\s;&,]+)", re.IGNORECASE)
_YAML_LINE = re.compile(r"^\s*(?:-\s+)?([\w.-]+)\s*:\s+([^\s#'\"{\[&*|>][^#]*?)\s*(?:#.*)?$")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORD_WORDS = frozenset({"password", "passwd", "pwd", "passphrase", "passwort"})
_SECRET_WORDS = frozenset({"secret", "token", "credential", "credentials", "apikey"})
_KEY_KINDS = frozenset({"api", "access", "private", "auth", "secret", "account", "signing"})
# A line of a thousand words is data, but a secret may sit in it: it is read in pieces.
_PIECE, _OVERLAP = 4000, 400
_STANDS_FOR = re.compile(
    r"\s*(?:[$<{%]|env:|keyring:|vault:)|[*x.•_-]*$|\W*your\b", re.IGNORECASE
)
_NO_SECRETS = frozenset(
    ("none", "null", "true", "false", "str", "string", "changeme", "todo", "password")
)


def scan(text: str) -> tuple[FoundSecret, ...]:
    """The credentials in a piece of code or prose, by line."""
    found = [
        FoundSecret(kind, number)
        for number, line in enumerate(text.splitlines(), 1)
        for kind in dict.fromkeys(kind for piece in _pieces(line) for kind in _kinds(piece))
    ]
    return tuple(found)


def scan_yaml(text: str) -> tuple[FoundSecret, ...]:
    """The credentials in a YAML file, whose strings need no quotes."""
    found = list(scan(text))
    for number, line in enumerate(text.splitlines(), 1):
        match = _YAML_LINE.match(line[:_PIECE])
        if match and (kind := _named(match[1], match[2])):
            found.append(FoundSecret(kind, number))
    return tuple(sorted(set(found), key=lambda secret: (secret.line, secret.kind)))


def scan_notebook(document: Mapping[str, Any]) -> tuple[FoundSecret, ...]:
    """The credentials in the sources of a notebook's cells (nbformat 4), by cell."""
    found: list[FoundSecret] = []
    for number, cell in enumerate(document.get("cells") or (), 1):
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        found += [replace(secret, cell=number) for secret in scan(text)]
    return tuple(found)


def scan_value(name: str, value: object) -> tuple[FoundSecret, ...]:
    """The credentials in one named value, such as a parameter."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    kind = _named(name, text) if isinstance(value, str) else ""
    return (FoundSecret(kind, 1),) if kind else scan(text)


def _pieces(line: str) -> Iterator[str]:
    for start in range(0, max(len(line) - _OVERLAP, 1), _PIECE - _OVERLAP):
        yield line[start : start + _PIECE]


def _kinds(line: str) -> Iterator[str]:
    yield from (kind for kind, shape in _SHAPES if shape.search(line))
    for match in _ADDRESS.finditer(line):
        if not _is_placeholder(match[1]):
            yield "a password in an address"
    yield from _assigned(line)


def _assigned(line: str) -> Iterator[str]:
    """String literals that a secret-sounding name stands before: `name =` or `"name":`."""
    end, before = 0, ""
    for match in _LITERAL.finditer(line):
        value = match[1] if match[1] is not None else match[2]
        between = line[end : match.start()]
        named = _NAMED.search(between[-200:])
        name = before if _AFTER_KEY.match(between) else named[1] if named else ""
        if kind := _named(name, value):
            yield kind
        for inner in _INSIDE.finditer(value):
            if not _is_placeholder(inner[1]):
                yield "a password"
        end, before = match.end(), value


def _named(name: str, value: str) -> str:
    """What a value of that name is, when it is a credential."""
    words = [word.lower() for word in _WORD.findall(name)]
    if _is_placeholder(value) or value.lower() == name.lower():
        return ""
    if _PASSWORD_WORDS & set(words):
        return "a password"
    pairs = {first for first, second in pairwise(words) if second == "key"}
    if (_SECRET_WORDS & set(words) or _KEY_KINDS & pairs) and _is_random(value):
        return "a secret"
    return ""


def _is_placeholder(value: str) -> bool:
    bare = value.strip()
    return len(bare) < 3 or bare.lower() in _NO_SECRETS or bool(_STANDS_FOR.match(bare))


def _is_random(value: str) -> bool:
    """Whether a text looks drawn rather than written: Shannon's entropy a character."""
    if len(value) < 6 or " " in value.strip():
        return False
    counts = Counter(value).values()
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
    mixed = any(map(str.isdigit, value)) or (value.lower() != value != value.upper())
    return entropy >= (2.2 if mixed else 3.6)
