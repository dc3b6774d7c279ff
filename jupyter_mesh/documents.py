"""YAML files as people write them: comments and order kept, every key with its line."""

from __future__ import annotations

import math
import os
import re
import tempfile
from datetime import date, datetime, time
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import DescriptorError, StorageError
from jupyter_mesh.schemas import validation
from jupyter_mesh.schemas.keywords import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import RoundTripConstructor
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.nodes import Node, ScalarNode

    from jupyter_mesh.schemas.validation import KeyPath

MAX_BYTES = 1_000_000
# Aliases are shared when read but unfold when walked: a kilobyte can stand for a terabyte.
MAX_VALUES = 200_000
MAX_DEPTH = 60
_LIST = re.compile(r"^( *)(?:- )?[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*\n)*( *)- ", re.M)


class Document:
    """One YAML file: a mapping of keys that can be read, judged, changed and written back.

    `data` is the tree as written (mappings and lists that remember their comments); `plain`
    gives the same as JSON values. Keys are addressed by paths such as `("schema", 0, "name")`.
    """

    def __init__(self, text: str, file: str, data: Any) -> None:  # noqa: ANN401 - a YAML tree
        self.text = text
        self.file = file
        self.data = data

    @classmethod
    def read(cls, path: Path) -> Document:
        """Read a file; DescriptorError says at which line it is not what it should be."""
        return cls.parse(read_text(path), str(path))

    @classmethod
    def parse(cls, text: str, file: str) -> Document:
        """Read YAML text; `file` is the name that errors will give it."""
        if len(text) > MAX_BYTES:
            raise DescriptorError(
                f"expected a file that people write, found more than {MAX_BYTES:,} bytes.",
                file=file,
                remedy="Data does not belong here; land it as a table.",
            )
        data = _tree(text, file)
        if not isinstance(data, dict):
            found = "an empty file" if data is None else shown(_soft(data))
            raise DescriptorError(
                f"expected keys and values (key: value), found {found}.", file=file, line=1
            )
        document = cls(text, file, data)
        document.plain()
        return document

    def plain(self) -> dict[str, Any]:
        """The content as plain JSON values; dates and times as ISO 8601 text."""
        plain: dict[str, Any] = _Plainer(self).value(self.data, ())
        return plain

    def line(self, path: KeyPath) -> int:
        """The line of a key, counting from 1; of its parent where the key is not there."""
        node: Any = self.data
        line = 1
        for part in path:
            known = getattr(getattr(node, "lc", None), "data", None) or {}
            if part not in known or not _has(node, part):
                break
            line = known[part][0] + 1
            node = node[part]
        return line

    def error(self, path: KeyPath, message: str, remedy: str = "") -> DescriptorError:
        """The error that points at a key of this file."""
        return DescriptorError(
            message, file=self.file, line=self.line(path), key=dotted(path), remedy=remedy
        )

    def faults(
        self, schema: Mapping[str, Any], plain: dict[str, Any] | None = None
    ) -> list[DescriptorError]:
        """Everything in which the file, or a reading of it, breaks a JSON schema, by line."""
        found = validation.faults(schema, self.plain() if plain is None else plain)
        errors = [self.error(fault.path, fault.text, fault.remedy) for fault in found]
        return sorted(errors, key=lambda error: error.line)

    def validate(self, schema: Mapping[str, Any]) -> None:
        """Raise the first DescriptorError there is."""
        for error in self.faults(schema):
            raise error

    def dump(self) -> str:
        """The text with the changes made to `data`; what was not touched keeps its comments."""
        stream = StringIO()
        _yaml(self.text).dump(self.data, stream)
        text = stream.getvalue()
        return text.replace("\n", "\r\n") if "\r\n" in self.text else text

    def write(self, path: Path | None = None) -> None:
        """Put the file in place, whole or not at all; StorageError when the disk refuses."""
        text = self.dump()
        write_text(path or Path(self.file), text)
        self.text = text


