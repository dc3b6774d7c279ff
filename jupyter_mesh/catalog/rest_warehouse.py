"""The files of a catalog that others keep: we add our own, and never remove any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.catalog.warehouse import StoredFile, Warehouse, root_of
from jupyter_mesh.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.catalog.rest_plain import PlainRemote
    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import RestSettings


class RestWarehouse(Warehouse):
    """Reads and writes where the catalog's tables lie; asks it for that place when needed."""

    def __init__(
        self, settings: RestSettings, secrets: Secrets, catalog: str, remote: PlainRemote
    ) -> None:
        super().__init__(settings, secrets, catalog)
        self._remote = remote

    @property
    def root(self) -> str:
        """The settings' own word where it is an address, else the catalog's."""
        if not self._root:
            self._root = root_of(self._place())
        return self._root

    def _found(self) -> str:
        return ""

    def _place(self) -> str:
        written = self.settings.warehouse
        found = written if "://" in written else self._remote.place
        if not found:
            raise ConfigError(
                f"The catalog at {self._remote.client.settings.uri} does not say where its "
                "tables lie.",
                remedy="Write it in mesh.yaml: warehouse: s3://bucket/prefix.",
            )
        return found

    def own_files(self) -> Iterator[StoredFile]:
        """Nothing: what is garbage in a house of others is for them to say."""
        return iter(())
