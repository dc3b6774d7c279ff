import os
import signal
import subprocess
import sys

import pytest

from jupyter_mesh.stack import processes
from tests.waiting import until

STARTER = """
import sys
from pathlib import Path
from jupyter_mesh.stack import processes
here = Path(sys.argv[1])
pid = processes.start(["sleep", "60"], here, processes.environment({}), here / "out")
print(pid, processes.birth(pid))
"""


@pytest.fixture
def begin(tmp_path):
    """Start a command of the shell; what still runs at the end is ended."""
    begun = []

    def start(text, **variables):
        pid = processes.start(
            ["sh", "-c", text], tmp_path, processes.environment(variables), tmp_path / "out"
        )
        begun.append((pid, processes.birth(pid)))
        return begun[-1]

    yield start
    for pid, born in begun:
        processes.stop(pid, born, 0)


def test_a_process_runs_in_its_folder_and_writes_to_its_file(begin, tmp_path):
    pid, born = begin('pwd; echo wrong >&2; echo "$SAID"', SAID="hello")
    until(lambda: not processes.is_alive(pid, born))
    assert (tmp_path / "out").read_text() == f"{tmp_path}\nwrong\nhello\n"


def test_a_server_gets_none_of_our_secrets(begin, tmp_path, monkeypatch):
    monkeypatch.setenv("OUR_SECRET", "unheard-of")
    pid, born = begin("env", GIVEN="this")
    until(lambda: not processes.is_alive(pid, born))
    said = (tmp_path / "out").read_text()
    assert "GIVEN=this" in said
    assert "unheard-of" not in said


def test_a_process_outlives_who_started_it(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", STARTER, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    pid, born = done.stdout.split()
    assert processes.is_alive(int(pid), born)
    assert os.getsid(int(pid)) == int(pid)
    assert processes.stop(int(pid), born, 10)
    assert not processes.is_alive(int(pid), born)


def test_another_process_of_the_same_number_is_left_alone(begin):
    pid, born = begin("sleep 60")
    assert not processes.is_alive(pid, f"{born}1")
    assert processes.stop(pid, f"{born}1", 0)
    assert processes.is_alive(pid, born)


def test_a_child_that_was_killed_is_gone(begin):
    pid, born = begin("sleep 60")
    os.kill(pid, signal.SIGKILL)
    until(lambda: not processes.is_alive(pid, born))


def test_who_does_not_listen_is_ended_by_force(begin, tmp_path):
    pid, born = begin("trap '' TERM; echo ready; while :; do sleep 0.1; done")
    until(lambda: "ready" in (tmp_path / "out").read_text())
    assert not processes.stop(pid, born, 0.3)
    assert not processes.is_alive(pid, born)
