"""Packages from Maven Central: fetched once a user, held to pinned digests, whole or not."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import ConfigError, StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Tell = Callable[[str], None]

EXTRA = "Install what it needs: pip install 'jupyter-mesh[stack]'."
# Where Maven Central is not to be reached: the address of a copy of it.
MIRROR = "MESH_MAVEN"
# A line may be slow; only one that says nothing for so long is given up.
SILENCE = 60


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


def fetch(package: Package, folder: Path, tell: Tell) -> Path:
    """The package's file, downloaded into a folder and held to its digests.

    Raises StackError when there is no network, when the line breaks twice or when a digest is
    wrong, and ConfigError when the extra is not installed; no file is left behind then.
    """
    repository = folder / "maven"
    try:
        path = _resolved(package, repository, tell)
        target = folder / package.file
        path.replace(target)
    finally:
        shutil.rmtree(repository, ignore_errors=True)
    return target


def _resolved(package: Package, repository: Path, tell: Tell, tries: int = 2) -> Path:
    try:
        path, published = _downloaded(package, repository, tell)
    except _Broken as error:
        shutil.rmtree(repository, ignore_errors=True)
        if tries == 1:
            raise StackError(
                f"{package} could not be downloaded: {error}.",
                remedy="Is there a network, and are its proxies set? Then do it again. "
                f"A copy of Maven Central nearer to you: {MIRROR}=ADDRESS.",
            ) from error
        tell(f"{package}: {error}, once more from the beginning")
        return _resolved(package, repository, tell, tries - 1)
    _verify(package, path, published)
    return path


def _verify(package: Package, path: Path, published: str) -> None:
    """Hold a downloaded file to what was published with it, and to what we know of it."""
    sha1, sha256 = _digests(path)
    for kind, found, wanted in (
        ("published SHA-1", sha1, published),
        ("SHA-1", sha1, package.sha1),
        ("SHA-256", sha256, package.sha256),
    ):
        if found != wanted:
            raise StackError(
                f"{package} was refused: its {kind} should be {wanted}, and is {found}.",
                remedy="Something on the way changed it. Try another network, or report it.",
            )


class _Broken(Exception):
    """The download did not come to its end."""


def _downloaded(package: Package, repository: Path, tell: Tell) -> tuple[Path, str]:
    """The file as it came, and the SHA-1 that was published with it."""
    try:
        import requests
        from jgo.maven import MavenContext, PythonResolver
    except ImportError as error:
        raise ConfigError(f"The package {error.name} is missing.", remedy=EXTRA) from error
    mirror = os.environ.get(MIRROR, "")
    context = MavenContext(
        resolver=PythonResolver(progress_callback=_progress(package, tell)),
        # Ours alone: a file that others left half done would be taken for whole.
        repo_cache=repository,
        local_repos=[],
        remote_repos={"mirror": mirror.rstrip("/")} if mirror else None,
        timeout=SILENCE,
    )
    component = context.project(package.group, package.name).at_version(package.version)

    def resolved(packaging: str) -> Path:
        artifact = component.artifact(classifier=package.classifier, packaging=packaging)
        return Path(artifact.resolve())

    try:
        published = resolved(f"{package.packaging}.sha1").read_text().split()
        return resolved(package.packaging), published[0] if published else ""
    except requests.RequestException as error:
        raise _Broken(_reason(error)) from error
    except RuntimeError as error:
        raise _Broken("no repository has it") from error


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
