"""The promise to users: one verb has one name in Python, in a notebook and in a shell."""

import inspect

import click
import pytest

from jupyter_mesh.cli.app import mesh as command
from jupyter_mesh.magics.lines import VERBS
from jupyter_mesh.magics.options import parse_options
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.protocols import Result
from jupyter_mesh.testing.mesh import ScriptedMesh

# Python: the method and its first parameters; shell: what must be understood after `mesh`.
PYTHON = {
    "open": ("path",),
    "query": ("sql", "parameters", "engine"),
    "browse": ("prefix",),
    "describe": ("name",),
    "land": (),
    "stage": ("port",),
    "check": (),
    "plan": ("product", "parameters"),
    "promote": (),
    "releases": ("product",),
    "release": ("ref",),
    "read": ("ref", "port"),
    "diff": (),
    "rollback": ("product", "to"),
    "fsck": (),
    "gc": (),
    "lint": (),
    "engines": (),
    "doctor": (),
    "use": ("name",),
    "as_of": (),
    "close": (),
}
LINES = {
    *("open", "use", "browse", "describe", "check", "plan", "promote", "releases", "diff"),
    *("rollback", "asof", "rows", "engines"),
}
SHELL = {
    "init": set(),
    "demo": set(),
    "new product": {"--port", "--owner"},
    "land": {"file", "table"},
    "browse": {"prefix"},
    "describe": {"name"},
    "query": {"sql", "-p", "--engine", "--format", "-o"},
    "check": {"name"},
    "plan": {"product", "-p"},
    "promote": {"product", "-p"},
    "releases": {"product"},
    "read": {"release", "port", "--format", "-o"},
    "diff": {"before", "after"},
    "rollback": {"product", "version"},
    "fsck": set(),
    "gc": set(),
    "lint": set(),
    "engines": set(),
    "doctor": set(),
}


@pytest.mark.parametrize("verb", PYTHON)
def test_python_has_the_verb(verb):
    parameters = inspect.signature(getattr(Mesh, verb)).parameters
    assert set(PYTHON[verb]) <= parameters.keys()


def test_the_notebook_has_the_verbs():
    assert VERBS.keys() >= LINES
    assert parse_options("--into a --stage b --limit 3 --engine trino")


@pytest.mark.parametrize("verb", SHELL)
def test_the_shell_has_the_verb_with_its_options(verb):
    found = command
    for word in verb.split():
        found = found.get_command(click.Context(found), word)
    options = {name for parameter in found.params for name in parameter.opts}
    assert SHELL[verb] | {"--json"} <= options


def test_the_shell_has_the_common_options():
    options = {name for parameter in command.params for name in parameter.opts}
    assert {"--mesh", "--json", "--version"} <= options


def test_query_has_the_four_formats():
    query = command.get_command(click.Context(command), "query")
    (choice,) = [p.type for p in query.params if p.name == "format_"]
    assert list(choice.choices) == ["table", "csv", "json", "parquet"]


@pytest.mark.parametrize("verb", [verb for verb in PYTHON if verb in dir(ScriptedMesh)])
def test_the_scripted_mesh_takes_what_the_real_one_takes(verb):
    real = inspect.signature(getattr(Mesh, verb)).parameters
    scripted = inspect.signature(getattr(ScriptedMesh, verb)).parameters
    assert list(scripted) == [name for name in real if name in scripted]


def test_a_result_has_what_is_promised():
    promised = {"columns", "rows", "arrow", "batches", "df", "to_parquet", "stats"}
    assert promised <= set(dir(Result))
