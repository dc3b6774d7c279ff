"""Builds the JupyterLab extension into every wheel and sdist, once for the same sources."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("labextension/src", "labextension/style", "labextension/schema")
FILES = ("package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json")
SHARE = "share/jupyter/labextensions/jupyter-mesh"


class LabExtensionHook(BuildHookInterface[Any]):
    """Ships the extension; needs Node only where its sources changed since the last build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is out of date and tell hatch where the files go."""
        root = Path(self.root)
        built = root / "jupyter_mesh" / "_labextension"
        if not os.environ.get("SKIP_JUPYTER_BUILDER"):
            build(root, built)
        if self.target_name == "wheel" and built.is_dir():
            note = root / "labextension" / "install.json"
            build_data["shared_data"] |= {str(built): SHARE, str(note): f"{SHARE}/install.json"}


def build(root: Path, built: Path) -> None:
    """Build the extension, unless what lies there was built from the very same sources.

    The digest of the sources travels with the result: an sdist therefore installs without Node,
    and an unchanged checkout costs nothing.
    """
    stamp = built / ".sources"
    digest = sources(root)
    if stamp.is_file() and stamp.read_text() == digest:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(
            "npm was not found: the JupyterLab extension is built with Node 20.19 or newer. "
            "Install Node, or set SKIP_JUPYTER_BUILDER=1 to go without the extension."
        )
    # The front end's builder is a Python program that lies beside the interpreter.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    for old in (root / "labextension/lib", built):
        shutil.rmtree(old, ignore_errors=True)
    for command in (*install(root), ("run", "build:prod")):
        subprocess.run([npm, *command], cwd=root, env={**os.environ, "PATH": path}, check=True)
    stamp.write_text(digest)


def install(root: Path) -> list[tuple[str, ...]]:
    """Say how the npm packages are installed, if they are not those of the lock already."""
    stamp, lock = root / "node_modules/.package-lock.json", root / "package-lock.json"
    if stamp.is_file() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return []
    return [("ci", "--no-audit", "--no-fund", "--prefer-offline")]


def sources(root: Path) -> str:
    """Digest everything that the extension is made of."""
    files = [root / name for name in FILES]
    for folder in SOURCES:
        files += (path for path in (root / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
