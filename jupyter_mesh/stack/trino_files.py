"""The settings of the stack's own Trino as text: flags of its Java, and the files in etc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SPOOLING_KEY = "MESH_STACK_SPOOLING_KEY"
S3_SECRET = "MESH_STACK_S3_SECRET"  # noqa: S105 - the name of a variable
_FLAGS = (
    "-server",
    "-Xmx1500M",
    "-XX:G1HeapRegionSize=32M",
    "-XX:+ExplicitGCInvokesConcurrent",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:ReservedCodeCacheSize=256M",
    "-XX:PerMethodRecompilationCutoff=10000",
    "-XX:PerBytecodeRecompilationCutoff=10000",
    "-XX:+EnableDynamicAgentLoading",
    # At rest it gives back what a query took: a quarter of a second each idle minute.
    "-XX:G1PeriodicGCInterval=60000",
    "-XX:-G1PeriodicGCInvokesConcurrent",
    "-XX:MinHeapFreeRatio=10",
    "-XX:MaxHeapFreeRatio=25",
    "-Djdk.attach.allowAttachSelf=true",
    "-Djdk.nio.maxCachedBufferSize=2000000",
    "-Dfile.encoding=UTF-8",
    "-Duser.timezone=UTC",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
# One compiler instead of two: a third less work until the server answers, and up to twice as
# much on every query of some size. For tests.
_BRIEF = "-XX:TieredStopAtLevel=1"


def flags(*, is_brief: bool) -> tuple[str, ...]:
    """What the server's Java is started with, whatever it keeps between starts."""
    return (*_FLAGS, _BRIEF) if is_brief else _FLAGS


def scratch(folder: Path) -> Path:
    """Where the server keeps what lives no longer than itself."""
    return folder / "scratch"


def command(
    java: Path, flags: tuple[str, ...], installation: Path, folder: Path, environment: str
) -> list[str]:
    """The command line that runs the server in its folder."""
    return [
        str(java),
        *flags,
        "-cp",
        f"{installation}/lib/*",
        f"-Dnode.environment={environment}",
        "-Dnode.id=mesh",
        f"-Djava.io.tmpdir={scratch(folder)}",
        f"-Dnode.data-dir={folder / 'data'}",
        f"-Dlog.levels-file={folder / 'etc' / 'log.properties'}",
        f"-Dconfig={folder / 'etc' / 'config.properties'}",
        "io.trino.server.TrinoServer",
    ]


def config(address: str, port: int, log: Path, *, is_spooling: bool) -> dict[str, str]:
    """config.properties: one node that serves itself, on one address, its catalogs by SQL."""
    host = f"[{address}]" if ":" in address else address
    plain = {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "node.bind-ip": address,
        "node.internal-address": address,
        "discovery.uri": f"http://{host}:{port}",
        "query.max-memory": "1GB",
        "query.max-memory-per-node": "768MB",
        "memory.heap-headroom-per-node": "512MB",
        "experimental.concurrent-startup": "true",
        "catalog.management": "dynamic",
        # Nothing on disk: a catalog file would hold what only the process may know.
        "catalog.store": "memory",
        "http-server.log.enabled": "false",
        "log.enable-console": "false",
        "log.path": str(log),
        "log.max-size": "10MB",
        "log.max-total-size": "50MB",
    }
    if is_spooling:
        plain |= {
            "protocol.spooling.enabled": "true",
            "protocol.spooling.shared-secret-key": f"${{ENV:{SPOOLING_KEY}}}",
            "protocol.spooling.retrieval-mode": "STORAGE",
        }
    return plain


def spooling(storage: Mapping[str, Any]) -> dict[str, str]:
    """spooling-manager.properties: large results lie in the object store until fetched."""
    return {
        "spooling-manager.name": "filesystem",
        "fs.s3.enabled": "true",
        "fs.location": f"s3://{storage['spooling_bucket']}/",
        # The store would have to speak TLS for it.
        "fs.segment.encryption": "false",
        "fs.segment.ttl": "1h",
        "s3.endpoint": storage["endpoint"],
        "s3.region": storage["region"],
        "s3.path-style-access": "true",
        "s3.aws-access-key": storage["access_key"],
        "s3.aws-secret-key": f"${{ENV:{S3_SECRET}}}",
    }


def properties(values: Mapping[str, str]) -> str:
    """A properties file, read by Java as these values; paths may hold any letter."""
    return "".join(f"{key}={_escaped(value)}\n" for key, value in values.items())


def _escaped(value: str) -> str:
    # Java reads the file as Latin-1, a backslash as the beginning of an escape, and drops
    # blanks before a value.
    plain = value.replace("\\", "\\\\").replace("\n", "\\n")
    plain = f"\\{plain}" if plain[:1] in {" ", "\t"} else plain
    units = plain.encode("utf-16-be")
    numbers = (int.from_bytes(units[i : i + 2]) for i in range(0, len(units), 2))
    return "".join(chr(n) if n < 128 else f"\\u{n:04x}" for n in numbers)
