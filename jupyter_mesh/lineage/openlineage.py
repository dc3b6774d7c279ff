"""Tells what a release was made of, as OpenLineage events in a file beside the product."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jupyter_mesh.documents import write_text
from jupyter_mesh.formats.openlineage import NAMESPACE, to_lines

if TYPE_CHECKING:
    from jupyter_mesh.model.runs import Release


@dataclass(frozen=True, slots=True)
class OpenLineageFile:
    """An announcer of kind `lineage`; `namespace` tells this mesh's tables from another's."""

    namespace: str = NAMESPACE
    kind: ClassVar[str] = "lineage"

    def announce(self, release: Release, product_folder: str) -> None:
        """Write `releases/<version>.openlineage.jsonl`; the same bytes when repeated."""
        path = Path(product_folder) / "releases" / f"{release.version}.openlineage.jsonl"
        write_text(path, to_lines(release, self.namespace))
