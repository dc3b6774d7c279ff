"""The command in this process, on a mesh that answers from a script."""

import pytest
from click.testing import CliRunner

from jupyter_mesh.cli.app import mesh
from jupyter_mesh.cli.terminal import Terminal
from jupyter_mesh.testing.mesh import ScriptedMesh


class ScriptedTerminal(Terminal):
    """A terminal whose mesh is the scripted one."""

    def __init__(self, scripted):
        super().__init__()
        self.scripted = scripted

    def mesh(self):
        return self.scripted


@pytest.fixture
def fake():
    """The mesh that commands find."""
    return ScriptedMesh()


@pytest.fixture
def run(fake):
    """Run a command line: the runner's result, with stdout and stderr apart."""

    def run_command(*arguments, **more):
        return CliRunner().invoke(mesh, list(arguments), obj=ScriptedTerminal(fake), **more)

    return run_command