def read_text(path: Path) -> str:
    """A file's text; DescriptorError says at which line it is none."""
    try:
        with path.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else None
        raise DescriptorError(
            reason or f"it cannot be read: {error.strerror}", file=str(path)
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DescriptorError(
            "this is not UTF-8 text.",
            file=str(path),
            line=line,
            remedy="Save the file with the encoding UTF-8.",
        ) from error
    return text


def write_text(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all, with the rights of the one it replaces."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(scratch).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(scratch).replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        Path(scratch).unlink(missing_ok=True)


def render(plain: Mapping[str, Any]) -> str:
    """Plain values as a new YAML text, in their order."""
    stream = StringIO()
    _yaml().dump(dict(plain), stream)
    return stream.getvalue()


def dotted(path: KeyPath) -> str:
    """A path as people read it: `schema[0].properties[2].name`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _yaml(text: str = "") -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor = _constructor()
    yaml.preserve_quotes = True
    yaml.width = 4096
    match = _LIST.search(text)
    offset = max(len(match[2]) - len(match[1]), 0) if match else 2
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml


@lru_cache
def _constructor() -> type[RoundTripConstructor]:
    """The usual one, but dates that no calendar has and endless loops are refused."""
    from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor

    class Constructor(RoundTripConstructor):
        def construct_object(self, node: Node, deep: bool = False) -> Any:  # noqa: ANN401
            if node in self.recursive_objects:
                reason = "an anchor stands for a part of itself"
                raise ConstructorError(None, None, reason, node.start_mark)
            return super().construct_object(node, deep)

        def construct_dated(self, node: ScalarNode) -> Any:  # noqa: ANN401 - a date
            try:
                return self.construct_yaml_timestamp(node)
            except ValueError as error:
                reason = f"{node.value} is no date, {error}"
                raise ConstructorError(None, None, reason, node.start_mark) from error

    Constructor.add_constructor("tag:yaml.org,2002:timestamp", Constructor.construct_dated)
    return Constructor


def _tree(text: str, file: str) -> Any:  # noqa: ANN401 - a YAML tree
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        return _yaml().load(text)
    except MarkedYAMLError as error:
        raise _broken(error, text, file) from error
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise DescriptorError(
            f"there is a character that YAML does not allow (U+{error.character:04X}).",
            file=file,
            line=line,
        ) from error
    except (YAMLError, ValueError, OverflowError) as error:
        reason = str(error).splitlines()[0]
        raise DescriptorError(f"this is not YAML: {reason}.", file=file) from error
    except RecursionError:
        raise DescriptorError("this is nested too deeply to be read.", file=file) from None


def _broken(error: MarkedYAMLError, text: str, file: str) -> DescriptorError:
    from ruamel.yaml.constructor import DuplicateKeyError

    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 0
    # The parser's own sentence for a duplicate quotes both values, and one may be a secret.
    if isinstance(error, DuplicateKeyError):
        key = re.match(r'found duplicate key "(.*?)"', error.problem or "", re.DOTALL)
        name = key[1] if key else "this key"
        return DescriptorError(
            f"{name} is written twice.", file=file, line=line, remedy="Keep one of them."
        )
    lines = text.splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in written:
        return DescriptorError(
            "there is a tab where YAML wants spaces.",
            file=file,
            line=line,
            remedy="Indent with spaces.",
        )
    problem = (error.problem or error.context or "this is not YAML").rstrip(".")
    return DescriptorError(f"this is not YAML: {problem}.", file=file, line=line)


def _has(node: Any, part: str | int) -> bool:  # noqa: ANN401 - a YAML tree
    return (
        part in node if isinstance(node, dict) else isinstance(part, int) and part < len(node)
    )


def _tag(node: Any) -> str | None:  # noqa: ANN401 - a YAML tree
    tag: str | None = node.tag.value
    return tag


def _soft(data: Any) -> Any:  # noqa: ANN401 - a YAML tree
    return data if isinstance(data, str | int | float | list | None) else str(data)


class _Plainer:
    """Unfolds a YAML tree into JSON values, within limits."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = MAX_VALUES

    def value(self, node: Any, path: KeyPath) -> Any:  # noqa: ANN401 - a YAML tree
        """One node and what is below it."""
        self.left -= 1
        if self.left < 0 or len(path) > MAX_DEPTH:
            raise self.document.error(
                path[:3], "this unfolds to more values than a file like this can mean."
            )
        if isinstance(node, dict | list) and _tag(node) is not None:
            raise self._meaningless(path)
        if isinstance(node, dict):
            return {
                self._key(key, path): self.value(item, (*path, key))
                for key, item in node.items()
            }
        if isinstance(node, list):
            return [self.value(item, (*path, index)) for index, item in enumerate(node)]
        return self._scalar(node, path)

    def _key(self, key: Any, path: KeyPath) -> str:  # noqa: ANN401 - any scalar
        if isinstance(key, str):
            return str(key)
        raise self.document.error(
            path,
            f"expected a name as key, found {shown(_soft(key))}.",
            "Put quotes around it.",
        )

    def _scalar(self, node: Any, path: KeyPath) -> Any:  # noqa: ANN401 - any scalar
        if node is None or isinstance(node, bool):
            return node
        # ruamel wraps true and false that carry an anchor.
        if type(node).__name__ == "ScalarBoolean":
            return bool(node)
        if isinstance(node, str):
            return str(node)
        if isinstance(node, int):
            return int(node)
        if isinstance(node, float):
            if math.isfinite(node):
                return float(node)
            raise self.document.error(path, "expected a finite number.")
        if isinstance(node, datetime | date | time):
            return node.isoformat()
        raise self._meaningless(path)

    def _meaningless(self, path: KeyPath) -> DescriptorError:
        return self.document.error(
            path, "this kind of value means nothing here.", "Write plain text or a number."
        )
