"""A shell in this process that has the magics, on a mesh that answers from a script."""

from time import monotonic

import pytest
from jupyter_client.manager import start_new_kernel

from jupyter_mesh.magics import kernel
from jupyter_mesh.testing.mesh import ScriptedMesh
from tests.waiting import LONGEST


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


class Client:
    """A front end: sends cells and collects what comes back."""

    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    def send(self, code):
        return self.client.execute(code, store_history=True)

    def messages(self, sent, until=lambda _message: False):
        """What comes back for a cell until it is idle, or a message is waited for."""
        end = monotonic() + LONGEST
        while monotonic() < end:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != sent:
                continue
            yield message
            kind, content = message["header"]["msg_type"], message["content"]
            if until(message) or (kind, content.get("execution_state")) == ("status", "idle"):
                return

    def run(self, code):
        return list(self.messages(self.send(code)))

    def value(self, code):
        (said,) = [m for m in self.run(f"print({code})") if m["header"]["msg_type"] == "stream"]
        return said["content"]["text"].strip()


@pytest.fixture(scope="module")
def started():
    """A kernel and its client."""
    manager, client = start_new_kernel(kernel_name="python3")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


@pytest.fixture
def kernel_client(started):
    """A front end of a real kernel, one kernel for a file of tests."""
    return Client(*started)
