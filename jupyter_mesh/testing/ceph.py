"""A real Ceph for tests: one monitor, one OSD in memory and a gateway, from Debian's packages.

Nothing is installed: the packages are unpacked into the user's cache and run from there.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_mesh.errors import StackError
from jupyter_mesh.stack import network, processes
from jupyter_mesh.stack.keeping import made_once
from jupyter_mesh.stack.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.stack.kinds import Ground
    from jupyter_mesh.stack.packages import Tell

ACCESS_KEY, SECRET_KEY = "mesh", "mesh-trial"
_WANTED = ("ceph-mon", "ceph-osd", "radosgw")
_PROGRAMS = ("ceph-base", "ceph-common")
# Of what they depend on: libraries, and the command line with its own modules.
_NEEDED = re.compile(r"^(lib|ceph|radosgw|python3-(ceph|rados|rbd|rgw|prettytable|wcwidth))")
_STEP = 60.0
_CONFIG = """\
[global]
fsid = {fsid}
mon initial members = a
mon host = [v2:{address}:{monitor}]
public addr = {address}
cluster addr = {address}
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
osd full ratio = .98
osd failsafe full ratio = .99
plugin dir = {libraries}/ceph
erasure code dir = {libraries}/ceph/erasure-code
osd class dir = {libraries}/rados-classes
run dir = {folder}/run
admin socket =
pid file =
log file = {folder}/log/$name.log
keyring = {folder}/keyring
[mon]
mon data = {folder}/mon
[osd]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
"""
_KEYS = (
    ("mon.", "mon", "allow *"),
    ("client.admin", "mon", "allow *", "osd", "allow *", "mgr", "allow *"),
    ("client.rgw.a", "mon", "allow rwx", "osd", "allow rwx"),
    ("osd.0", "mon", "allow profile osd", "osd", "allow *", "mgr", "allow profile osd"),
)


@dataclass(frozen=True, slots=True)
class Ceph:
    """Starts it; its objects are gone when it ends."""

    patience: float = 180.0

    def start(self, ground: Ground) -> Service:
        """Make a cluster of one and begin its gateway."""
        busy = partial(ground.tell, "ceph: another session unpacks it")
        root = made_once(ground.cache / "ceph-debian", _unpack, busy)
        cluster = _Cluster(root, ground)
        for name in ("mon", "osd", "rgw", "run"):
            shutil.rmtree(ground.folder / name, ignore_errors=True)
            (ground.folder / name).mkdir()
        with ExitStack() as begun:
            begun.callback(cluster.stop)
            cluster.begin()
            gateway = cluster.pids["gateway"]
            begun.pop_all()
        url = f"http://{ground.address}:{ground.port}"
        return Service(
            name="ceph",
            pid=gateway[0],
            url=url,
            folder=ground.folder,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            version=cluster.run("ceph-mon", "--version").split()[2],
            facts={
                "host": ground.address,
                "port": ground.port,
                "endpoint": url,
                "region": "us-east-1",
                "access_key": ACCESS_KEY,
                "secret_key": SECRET_KEY,
                "processes": [list(process) for process in cluster.pids.values()],
            },
            birth=gateway[1],
        )

    def answers(self, service: Service) -> bool:
        """Whether the gateway does."""
        return network.answer(service.facts["host"], service.facts["port"], "/")[0] == 200

    def settle(self, service: Service, ground: Ground) -> Service:
        """Make the user whose keys are given."""
        who = ("--uid=mesh", "--display-name=mesh")
        keys = (f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")
        cluster = _Cluster(ground.cache / "ceph-debian", ground)
        cluster.run("radosgw-admin", *cluster.config, "user", "create", *who, *keys)
        return service

    def stop(self, service: Service, _tell: Tell) -> None:
        """End all of it at once: there is nothing to keep."""
        for pid, born in reversed(service.facts["processes"]):
            processes.stop(pid, born, 0)


class _Cluster:
    """The commands that make one, and the processes they leave."""

    def __init__(self, root: Path, ground: Ground) -> None:
        self.root, self.folder, self.ground = root, ground.folder, ground
        self.config = ("-c", str(ground.folder / "ceph.conf"))
        self.pids: dict[str, tuple[int, str]] = {}

    @cached_property
    def libraries(self) -> Path:
        """Where its libraries lie, below the name of the machine's kind."""
        return next((self.root / "usr" / "lib").glob("*-linux-gnu"))

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """What makes its programs find each other where they were unpacked."""
        places = (
            self.libraries,
            self.libraries / "ceph",
            self.root / "lib" / self.libraries.name,
        )
        return processes.environment(
            {
                "LD_LIBRARY_PATH": ":".join(map(str, places)),
                "PYTHONPATH": str(self.root / "usr/lib/python3/dist-packages"),
            }
        )

    def run(self, program: str, *words: str) -> str:
        """What a program printed."""
        # Its command line is for the Python of its distribution.
        path = str(self.root / "usr" / "bin" / program)
        command = ["/usr/bin/python3", path] if program == "ceph" else [path]
        done = subprocess.run(
            [*command, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_STEP,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1:] or [""]
            raise StackError(
                f"{program} {' '.join(words[2:4])} failed: {said[0]}", service="ceph"
            )
        return done.stdout

    def begin(self) -> None:
        """Monitor, then OSD, then gateway, each when the one before answers."""
        fsid, osd = str(uuid4()), str(uuid4())
        ground, folder = self.ground, self.folder
        monitor = network.free_port(ground.address)
        Path(self.config[1]).write_text(
            _CONFIG.format(
                fsid=fsid,
                address=ground.address,
                monitor=monitor,
                libraries=self.libraries,
                folder=folder,
            )
        )
        keyring, monmap = str(folder / "keyring"), str(folder / "monmap")
        Path(keyring).unlink(missing_ok=True)
        for place, (name, *rights) in enumerate(_KEYS):
            caps = [
                word
                for kind, may in zip(rights[::2], rights[1::2], strict=True)
                for word in ("--cap", kind, may)
            ]
            create = () if place else ("--create-keyring",)
            self.run("ceph-authtool", *create, keyring, "--gen-key", "-n", name, *caps)
        where = f"[v2:{ground.address}:{monitor}]"
        self.run(
            "monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", where, monmap
        )
        mkfs = ("--mkfs", "-i", "a", "--monmap", monmap, "--keyring", keyring)
        self.run("ceph-mon", *self.config, *mkfs)
        self._start("monitor", "ceph-mon", "-i", "a")
        self.run("ceph", *self.config, "osd", "new", osd)
        self.run("ceph", *self.config, "auth", "add", "osd.0", "-i", keyring)
        self.run("ceph-osd", *self.config, "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._start("osd", "ceph-osd", "-i", "0")
        self._await_osd()
        door = f"beast endpoint={ground.address}:{ground.port}"
        more = ("--rgw-frontends", door, "--rgw-data", str(folder / "rgw"))
        self._start("gateway", "radosgw", "-n", "client.rgw.a", *more)

    def stop(self) -> None:
        """End what was begun."""
        for pid, born in reversed(self.pids.values()):
            processes.stop(pid, born, 0)

    def _start(self, name: str, program: str, *words: str) -> None:
        pid = processes.start(
            [str(self.root / "usr" / "bin" / program), "-f", *self.config, *words],
            self.folder,
            self.environment,
            self.folder / "log" / ("server.log" if name == "gateway" else f"{name}.out"),
        )
        self.pids[name] = (pid, processes.birth(pid))

    def _await_osd(self) -> None:
        end = time.monotonic() + _STEP
        while "1 up" not in self.run("ceph", *self.config, "osd", "stat"):
            if time.monotonic() > end:
                raise StackError("The OSD of ceph did not come up.", service="ceph")
            time.sleep(0.2)


def _unpack(part: Path) -> None:
    """Debian's packages and what they need that this machine lacks, unpacked side by side."""
    if sys.platform != "linux" or shutil.which("apt-get") is None:
        raise StackError("Ceph comes from Debian's packages.", service="ceph")
    wanted = ("apt-get", "-s", "install", "--no-install-recommends", *_WANTED)
    listed = subprocess.run(wanted, capture_output=True, text=True, check=False).stdout
    names = [line.split()[1] for line in listed.splitlines() if line.startswith("Inst ")]
    parcel = part / ".parcel"
    parcel.mkdir()
    # Programs are needed here even if the machine has them, libraries only if it has not.
    found = sorted({*_WANTED, *_PROGRAMS, *filter(_NEEDED.match, names)})
    done = subprocess.run(
        ["apt-get", "download", "-qq", *found],
        cwd=parcel,
        capture_output=True,
        text=True,
        check=False,
    )
    packages = list(parcel.glob("*.deb"))
    if done.returncode or len(packages) != len(found) or not packages:
        raise StackError(
            f"Debian's packages of ceph could not be fetched: {done.stderr.strip()[-200:]}",
            service="ceph",
            remedy="Refresh the lists of packages: apt-get update.",
        )
    for package in packages:
        subprocess.run(["dpkg", "-x", str(package), str(part)], check=True)
    shutil.rmtree(parcel)
