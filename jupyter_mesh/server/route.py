"""A route: one thing that can be asked over HTTP, as a value that documents itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.schemas.validation import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_mesh.server.visit import Visit

Schema = dict[str, Any]
JSON = "application/json"
ARROW = "application/vnd.apache.arrow.stream"
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}\Z")
_LARGEST = 2**20
# Number.MAX_SAFE_INTEGER of ECMAScript; identities of snapshots are larger.
_LARGEST_NUMBER = 2**53 - 1
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One value of a question, in the address or the body, with its JSON schema."""

    name: str
    help: str
    schema: Schema = field(default_factory=lambda: {"type": "string", "maxLength": 2000})
    required: bool = False


@dataclass(frozen=True, slots=True)
class Blob:
    """An answer that is not JSON."""

    content: bytes
    media: str


@dataclass(frozen=True, slots=True)
class Route:
    """One verb at one path (`promotions/{id}`): what it takes, what it answers, who does it.

    `asked` are the query's values, or the body's where `method` is POST; names in braces are
    the path's. `answers` is the JSON schema of the answer, or its media type.
    """

    method: str
    path: str
    summary: str
    answer: Callable[[Visit], Any]
    asked: tuple[Asked, ...] = ()
    answers: Schema | str = field(default_factory=lambda: {"type": "object"})
    status: int = 200

    @property
    def in_path(self) -> tuple[str, ...]:
        """The names that the path holds."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def schema(self) -> Schema:
        """All that is asked, as the schema of one object."""
        return {
            "type": "object",
            "properties": {
                one.name: {**one.schema, "description": one.help} for one in self.asked
            },
            "required": [one.name for one in self.asked if one.required],
        }

    def values(self, path: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Schema:
        """What was asked, held against the schema; InputError names the first fault.

        Values that nobody asked for are passed over: front ends add their own, such as a
        number against caches.
        """
        given: Schema = _body(body) if self.method == "POST" else {}
        if self.method != "POST":
            known = {one.name: one.schema for one in self.asked}
            given = {
                name: _typed(text, known[name]) for name, text in query.items() if name in known
            }
        _refuse_unwritable(given)
        _refuse_unwritable(dict(path))
        for fault in faults(self.schema, given):
            place = ".".join(str(part) for part in fault.path) or "The request"
            raise InputError(f"{place}: {fault.text}.", remedy=fault.remedy)
        defaults = {o.name: o.schema["default"] for o in self.asked if "default" in o.schema}
        return {**defaults, **given, **path}


def listing(items: Schema, **more: Schema) -> Schema:
    """The schema of an answer that is a list of items."""
    properties = {"items": {"type": "array", "items": items}, **more}
    return {"type": "object", "properties": properties, "required": list(properties)}


def number(default: int, least: int, most: int) -> Schema:
    """The schema of a whole number that may be left out."""
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


def exact(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value with whole numbers that a browser would round written as text."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return str(value) if isinstance(value, int) and abs(value) > _LARGEST_NUMBER else value


def _body(body: bytes) -> Schema:
    if len(body) > _LARGEST:
        raise InputError("The request is longer than a megabyte.", remedy="Send less.")
    try:
        value = json.loads(body or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError("The request is not JSON.", remedy="Send one JSON object.") from error
    if not isinstance(value, dict):
        raise InputError("The request is no JSON object.", remedy="Send one JSON object.")
    return value


def _refuse_constant(word: str) -> None:
    raise ValueError(word)


def _typed(text: str, schema: Schema) -> Any:  # noqa: ANN401 - what the schema says
    whole = schema.get("type") == "integer" and _WHOLE.match(text)
    return int(text) if whole else text


def _refuse_unwritable(value: Any, depth: int = 0) -> None:  # noqa: ANN401 - any JSON value
    """Text that no database and no file takes: a zero character, half a character."""
    if depth > _DEEPEST:
        raise InputError("The request is nested too deeply.", remedy="Send plain values.")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise InputError("The request holds a character that is none.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unwritable(key, depth)
            _refuse_unwritable(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _refuse_unwritable(item, depth + 1)
