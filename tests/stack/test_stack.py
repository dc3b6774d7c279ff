import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_mesh.errors import (
    ConfigError,
    ConflictError,
    NameNotFound,
    StackError,
    StorageError,
)
from jupyter_mesh.stack import Stack, processes, service
from jupyter_mesh.testing.stacks import Echo, echoes
from tests.waiting import until

UP = """
import sys
from jupyter_mesh.testing.stacks import echoes
said = []
at = echoes(sys.argv[1]).up(["echo"], tell=said.append)["echo"]
print(at.pid, at.facts["port"], "|".join(said))
"""


@pytest.fixture
def stack(tmp_path):
    """A stack with one short server; stopped at the end."""
    found = echoes(tmp_path)
    yield found
    found.down()


def elsewhere(root):
    """Have it up by another process, which ends: its number, its port, what was told."""
    done = subprocess.run(
        [sys.executable, "-c", UP, str(root)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip().split(" ", 2)


def state(stack, name="echo"):
    return {standing.name: standing.state for standing in stack.status()}[name]


def test_a_server_comes_up_is_found_and_goes_down(stack, told):
    assert state(stack) == "stopped"
    assert stack.found("echo") is None
    at = stack.up(["echo"], tell=told)["echo"]
    assert told[-1].startswith("echo: ready after")
    assert stack.found("echo") == at
    assert state(stack) == "running"
    assert stack.down() == ["echo"]
    assert not processes.is_alive(at.pid, at.birth)
    assert state(stack) == "stopped"
    assert stack.down() == []


def test_up_twice_is_up_once(stack, told):
    first = stack.up(["echo"])
    assert stack.up(["echo"], tell=told) == first
    assert told == [f"echo: runs already at {first['echo'].url}"]


def test_a_second_session_finds_what_the_first_left_running(stack, tmp_path):
    pid, port, _said = elsewhere(tmp_path)
    at = stack.found("echo")
    assert [str(at.pid), str(at.facts["port"])] == [pid, port]
    assert elsewhere(tmp_path)[:2] == [pid, port]
    assert stack.down() == ["echo"]


def test_of_two_at_once_one_starts_and_the_other_finds(stack, tmp_path):
    begun = [
        subprocess.Popen([sys.executable, "-c", UP, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate()[0].decode().split(" ", 2) for process in begun]
    assert len({tuple(one[:2]) for one in said}) == 1
    assert sum("ready after" in one[2] for one in said) == 1


def test_a_process_with_the_number_of_an_old_one_is_not_taken_for_it(stack):
    at = stack.up(["echo"])["echo"]
    stack.down()
    service.write(replace(at, pid=os.getpid()))
    assert stack.found("echo") is None
    assert state(stack) == "ended"
    assert stack.down() == []
    assert stack.up(["echo"])["echo"].pid != os.getpid()


def test_a_stranger_on_the_port_is_not_taken_for_the_server(stack, tmp_path):
    at = stack.up(["echo"])["echo"]
    os.kill(at.pid, signal.SIGSTOP)
    try:
        assert state(stack) == "silent"
        assert stack.found("echo") is None
    finally:
        os.kill(at.pid, signal.SIGCONT)
    other = echoes(tmp_path / "other")
    try:
        its = other.up(["echo"])["echo"]
        service.write(replace(at, facts={**at.facts, "port": its.facts["port"]}))
        assert stack.found("echo") is None
    finally:
        service.write(at)
        other.down()


def test_who_was_killed_is_started_anew_on_its_port(stack):
    at = stack.up(["echo"])["echo"]
    processes.stop(at.pid, at.birth, 0)
    assert state(stack) == "ended"
    again = stack.up(["echo"])["echo"]
    assert again.pid != at.pid
    assert again.url == at.url


def test_a_record_that_cannot_be_read_is_no_server(stack, tmp_path):
    at = stack.up(["echo"])["echo"]
    stack.down()
    (at.folder / "service.json").write_text('{"name": "echo"')
    assert stack.found("echo") is None
    assert stack.up(["echo"])["echo"].url == at.url


def test_the_record_is_for_our_eyes_and_moves_with_its_folder(stack, tmp_path):
    at = stack.up(["echo"])["echo"]
    file = at.folder / "service.json"
    assert file.stat().st_mode & 0o077 == 0
    assert str(tmp_path) not in file.read_text()
    assert [path.name for path in at.folder.glob(".*")] == []


def test_a_port_that_was_taken_meanwhile_is_an_error_with_a_way_out(stack):
    at = stack.up(["echo"])["echo"]
    stack.down()
    with socket.create_server(("127.0.0.1", at.facts["port"])):
        with pytest.raises(ConflictError, match="is taken by another program"):
            stack.up(["echo"])
        other = stack.up(["echo"], ports={"echo": 0})["echo"]
    assert other.facts["port"] != at.facts["port"]
    stack.down()
    assert stack.up(["echo"])["echo"].url == other.url


def test_a_running_server_gets_no_other_port(stack):
    at = stack.up(["echo"])["echo"]
    with pytest.raises(ConflictError, match=f"on port {at.facts['port']}"):
        stack.up(["echo"], ports={"echo": at.facts["port"] + 1})
    assert stack.up(["echo"], ports={"echo": 0})["echo"] == at


def test_secrets_are_in_the_process_and_nowhere_else(stack, tmp_path):
    at = stack.up(["echo"], {"OPS_PASSWORD": "unheard-of"})["echo"]
    assert b"unheard-of" in Path(f"/proc/{at.pid}/environ").read_bytes()
    assert b"unheard-of" not in Path(f"/proc/{at.pid}/cmdline").read_bytes()
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any("unheard-of" in text for text in written)
    assert "unheard-of" not in repr(at)
    assert json.loads((at.folder / "service.json").read_text())["facts"]["variables"] == [
        "OPS_PASSWORD"
    ]


def test_a_running_server_cannot_learn_another_secret(stack):
    stack.up(["echo"], {"OPS_PASSWORD": "x"})
    stack.up(["echo"])
    with pytest.raises(ConflictError, match="was started without CRM_PASSWORD") as caught:
        stack.up(["echo"], {"OPS_PASSWORD": "x", "CRM_PASSWORD": "y"})
    assert "mesh stack down echo" in caught.value.remedy


def test_who_fails_says_why_and_leaves_nothing_running(tmp_path):
    failing = echoes(tmp_path, echo=Echo(behaviour="fails"))
    with pytest.raises(StackError, match=r"echo ended while .*: Exception: the moon is full"):
        failing.up(["echo"])
    assert state(failing) == "stopped"
    assert failing.logs("echo") == ["Exception: the moon is full"]


@pytest.mark.parametrize("behaviour", ["sleeps", "unsettled"])
def test_who_does_not_get_ready_is_stopped(tmp_path, behaviour):
    echo = Echo(behaviour=behaviour, patience=3 if behaviour == "unsettled" else 0.5)
    slow = echoes(tmp_path, echo=echo)
    with pytest.raises((StackError, KeyboardInterrupt)):
        slow.up(["echo"])
    assert state(slow) == "stopped"
    (begun,) = echo.begun
    assert not processes.is_alive(begun.pid, begun.birth)


def test_what_a_killed_session_had_started_is_waited_for(stack, tmp_path):
    with subprocess.Popen([sys.executable, "-c", UP, str(tmp_path)]) as session:
        begun = until(lambda: service.read(tmp_path / "echo"), pause=0.001)
        session.kill()
    assert stack.up(["echo"])["echo"].pid == begun.pid
    assert state(stack) == "running"


def test_servers_start_in_their_order_and_know_of_each_other(tmp_path):
    first, second = Echo("first"), Echo("second")
    both = echoes(tmp_path, first=first, second=second)
    try:
        assert list(both.up(["second", "first"])) == ["first", "second"]
        assert not first.grounds[0].others
        assert list(second.grounds[0].others) == ["first"]
        assert both.down() == ["second", "first"]
    finally:
        both.down()


def test_an_unknown_server_is_not_found(stack):
    for ask in (stack.found, stack.logs, lambda name: stack.up([name])):
        with pytest.raises(NameNotFound, match="no server ecko") as caught:
            ask("ecko")
        assert caught.value.remedy == "Did you mean echo?"


def test_nothing_listens_beyond_this_machine(tmp_path):
    with pytest.raises(ConfigError, match=r"does not listen on 0\.0\.0\.0"):
        Stack(tmp_path, address="0.0.0.0")


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"):
        echoes(tmp_path / "file").up(["echo"])


def test_the_log_of_the_last_start_is_kept_aside(stack):
    log = stack.up(["echo"])["echo"].log
    stack.down()
    (log.parent / "start.log").write_text("before")
    log.write_bytes(b"x" * (11 << 20))
    stack.up(["echo"])
    assert (log.parent / "start.log.1").read_text() == "before"
    assert log.with_suffix(".log.1").stat().st_size == 11 << 20
    assert log.stat().st_size < 1000
