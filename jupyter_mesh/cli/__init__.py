"""What people touch in a shell: the command `mesh`, with the verbs of a Mesh."""

from __future__ import annotations

from jupyter_mesh.cli.app import main

__all__ = ["main"]
