"""A shell in this process that has the magics, on a mesh that answers from a script."""

import pytest

from jupyter_mesh.magics import kernel
from jupyter_mesh.testing.mesh import ScriptedMesh


@pytest.fixture(scope="session", autouse=True)
def closed_loop():
    """Close the loop in which a shell outside a kernel awaits cells; IPython leaves it open."""
    from IPython.core.async_helpers import get_asyncio_loop

    yield
    get_asyncio_loop().close()


@pytest.fixture
def fake():
    """A scripted mesh that is the kernel's."""
    mesh = ScriptedMesh()
    kernel.adopt(mesh)
    yield mesh
    kernel.forget()


@pytest.fixture
def shell(fake):
    """A fresh shell in this process, with the extension loaded."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.history_manager.enabled = False
    with capture_output():
        made.run_cell("%load_ext jupyter_mesh")
    yield made
    made.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell):
    """Run a cell: its result, with what it printed as `.text`."""
    from IPython.utils.capture import capture_output

    def run_cell(text):
        with capture_output() as captured:
            result = shell.run_cell(text, store_history=True)
        result.text = captured.stdout + captured.stderr
        result.outputs = captured.outputs
        return result

    return run_cell
