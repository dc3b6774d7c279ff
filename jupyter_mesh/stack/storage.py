"""An object store beside the notebook, for trials: S3's protocol, its objects in memory."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConfigError, StackError
from jupyter_mesh.stack import network, processes, storage_server
from jupyter_mesh.stack.packages import EXTRA
from jupyter_mesh.stack.service import Service, log_of

if TYPE_CHECKING:
    from jupyter_mesh.stack.kinds import Ground
    from jupyter_mesh.stack.packages import Tell

REGION = "us-east-1"
WAREHOUSE, SPOOLING = "warehouse", "spooling"
# It takes any key: these are what to write where one has to be written.
ACCESS_KEY, SECRET_KEY = "mesh", "mesh-trial"
_STOPPING = 10.0


@dataclass(frozen=True, slots=True)
class Storage:
    """Starts an object store whose objects are gone when it ends."""

    patience: float = 60.0

    def start(self, ground: Ground) -> Service:
        """Begin its process, with this Python and nothing of ours."""
        if find_spec("moto") is None:
            raise ConfigError("The package moto is missing.", remedy=EXTRA)
        pid = processes.start(
            [sys.executable, "-P", storage_server.__file__, ground.address, str(ground.port)],
            ground.folder,
            processes.environment(ground.environment),
            log_of(ground.folder),
        )
        host = f"[{ground.address}]" if ":" in ground.address else ground.address
        endpoint = f"http://{host}:{ground.port}"
        return Service(
            name="s3",
            pid=pid,
            url=endpoint,
            folder=ground.folder,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            version=metadata.version("moto"),
            facts={
                "host": ground.address,
                "port": ground.port,
                "endpoint": endpoint,
                "region": REGION,
                "access_key": ACCESS_KEY,
                "secret_key": SECRET_KEY,
                "bucket": WAREHOUSE,
                "spooling_bucket": SPOOLING,
            },
            birth=processes.birth(pid),
        )

    def answers(self, service: Service) -> bool:
        """Whether it answers; while its process lives nobody else has its port."""
        return network.answer(service.facts["host"], service.facts["port"], "/")[0] == 200

    def settle(self, service: Service, _ground: Ground) -> Service:
        """Make the two buckets."""
        facts = service.facts
        for bucket in (WAREHOUSE, SPOOLING):
            status, _ = network.answer(facts["host"], facts["port"], f"/{bucket}", method="PUT")
            if status != 200:
                raise StackError(
                    f"s3 made no bucket {bucket}: it answered {status}.",
                    service="s3",
                    log=str(service.log),
                    remedy=f"Its log says more: {service.log}",
                )
        return service

    def stop(self, service: Service, _tell: Tell) -> None:
        """End it, and all that lies in it."""
        processes.stop(service.pid, service.birth, _STOPPING)
