"""Promises about knowing that a process is dead."""

import os
import subprocess
import sys

from jupyter_mesh.catalog.processes import is_gone, mark

CODE = "from jupyter_mesh.catalog.processes import mark; print(mark())"


def test_a_living_process_is_not_gone():
    assert mark()
    assert not is_gone(mark())


def test_a_dead_process_is_gone():
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
    )
    assert is_gone(done.stdout.strip())


def test_a_number_that_was_given_to_another_process_is_gone():
    place, number, start = mark().split(":")
    assert number == str(os.getpid())
    assert is_gone(f"{place}:{number}:{int(start) - 1}")


def test_a_process_elsewhere_is_never_known_to_be_gone():
    assert not is_gone("another:999999999:1")
    assert not is_gone("")
