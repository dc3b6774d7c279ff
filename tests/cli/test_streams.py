"""The command as a process of its own: pipes, signals, terminals."""

import json
import os
import pty
import signal
import subprocess
import sys
import time

import pytest

from tests.waiting import LONGEST

SCRIPTED = """
import sys
from jupyter_mesh.cli.app import mesh
from jupyter_mesh.cli.terminal import Terminal
from jupyter_mesh.testing.mesh import ScriptedMesh, numbers

class ScriptedTerminal(Terminal):
    def mesh(self):
        return fake

fake = ScriptedMesh()
fake.answers["SELECT many"] = numbers(50_000)

def slow(ticket):
    ticket.on_cancel(fake.stopped.set)
    print("begun", file=sys.stderr, flush=True)
    return fake.forever(ticket)

fake.answers["SELECT slow"] = slow
try:
    mesh.main(sys.argv[1:], obj=ScriptedTerminal())
finally:
    if fake.stopped.is_set():
        print("stopped on the engine", file=sys.stderr)
"""


def start(*words, **more):
    return subprocess.Popen([sys.executable, "-c", SCRIPTED, *words], **more)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_reader_that_leaves_early_is_no_error(form):
    process = start("query", "SELECT many", "--format", form,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    assert process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 0
    assert said == b""


@pytest.mark.parametrize("json_", [[], ["--json"]])
def test_ctrl_c_stops_the_statement_on_its_engine(json_):
    process = start("query", "SELECT slow", *json_,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert process.stderr.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped on the engine" in said
    assert "Traceback" not in said
    assert bool(json_) == bool(out and json.loads(out)["error"])


def in_terminal(*words, **environment):
    """Run with a terminal on all three streams; what it showed and its code."""
    ours, theirs = pty.openpty()
    process = start(*words, stdin=theirs, stdout=theirs, stderr=theirs,
                    env={**os.environ, "TERM": "xterm-256color", **environment})  # fmt: skip
    os.close(theirs)
    shown = b""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return shown.decode(), process.wait(60)


def test_on_a_terminal_a_promotion_is_live(tmp_path):
    shown, code = in_terminal("promote", "aviation/delays")
    assert code == 0
    assert "check" in shown
    assert "\x1b[" in shown
    assert "aviation/delays 1.1.0" in shown


def test_colours_can_be_turned_off():
    shown, code = in_terminal("browse", "nowhere", NO_COLOR="1")
    assert code == 3
    assert "\x1b[31m" not in shown
    assert "\x1b[31m" in in_terminal("browse", "nowhere")[0]


def test_parquet_is_refused_on_a_terminal():
    shown, code = in_terminal("query", "SELECT 1", "--format", "parquet")
    assert code == 2
    assert "-o rows.parquet" in shown
