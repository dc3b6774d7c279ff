"""What people touch in a notebook: `%%mesh` cells, `%mesh` lines, results, completion."""

from __future__ import annotations

from jupyter_mesh.magics.extension import register
from jupyter_mesh.magics.kernel import current

__all__ = ["current", "register"]
