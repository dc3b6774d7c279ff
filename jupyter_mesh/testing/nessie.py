"""A real Nessie for tests: the REST catalog that somebody else keeps, from its runner jar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from jupyter_mesh.stack import java, network, processes
from jupyter_mesh.stack.keeping import made_once
from jupyter_mesh.stack.packages import Package, fetch
from jupyter_mesh.stack.service import Service, log_of
from jupyter_mesh.stack.trino_files import properties

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jupyter_mesh.stack.kinds import Ground
    from jupyter_mesh.stack.packages import Tell

# The last release whose runner is on Maven Central.
NESSIE = Package(
    "org.projectnessie.nessie",
    "nessie-quarkus",
    "0.99.0",
    sha1="f68b1c0c69ef2a8b35d7c451d006a7bf2818048e",
    sha256="ce9fa33e2878bf5ea3981876b9e6204cabc0362b3dd82326b10e47271a78c417",
    classifier="runner",
)
WAREHOUSE = "warehouse"
_JAVA = 21
_SECRET = "MESH_NESSIE_S3_SECRET"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Nessie:
    """Starts it over a bucket of an object store; `more` is laid over its settings."""

    store: Service
    bucket: str
    more: Mapping[str, str] = field(default_factory=dict)
    patience: float = 180.0

    def start(self, ground: Ground) -> Service:
        """Write its settings and begin its process."""
        executable = java.chosen(needed=_JAVA)
        busy = partial(ground.tell, "nessie: another session fetches it")
        target = ground.cache / f"{NESSIE.name}-{NESSIE.version}"
        folder = made_once(target, lambda part: _fetch(part, ground.tell), busy)
        settings = ground.folder / "nessie.properties"
        settings.write_text(properties({**self._settings(ground), **self.more}))
        pid = processes.start(
            [
                str(executable.path),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                str(folder / NESSIE.file),
            ],
            ground.folder,
            processes.environment(
                {
                    **ground.environment,
                    "QUARKUS_CONFIG_LOCATIONS": str(settings),
                    _SECRET: str(self.store.facts["secret_key"]),
                }
            ),
            log_of(ground.folder),
        )
        url = f"http://{ground.address}:{ground.port}"
        return Service(
            name="nessie",
            pid=pid,
            url=url,
            folder=ground.folder,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            version=NESSIE.version,
            facts={
                "host": ground.address,
                "port": ground.port,
                "uri": f"{url}/iceberg",
                "api": f"{url}/api/v2",
                "warehouse": WAREHOUSE,
                "bucket": self.bucket,
            },
            birth=processes.birth(pid),
        )

    def answers(self, service: Service) -> bool:
        """Whether it tells its settings."""
        facts = service.facts
        return bool(network.document(facts["host"], facts["port"], "/api/v2/config"))

    def settle(self, service: Service, _ground: Ground) -> Service:
        """Nothing more to make."""
        return service

    def stop(self, service: Service, _tell: Tell) -> None:
        """End it."""
        processes.stop(service.pid, service.birth, 15)

    def _settings(self, ground: Ground) -> dict[str, str]:
        store = self.store.facts
        s3 = "nessie.catalog.service.s3.default-options"
        return {
            "quarkus.http.host": ground.address,
            "quarkus.http.port": str(ground.port),
            # It would listen to everybody.
            "quarkus.management.enabled": "false",
            "quarkus.http.access-log.enabled": "false",
            "nessie.version.store.type": "IN_MEMORY",
            "nessie.catalog.default-warehouse": WAREHOUSE,
            f"nessie.catalog.warehouses.{WAREHOUSE}.location": f"s3://{self.bucket}/",
            f"{s3}.endpoint": f"{store['endpoint']}/",
            f"{s3}.region": str(store["region"]),
            f"{s3}.path-style-access": "true",
            f"{s3}.auth-type": "STATIC",
            f"{s3}.access-key": "urn:nessie-secret:quarkus:s3access",
            "s3access.name": str(store["access_key"]),
            "s3access.secret": f"${{{_SECRET}}}",
        }


def _fetch(part: Path, tell: Tell) -> None:
    fetch(NESSIE, part, tell)
