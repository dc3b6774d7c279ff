"""The parts behind one mesh: chosen by its settings, made when first needed."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jupyter_mesh import plugins
from jupyter_mesh.errors import ConfigError, NameNotFound
from jupyter_mesh.settings import IcebergSettings, RestSettings, SecretStore, TrinoSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jupyter_mesh.catalog.gateway import Gateway
    from jupyter_mesh.catalog.gateway_tokens import Tokens
    from jupyter_mesh.catalog.lake import Lake
    from jupyter_mesh.formats.products import ProductFiles
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.promotion.promote import Promoter
    from jupyter_mesh.protocols import Announcer, Engine, Gate, NotebookRunner
    from jupyter_mesh.quality.evaluate import Evaluator
    from jupyter_mesh.settings import Settings


class Parts:
    """One of each part, given its collaborators; nothing is opened before it is used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.secrets = SecretStore()
        self._engines: dict[str, Engine] = {}
        self._checkers: dict[str, Evaluator] = {}

    @property
    def hidden(self) -> Path:
        """The folder of what nobody needs to look at: catalog, warehouse, runs, scratch."""
        return self.settings.root / ".mesh"

    @cached_property
    def lakes(self) -> Mapping[str, Lake]:
        """The Iceberg catalogs by name: the mesh's own, and those that others keep."""
        from jupyter_mesh.catalog.lake import Lake

        lakes: dict[str, Lake] = {}
        for name, catalog in self.settings.catalogs.items():
            if isinstance(catalog, IcebergSettings):
                lakes[name] = Lake(name, catalog, self.secrets)
            elif isinstance(catalog, RestSettings):
                from jupyter_mesh.catalog.rest_lake import RestLake

                records = self.hidden / "catalog.db"
                lakes[name] = RestLake(name, catalog, self.secrets, records)
        return lakes

    @property
    def home(self) -> Lake:
        """The catalog that keeps branches and releases."""
        if self.settings.home not in self.lakes:
            raise ConfigError(
                "This mesh has no Iceberg catalog, so nothing can be written or released.",
                remedy="Add one to mesh.yaml: catalogs: {lake: {type: iceberg}}.",
            )
        return self.lakes[self.settings.home]

    @cached_property
    def gateway(self) -> Gateway:
        """The door through which engines write Iceberg tables."""
        from jupyter_mesh.catalog.gateway import Gateway

        return Gateway(self.lakes)

    @property
    def tokens(self) -> Tokens:
        """The tokens by which others come in through a gateway."""
        from jupyter_mesh.catalog.gateway_tokens import Tokens

        return Tokens(self.home.name, self.home.database, self.owner_of)

    def owner_of(self, table: TableName) -> str:
        """The product whose schema a table is in, by its name; an empty text for none."""
        names = self.products.names()
        return next((str(name) for name in names if name.schema == table.schema), "")

    def engine(self, name: str = "") -> Engine:
        """The engine of that name, or the one that answers where nothing else is said."""
        settings, name = self.settings, name or self.settings.engine
        if name not in settings.engines:
            raise NameNotFound("engine", name, settings.engines)
        if name not in self._engines:
            engine = settings.engines[name]
            if isinstance(engine, TrinoSettings) and not engine.url:
                engine = replace(engine, url=self._own_trino())
            self._engines[name] = plugins.load(plugins.ENGINES, engine.kind)(
                engine,
                self.lakes,
                self.settings.catalogs,
                self.gateway,
                self.secrets,
                self.hidden / "scratch",
            )
        return self._engines[name]

    def is_there(self, name: str) -> bool:
        """Whether the engine is more than the mesh's own server that nobody has started."""
        settings = self.settings
        is_default = settings.engines[name] == TrinoSettings() and name != settings.engine
        return not is_default or bool(self._own_trino())

    def _own_trino(self) -> str:
        """Where the mesh's own Trino server listens; nothing when it does not run."""
        from jupyter_mesh.stack import Stack

        service = Stack(self.hidden / "stack").found("trino")
        return service.url if service is not None else ""

    @cached_property
    def products(self) -> ProductFiles:
        """The products as files."""
        from jupyter_mesh.formats.products import ProductFiles

        return ProductFiles(self.settings.products, self.settings.home)

    def checker(self, engine: str = "") -> Evaluator:
        """Holds data against contracts, by the engine of that name or by the mesh's own."""
        from jupyter_mesh.quality.evaluate import Evaluator

        name = engine or self.settings.engine
        if name not in self._checkers:
            self._checkers[name] = Evaluator(self.engine(name))
        return self._checkers[name]

    @cached_property
    def runner(self) -> NotebookRunner:
        """Runs notebooks."""
        from jupyter_mesh.notebook.runner import PapermillRunner

        return PapermillRunner(
            self.hidden / "runs",
            timeout=self.settings.cell_timeout,
            secrets=self._secret_values,
        )

    def gates(self, product: DataProduct) -> Sequence[Gate]:
        """What has to agree before a product's release: the mesh's gates and its domain's."""
        from jupyter_mesh.policy.rules import gates_for

        settings = self.settings
        built_in = gates_for(settings.policy, settings.products, product.name.domain)
        return (*built_in, *_plugged(plugins.GATES, settings))

    @cached_property
    def announcers(self) -> Sequence[Announcer]:
        """Who tells others about a release."""
        from jupyter_mesh.promotion.announce import announcers
        from jupyter_mesh.quality.report import render

        built_in = announcers(self.home, render, self.settings.name)
        found = (*built_in, *_plugged(plugins.ANNOUNCERS, self.settings))
        # A release leaves one notice for each of those who tell others.
        self.home.notices = tuple(announcer.kind for announcer in found)
        return found

    def promoter(self, product: DataProduct) -> Promoter:
        """Takes a plan for that product to a release."""
        from jupyter_mesh.promotion.promote import Promoter

        return Promoter(
            runner=self.runner,
            catalog=self.home,
            checker=self.checker(product.engine),
            gates=self.gates(product),
            announcers=self.announcers,
        )

    def _secret_values(self) -> list[str]:
        """What the references of mesh.yaml stand for, so that a run's copy can leave it out."""
        references = [
            value
            for catalog in self.settings.catalogs.values()
            for part in (catalog, getattr(catalog, "storage", None))
            for key in ("password", "access_key", "secret_key")
            if (value := getattr(part, key, ""))
        ]
        return [self.secrets.resolve(reference) for reference in references]

    def close(self) -> None:
        """Let go of connections, workers and the gateway."""
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()
        for checker in self._checkers.values():
            checker.close()
        self._checkers.clear()
        if "gateway" in self.__dict__:
            self.gateway.close()
        if "lakes" in self.__dict__:
            for lake in self.lakes.values():
                lake.close()


def _plugged(group: str, settings: Settings) -> tuple[Any, ...]:
    """What other packages bring in a group, each made with the mesh's settings."""
    return tuple(plugins.load(group, name)(settings) for name in plugins.names(group))
