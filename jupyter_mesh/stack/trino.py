"""A real Trino beside the notebook: one node on loopback, without catalogs of its own."""

from __future__ import annotations

import base64
import hashlib
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mesh.stack import java, network, processes, trino_files
from jupyter_mesh.stack.aot import Lesson
from jupyter_mesh.stack.installation import VERSION, installed
from jupyter_mesh.stack.service import Service, log_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.stack.kinds import Ground
    from jupyter_mesh.stack.packages import Tell

# A stop takes two seconds; writing down what a start taught takes twenty, once.
_STOPPING = 30.0
_LEARNING = 180.0


@dataclass(frozen=True, slots=True)
class Trino:
    """Starts Trino from packages; a brief one starts sooner and works slower.

    `config` is laid over config.properties, `files` are more files of etc, by their name.
    """

    is_brief: bool = False
    config: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    patience: float = 180.0

    def start(self, ground: Ground) -> Service:
        """Write its settings and begin its process.

        It looks for settings and plug-ins in the folder that it runs in, so that one
        installation serves any number of them.
        """
        executable = java.chosen()
        installation = installed(ground.cache, ground.tell)
        flags = trino_files.flags(is_brief=self.is_brief)
        lesson = Lesson(installation, executable, flags)
        learned, learning = lesson.arguments()
        storage = ground.others.get("s3")
        # It answers for itself by this name, whoever else may listen on its port later.
        name = f"mesh_{hashlib.sha256(str(ground.folder).encode()).hexdigest()[:12]}"
        self._write(ground, installation)
        given = dict(ground.environment)
        if storage is not None:
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            secret = str(storage.facts["secret_key"])
            given |= {trino_files.SPOOLING_KEY: key, trino_files.S3_SECRET: secret}
        pid = processes.start(
            trino_files.command(
                executable.path, (*flags, *learned), installation, ground.folder, name
            ),
            ground.folder,
            processes.environment(given),
            ground.folder / "log" / "start.log",
        )
        born = processes.birth(pid)
        if learning:
            lesson.claim(pid, born, learning)
        return Service(
            name="trino",
            pid=pid,
            url=f"http://{ground.address}:{ground.port}",
            folder=ground.folder,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            version=VERSION,
            facts={
                "host": ground.address,
                "port": ground.port,
                "environment": name,
                "java": str(executable.path),
                "java_version": executable.version,
                "installation": str(installation),
                "spooling": storage is not None,
                "is_brief": self.is_brief,
                "learning": learning,
            },
            birth=born,
        )

    def answers(self, service: Service) -> bool:
        """Whether this very server says that it has started."""
        facts = service.facts
        info = network.document(facts["host"], facts["port"], "/v1/info")
        return info.get("environment") == facts["environment"] and info.get("starting") is False

    def settle(self, service: Service, _ground: Ground) -> Service:
        """Note that its start is worth learning from; who connects first names the catalogs."""
        lesson = _lesson(service)
        if lesson is not None:
            lesson.confirm()
        return service

    def stop(self, service: Service, tell: Tell) -> None:
        """End it; the first start's end takes a while, and makes later ones quick."""
        lesson = _lesson(service)
        if lesson is None or not service.is_settled:
            processes.stop(service.pid, service.birth, _STOPPING)
        else:
            tell("trino: stopping, and keeping what makes the next start quicker")
            processes.stop(service.pid, service.birth, _LEARNING)
        if lesson is not None:
            lesson.adopt()

    def _write(self, ground: Ground, installation: Path) -> None:
        """Etc as it has to be now; what an earlier start left there is gone."""
        etc = ground.folder / "etc"
        etc.mkdir(exist_ok=True)
        # What a killed one was in the middle of lies here, and nowhere else on the machine.
        shutil.rmtree(trino_files.scratch(ground.folder), ignore_errors=True)
        trino_files.scratch(ground.folder).mkdir(parents=True)
        storage = ground.others.get("s3")
        config = trino_files.config(
            ground.address, ground.port, log_of(ground.folder), is_spooling=storage is not None
        )
        texts = {
            "config.properties": trino_files.properties(
                {key: value for key, value in {**config, **self.config}.items() if value}
            ),
            "log.properties": "io.trino=INFO\n",
            **self.files,
        }
        if storage is not None:
            texts["spooling-manager.properties"] = trino_files.properties(
                trino_files.spooling(storage.facts)
            )
        for stale in etc.iterdir():
            if stale.name not in texts and stale.is_file():
                stale.unlink()
        for file, text in texts.items():
            (etc / file).parent.mkdir(parents=True, exist_ok=True)
            (etc / file).write_text(text, encoding="utf-8")
        for part in ("plugin", "secrets-plugin"):
            link = ground.folder / part
            with suppress(FileNotFoundError):
                link.unlink()
            link.symlink_to(installation / part)


def _lesson(service: Service) -> Lesson | None:
    """What this process is learning, if it is the one that learns."""
    facts = service.facts
    executable = java.asked(Path(facts["java"])) if facts.get("learning") else None
    if executable is None:
        return None
    flags = trino_files.flags(is_brief=facts["is_brief"])
    return Lesson(Path(facts["installation"]), executable, flags)
