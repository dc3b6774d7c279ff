"""jupyter-mesh: from a notebook to a versioned data product."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_mesh.errors import MeshError as MeshError
    from jupyter_mesh.mesh import Mesh as Mesh

_NAMES = {"Mesh": "jupyter_mesh.mesh", "MeshError": "jupyter_mesh.errors"}
__all__ = ["Mesh", "MeshError", "__version__", "load_ipython_extension"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Resolve public names on demand, so that importing the package costs nothing."""
    if name == "__version__":
        from importlib.metadata import version

        return version("jupyter-mesh")
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"jupyter_mesh has no {name}")


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
    """Register the magics; called by `%load_ext jupyter_mesh`."""
    from jupyter_mesh.magics import register

    register(shell)


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """The extension that Jupyter Server loads, enabled by the configuration in the wheel."""
    from jupyter_mesh.server.app import MeshExtension

    return [{"module": "jupyter_mesh", "app": MeshExtension}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where the built JupyterLab extension lies, for an editable install to link."""
    return [{"src": "_labextension", "dest": "jupyter-mesh"}]
