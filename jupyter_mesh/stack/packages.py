"""Packages from Maven Central: fetched once a user, held to pinned digests, whole or not."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.errors import ConfigError, StackError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Tell = Callable[[str], None]

EXTRA = "Install what it needs: pip install 'jupyter-mesh[stack]'."
# A line may be slow; only one that says nothing for so long is given up.
SILENCE = 60
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Package:
    """One file on Maven Central, with the digests that it must have."""

    group: str
    name: str
    version: str
    sha1: str
    sha256: str
    packaging: str = "jar"
    classifier: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def file(self) -> str:
        """What the file is called."""
        classifier = f"-{self.classifier}" if self.classifier else ""
        return f"{self.name}-{self.version}{classifier}.{self.packaging}"


def home(environ: dict[str, str] | None = None) -> Path:
    """The user's folder for what is fetched once: MESH_CACHE, or the platform's own place."""
    environ = dict(os.environ) if environ is None else environ
    if environ.get("MESH_CACHE"):
        return Path(environ["MESH_CACHE"]).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "jupyter-mesh"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jupyter-mesh"


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A folder to fill beside the target, which takes its name when all went well.

    Whatever was begun is removed otherwise; nobody ever sees half of it.
    """
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")
    try:
        part.mkdir(parents=True)
        yield part
        part.replace(target)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}:
            raise
        raise StorageError(
            f"{target} could not be written: {error.strerror}.",
            remedy="Make room there (2 GB while installing), or name a folder: MESH_CACHE.",
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def fetch(package: Package, folder: Path, tell: Tell) -> Path:
    """The package's file, downloaded into a folder and held to its digests.

    Raises StackError when there is no network, when the line breaks twice or when a digest is
    wrong, and ConfigError when the extra is not installed; no file is left behind then.
    """
    for last in (False, True):
        try:
            return _fetched(package, folder, tell)
        except _Broken as error:
            shutil.rmtree(folder / "maven", ignore_errors=True)
            if last:
                raise StackError(
                    f"{package} could not be downloaded: {error}.",
                    remedy="Is there a network, and are its proxies set? Then do it again.",
                ) from error
            tell(f"{package}: the line broke, once more from the beginning")
    raise AssertionError


def verify(package: Package, path: Path, published: str) -> None:
    """Hold a downloaded file to its digests; a wrong one is removed and refused."""
    sha1, sha256 = _digests(path)
    wrong = [
        f"{kind} {got} instead of {wanted}"
        for kind, got, wanted in (
            ("published SHA-1", sha1, published or sha1),
            ("SHA-1", sha1, package.sha1),
            ("SHA-256", sha256, package.sha256),
        )
        if got != wanted
    ]
    if not wrong:
        return
    path.unlink(missing_ok=True)
    raise StackError(
        f"{package} was refused: what was downloaded has the {wrong[-1]}.",
        remedy="Something on the way has changed it. Try another network, or report it.",
    )


class _Broken(Exception):
    """The download did not come to its end."""


def _fetched(package: Package, folder: Path, tell: Tell) -> Path:
    try:
        import requests
        from jgo.maven import MavenContext, PythonResolver
    except ImportError as error:
        raise ConfigError(f"The package {error.name} is missing.", remedy=EXTRA) from error
    context = MavenContext(
        resolver=PythonResolver(progress_callback=_progress(package, tell)),
        # Ours alone: a file that others left half done would be taken for whole.
        repo_cache=folder / "maven",
        local_repos=[],
        timeout=SILENCE,
    )
    component = context.project(package.group, package.name).at_version(package.version)

    def resolved(packaging: str) -> Path:
        artifact = component.artifact(classifier=package.classifier, packaging=packaging)
        return Path(artifact.resolve())

    try:
        published = resolved(f"{package.packaging}.sha1").read_text().split()
        path = resolved(package.packaging)
    except requests.RequestException as error:
        raise _Broken(_reason(error)) from error
    except RuntimeError as error:
        raise _Broken("no repository has it") from error
    verify(package, path, published[0] if published else "")
    target = folder / package.file
    path.replace(target)
    shutil.rmtree(folder / "maven", ignore_errors=True)
    return target


def _reason(error: Exception) -> str:
    """The kind of failure; the whole text holds addresses and object numbers."""
    words = {
        "ConnectionError": "no connection",
        "ConnectTimeout": "no connection",
        "ReadTimeout": f"nothing came for {SILENCE} s",
        "ChunkedEncodingError": "the line broke",
        "ProxyError": "the proxy refused",
        "SSLError": "the certificate was refused",
    }
    name = type(error).__name__
    return words.get(name, name)


def _progress(package: Package, tell: Tell) -> Any:  # noqa: ANN401 - jgo's own shape
    @contextmanager
    def begun(_file: str, size: int) -> Iterator[Callable[[int], None]]:
        done = shown = 0

        def update(count: int) -> None:
            nonlocal done, shown
            done += count
            if done * 20 // size > shown and size > 1 << 20:
                shown = done * 20 // size
                tell(f"{package}: {done >> 20} of {size >> 20} MB")

        yield update

    return begun


def _digests(path: Path) -> tuple[str, str]:
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            sha1.update(block)
            sha256.update(block)
    return sha1.hexdigest(), sha256.hexdigest()
