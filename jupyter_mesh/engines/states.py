"""The state of files that keep no versions: a digest of their bytes, told once per change."""

from __future__ import annotations

from functools import lru_cache
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Above this many bytes the digest is of name, size and time of change: reading them all
# would cost more than the query.
_READ = 64 * 2**20


def digest(paths: Sequence[Path]) -> str:
    """SHA-256 over the files' bytes (`sha256:...`), or over what the disk says of large ones
    (`stat:...`); empty when a file cannot be read.
    """
    try:
        states = [(path, path.stat()) for path in paths]
    except OSError:
        return ""
    whole = sha256()
    is_read = sum(state.st_size for _, state in states) <= _READ
    for path, state in states:
        if is_read:
            part = _of_bytes(path, state.st_size, state.st_mtime_ns)
        else:
            part = f"{path.name} {state.st_size} {state.st_mtime_ns}"
        if len(states) == 1 and is_read:
            return f"sha256:{part}" if part else ""
        whole.update(part.encode())
    return f"{'sha256' if is_read else 'stat'}:{whole.hexdigest()}"


@lru_cache(maxsize=4096)
def _of_bytes(path: Path, _size: int, _changed: int) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
