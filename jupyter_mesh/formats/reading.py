"""Reading a descriptor to its end: faults are gathered, so that all can be shown at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_mesh.schemas import validation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.documents import Document
    from jupyter_mesh.errors import DescriptorError
    from jupyter_mesh.schemas.validation import KeyPath


@dataclass(frozen=True, slots=True)
class Reading:
    """One document on its way to a value: what is wrong in it, what is only doubtful."""

    document: Document
    faults: list[DescriptorError] = field(default_factory=list)
    doubts: list[DescriptorError] = field(default_factory=list)

    def wrong(self, path: KeyPath, message: str, remedy: str = "") -> None:
        """Note something that has to be mended before the document can be used."""
        self.faults.append(self.document.error(path, message, remedy))

    def doubt(self, path: KeyPath, message: str, remedy: str = "") -> None:
        """Note something that can be used as it stands, but is hardly meant."""
        self.doubts.append(self.document.error(path, message, remedy))

    def hold(self, schema: Mapping[str, Any], value: Any, path: KeyPath = ()) -> bool:  # noqa: ANN401
        """Hold a part of the document against a JSON schema; whether it keeps it."""
        found = validation.faults(schema, value)
        for fault in found:
            self.wrong((*path, *fault.path), fault.text, fault.remedy)
        return not found

    def settle(self) -> None:
        """Raise the first fault there is, by line."""
        for error in sorted(self.faults, key=lambda error: error.line):
            raise error


def custom_property(written: Mapping[str, Any], name: str) -> tuple[Any, KeyPath]:
    """The value of a custom property and where it stands; (None, ()) when it is not there."""
    for index, entry in enumerate(written.get("customProperties") or ()):
        if entry.get("property") == name:
            return entry.get("value"), ("customProperties", index, "value")
    return None, ()
