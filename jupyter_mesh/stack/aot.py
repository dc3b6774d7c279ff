"""What a start taught Java, kept for the next one: a third of the work of a start is saved."""

from __future__ import annotations

import hashlib
import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_mesh.stack.processes import is_alive

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_mesh.stack.java import Java

# Java 25 is the first that learns and writes in one run, when it ends.
NEEDED = 25
_CONFIRMED = "came up"


@dataclass(frozen=True, slots=True)
class Lesson:
    """The cache of one Java with one set of flags over one installation.

    It lies inside the installation, so that it goes when that goes: Java refuses a cache of
    other files. One process at a time learns; it holds the claim until it has ended.
    """

    installation: Path
    java: Java
    flags: tuple[str, ...]

    @property
    def file(self) -> Path:
        """The cache, once there is one."""
        words = "\n".join((str(self.java.path), self.java.version, *self.flags))
        key = hashlib.sha256(words.encode()).hexdigest()[:16]
        return self.installation / "aot" / f"{key}.aot"

    @property
    def _claim(self) -> Path:
        return self.file.with_suffix(".claim")

    def arguments(self) -> tuple[list[str], str]:
        """The flags for the next start, and the file that it will write, if it is to learn."""
        if self.java.major < NEEDED:
            return [], ""
        if not self.file.is_file():
            self.adopt()
        if self.file.is_file():
            return [f"-XX:AOTCache={self.file}"], ""
        if self._claim.exists():
            return [], ""
        written = self.file.with_name(f"{self.file.stem}.{uuid4().hex}.part")
        return [f"-XX:AOTCacheOutput={written}"], str(written)

    def claim(self, pid: int, born: str, written: str) -> None:
        """Note who is learning, and what it will write."""
        self.file.parent.mkdir(exist_ok=True)
        with suppress(FileExistsError):
            number = os.open(self._claim, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(number, "w", encoding="utf-8") as stream:
                stream.write(f"{pid}\n{born}\n{written}\n")

    def confirm(self) -> None:
        """Note that who is learning came up: a start that failed teaches too little."""
        with suppress(FileNotFoundError), self._claim.open("r+", encoding="utf-8") as stream:
            stream.seek(0, os.SEEK_END)
            stream.write(_CONFIRMED)

    def adopt(self) -> None:
        """Take over what a process that came up and has ended wrote, if Java accepts it."""
        try:
            pid, born, written, end = self._claim.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return
        except ValueError:
            self._claim.unlink(missing_ok=True)  # written by half
            return
        if is_alive(int(pid), born):
            return
        part = self.file.with_name(written.rpartition("/")[2])
        if end == _CONFIRMED and part.is_file() and self._is_accepted(part):
            part.replace(self.file)
        for left in (part, part.with_name(f"{part.name}.config"), self._claim):
            left.unlink(missing_ok=True)

    def _is_accepted(self, part: Path) -> bool:
        """Whether Java starts with it, and with nothing else: half of one would be refused."""
        words = [*self.flags, "-XX:AOTMode=on", f"-XX:AOTCache={part}"]
        classes = ["-cp", f"{self.installation}/lib/*", "-version"]
        try:
            done = subprocess.run(
                [self.java.path, *words, *classes],
                capture_output=True,
                check=False,
                timeout=60,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0
