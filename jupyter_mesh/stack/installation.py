"""The Trino of the stack: one release, unpacked once a user and trimmed to what is used."""

from __future__ import annotations

import re
import shutil
import tarfile
from functools import partial
from typing import TYPE_CHECKING

from jupyter_mesh.errors import StackError
from jupyter_mesh.stack.keeping import made_once
from jupyter_mesh.stack.packages import Package, fetch

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_mesh.stack.packages import Tell

VERSION = "476"
# The name says what was left out: a change below needs another one.
FOLDER = f"trino-{VERSION}-slim-1"
TRINO = Package(
    "io.trino",
    "trino-server",
    VERSION,
    sha1="c9b38be4017ebd2f7095455aaac772fb40247ebe",
    sha256="cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f",
    packaging="tar.gz",
)
SQLITE = Package(
    "org.xerial",
    "sqlite-jdbc",
    "3.54.1.0",
    sha1="b74a59de3ae1dbab7c550fe7c46099980261a676",
    sha256="f8dce420a6016278497f4f0560f65602b9db858de141b541cf91a4644ebe4639",
)
PLUGINS = frozenset(
    {
        "blackhole",
        "exchange-filesystem",
        "faker",
        "geospatial",  # the postgresql plug-in names its types
        "http-event-listener",
        "iceberg",
        "jmx",
        "memory",
        "opa",
        "openlineage",
        "password-authenticators",
        "postgresql",
        "resource-group-managers",
        "session-property-managers",
        "spooling-filesystem",
        "tpcds",
        "tpch",
    }
)
_ROOM = "It takes 2 GB while installing and 0.4 GB later. Another folder: MESH_CACHE=FOLDER."
_PARTS = ("lib/", "plugin/", "NOTICE")
# Clients of clouds that no mesh names, and machine code for other systems.
_UNUSED = re.compile(
    r"""net\.snowflake_snowflake-jdbc | org\.rocksdb | org\.alluxio | alluxio- | io\.grpc_
    | com\.google\.(cloud|api\.grpc|api-client|apis|auth|oauth-client)
    | com\.azure | com\.microsoft\.azure | org\.conscrypt | com\.amazonaws_
    | software\.amazon\.awssdk_glue | netty-codec-native-quic | netty-\S*-(osx|windows)-
    | ojdbc11""",
    re.VERBOSE,
)


def installed(cache: Path, tell: Tell) -> Path:
    """The folder of the Trino installation, made on first need; one process makes it.

    Raises StackError where it cannot be fetched or is refused, StorageError without room.
    """

    def make(part: Path) -> None:
        parcel = part / ".parcel"
        driver = fetch(SQLITE, parcel, tell)
        archive = fetch(TRINO, parcel, tell)
        tell(f"{TRINO}: unpacking")
        unpack(archive, part)
        driver.replace(part / "plugin" / "iceberg" / driver.name)
        shutil.rmtree(parcel)

    busy = partial(tell, "trino: another session is installing it")
    return made_once(cache / FOLDER, make, busy, _ROOM)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack the release into a folder, without what is never used."""
    try:
        with tarfile.open(archive, "r|gz") as tar:
            for member in tar:
                _, _, inside = member.name.partition("/")
                if not inside.startswith(_PARTS) or _UNUSED.search(inside):
                    continue
                member.name = inside
                # Equal jars are links to the first of them, which must keep its place.
                member.linkname = member.linkname.partition("/")[2]
                tar.extract(member, folder, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise StackError(
            f"{archive.name} cannot be unpacked: {error}.",
            remedy="Do it again; it is fetched anew.",
        ) from error
    for plugin in (folder / "plugin").iterdir():
        if plugin.name not in PLUGINS:
            shutil.rmtree(plugin)
    shutil.rmtree(folder / "plugin" / "iceberg" / "hdfs")
    # The server looks into it; secrets come from its environment, which needs no plug-in.
    (folder / "secrets-plugin").mkdir()
