"""Holds plain values against a JSON schema and says in sentences what is wrong.

A validator of our own for the keywords that the shipped schemas use (JSON Schema 2019-09):
the usual package costs a second to import beside Jupyter, and its messages are for programmers.
The tests hold it against that package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jupyter_mesh.schemas.keywords import KINDS, LIMITS, is_kind, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KeyPath = tuple[str | int, ...]
Schema = Any
_DEEPER = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what was expected, what would mend it."""

    path: KeyPath
    text: str
    remedy: str = ""


@dataclass(slots=True)
class _Verdict:
    """The faults of one value under one schema, and the keys the schema spoke about."""

    faults: list[Fault]
    seen: set[str]

    def add(self, other: _Verdict) -> None:
        self.faults += other.faults
        self.seen |= other.seen


@lru_cache
def shipped(name: str) -> dict[str, Any]:
    """A schema that ships with the package, by its name without `.schema.json`."""
    text = files("jupyter_mesh.schemas").joinpath(f"{name}.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def faults(schema: Mapping[str, Any], value: Any) -> list[Fault]:  # noqa: ANN401 - any JSON
    """Everything in which a plain JSON value breaks a schema, in the value's order."""
    found = _Judge(schema).judge(schema, value, ()).faults
    return list(dict.fromkeys(found))


class _Judge:
    """Walks value and schema together; `$ref` is looked up in the root."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root

    def judge(self, schema: Schema, value: Any, path: KeyPath) -> _Verdict:  # noqa: ANN401
        """What one schema says of one value."""
        verdict = _Verdict([], set())
        if isinstance(schema, bool):
            if not schema:
                verdict.faults.append(Fault(path, "nothing is expected here"))
            return verdict
        if "$ref" in schema:
            verdict.add(self.judge(self._resolved(schema["$ref"]), value, path))
        if not self._plain(schema, value, path, verdict):
            return verdict
        if isinstance(value, dict):
            self._keys(schema, value, path, verdict)
        if isinstance(value, list):
            self._items(schema, value, path, verdict)
        self._composed(schema, value, path, verdict)
        if isinstance(value, dict) and schema.get("unevaluatedProperties") is False:
            self._unknown(schema, [k for k in value if k not in verdict.seen], path, verdict)
        return verdict

    def _resolved(self, reference: str) -> Schema:
        schema: Schema = self.root
        for part in reference.removeprefix("#/").split("/"):
            schema = schema[part]
        return schema

    def _plain(self, schema: Schema, value: Any, path: KeyPath, verdict: _Verdict) -> bool:  # noqa: ANN401
        """Type, choices and limits of the value itself; False when its type is wrong."""
        expected = schema.get("x-expected")
        found = shown(value, secret=bool(schema.get("writeOnly")))
        kinds = schema.get("type", ())
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        if kinds and not any(is_kind(value, kind) for kind in kinds):
            words = expected or " or ".join(KINDS[kind] for kind in kinds)
            verdict.faults.append(
                Fault(path, f"expected {words}, found {found}", _quotes(kinds))
            )
            return False
        choices = [schema["const"]] if "const" in schema else schema.get("enum")
        if choices is not None and not any(_same(value, choice) for choice in choices):
            words = ", ".join(str(choice) for choice in choices)
            words = f"one of {words}" if len(choices) > 1 else words
            verdict.faults.append(
                Fault(path, f"expected {words}, found {found}", _near(str(value), choices))
            )
        for keyword, (holds, says) in LIMITS.items():
            if keyword in schema and not holds(value, schema[keyword]):
                words = expected or says.format(schema[keyword])
                verdict.faults.append(Fault(path, f"expected {words}, found {found}"))
        return True

    def _keys(
        self, schema: Schema, value: dict[str, Any], path: KeyPath, verdict: _Verdict
    ) -> None:
        for key in schema.get("required", ()):
            if key not in value:
                verdict.faults.append(Fault((*path, key), "is missing", f"Add {key}: ..."))
        named = schema.get("properties", {})
        others = schema.get("additionalProperties", None)
        names = schema.get("propertyNames")
        for key, item in value.items():
            if names is not None:
                verdict.add(_Verdict(self.judge(names, key, (*path, key)).faults, set()))
            below = named.get(key, others if isinstance(others, dict) else None)
            if below is not None:
                verdict.seen.add(key)
                verdict.faults += self.judge(below, item, (*path, key)).faults
        if others is False:
            self._unknown(schema, [key for key in value if key not in named], path, verdict)
        if others is not None:
            verdict.seen |= value.keys()

    def _items(
        self, schema: Schema, value: list[Any], path: KeyPath, verdict: _Verdict
    ) -> None:
        if "items" in schema:
            for index, item in enumerate(value):
                verdict.faults += self.judge(schema["items"], item, (*path, index)).faults

    def _composed(self, schema: Schema, value: Any, path: KeyPath, verdict: _Verdict) -> None:  # noqa: ANN401
        for part in schema.get("allOf", ()):
            verdict.add(self.judge(part, value, path))
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                verdict.add(self._chosen(schema[keyword], value, path, keyword == "oneOf"))
        if "not" in schema and not self.judge(schema["not"], value, path).faults:
            unwanted = ", ".join(schema["not"].get("required", ["this"]))
            verdict.faults.append(Fault(path, f"{unwanted} does not belong here"))
        if "if" in schema:
            condition = self.judge(schema["if"], value, path)
            if not condition.faults:
                verdict.seen |= condition.seen
            branch = schema.get("else" if condition.faults else "then", True)
            verdict.add(self.judge(branch, value, path))

    def _chosen(
        self,
        branches: list[Schema],
        value: Any,  # noqa: ANN401
        path: KeyPath,
        only: bool,
    ) -> _Verdict:
        verdicts = [self.judge(branch, value, path) for branch in branches]
        passed = [verdict for verdict in verdicts if not verdict.faults]
        seen = set[str]().union(*(verdict.seen for verdict in passed or verdicts))
        if len(passed) == 1 or (passed and not only):
            return _Verdict([], seen)
        words = _one_key_each(branches)
        if words and isinstance(value, dict):
            given = [word for word in words if word in value]
            if len(given) != 1 or passed:
                found = " and ".join(given) or "none of them"
                text = f"expected exactly one of {', '.join(words)}; found {found}"
                return _Verdict([Fault(path, text)], seen | set(words))
            return verdicts[words.index(given[0])]
        if passed:
            return _Verdict([Fault(path, "this can be read in more than one way")], seen)
        return _Verdict(_nearest(branches, verdicts, path, value), seen)

    def _unknown(
        self, schema: Schema, keys: list[str], path: KeyPath, verdict: _Verdict
    ) -> None:
        known = dict.fromkeys(self._known(schema))
        # A branch that failed has said nothing about its keys; its own fault is enough.
        if any(key in known for key in keys) and verdict.faults:
            keys = [key for key in keys if key not in known]
        for key in keys:
            if key in known:
                text, remedy = "this key does not go with the others here", ""
            else:
                text, remedy = "there is no such key", _near(key, known)
                remedy = remedy or f"Known here: {', '.join(known)}."
            verdict.faults.append(Fault((*path, key), text, remedy))

    def _known(self, schema: Schema) -> Iterator[str]:
        if isinstance(schema, dict):
            yield from schema.get("properties", ())
            if "$ref" in schema:
                yield from self._known(self._resolved(schema["$ref"]))
            for keyword in _DEEPER:
                for part in schema.get(keyword, ()):
                    yield from self._known(part)
            for keyword in ("then", "else"):
                yield from self._known(schema.get(keyword))


def _nearest(
    branches: list[Schema],
    verdicts: list[_Verdict],
    path: KeyPath,
    value: Any,  # noqa: ANN401
) -> list[Fault]:
    """The faults of the branch that was probably meant: the one that fails deepest inside."""
    if all(any(fault.path == path for fault in verdict.faults) for verdict in verdicts):
        kinds = [branch.get("type") for branch in branches if isinstance(branch, dict)]
        named = [kind for kind in dict.fromkeys(kinds) if isinstance(kind, str)]
        words = " or ".join(KINDS[kind] for kind in named)
        if None not in kinds and not any(is_kind(value, kind) for kind in named):
            return [Fault(path, f"expected {words}, found {shown(value)}")]

    def meant(pair: tuple[Schema, _Verdict]) -> tuple[bool, bool, bool, int]:
        branch, verdict = pair
        kind = branch.get("type") if isinstance(branch, dict) else None
        other_kind = isinstance(kind, str) and not is_kind(value, kind)
        shallow = any(fault.path == path for fault in verdict.faults)
        wrong_choice = any(
            fault.text.startswith("expected")
            for fault in verdict.faults
            if len(fault.path) == len(path) + 1
        )
        return other_kind, shallow, wrong_choice, len(verdict.faults)

    return min(zip(branches, verdicts, strict=True), key=meant)[1].faults


def _one_key_each(branches: list[Schema]) -> list[str]:
    """The keys, when each branch is nothing but the demand for one key."""
    keys: list[list[str]] = [
        branch.get("required", []) if isinstance(branch, dict) else [] for branch in branches
    ]
    plain = all(not set(b) - {"required", "properties", "description"} for b in branches)
    return [key[0] for key in keys] if plain and all(len(key) == 1 for key in keys) else []


def _near(word: str, known: Any) -> str:  # noqa: ANN401 - any collection of words
    near = get_close_matches(word, [str(name) for name in known], n=2)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _quotes(kinds: tuple[str, ...]) -> str:
    return "Put quotes around it to make it text." if kinds == ("string",) else ""


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
