import subprocess
import sys

import pytest

from jupyter_mesh.errors import ConflictError
from jupyter_mesh.stack.locks import held

HOLD = """
import sys, time
from pathlib import Path
from jupyter_mesh.stack.locks import held
with held(Path(sys.argv[1]), print):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock until it is told to end, or killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_who_comes_second_waits_and_says_so_once(tmp_path, other):
    said = []

    def waiting():
        said.append("waiting")
        other.stdin.close()

    with held(tmp_path / "lock", waiting):
        assert said == ["waiting"]


def test_the_lock_of_a_killed_process_is_free(tmp_path, other):
    other.kill()
    other.wait()
    with held(tmp_path / "lock", lambda: pytest.fail("it was still held"), patience=5):
        pass


def test_patience_ends(tmp_path, other):
    lock = held(tmp_path / "lock", lambda: None, patience=0.2)
    with pytest.raises(ConflictError, match="busy"):
        lock.__enter__()
