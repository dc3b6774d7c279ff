import os
from itertools import count
from pathlib import Path

import pytest

from jupyter_mesh.errors import StackError
from jupyter_mesh.stack.processes import birth
from jupyter_mesh.stack.service import Service
from jupyter_mesh.stack.waiting import await_ready, tail, telling

JAVA = """\
2026-11-23T00:29:20.677Z\tINFO\tmain\tio.trino.server.Server\tstarting
2026-11-23T00:29:21.677Z\tERROR\tmain\tio.trino.server.Server\tUnable to start
com.google.inject.CreationException: Unable to create injector
\tat com.google.inject.internal.Initializer
Caused by: java.net.BindException: Address already in use
\t... 12 more
"""
CONFIG = """\
2026-11-23T00:29:21.677Z\tERROR\tmain\tio.trino.server.Server\tConfiguration is invalid
==========
Errors:
1) Configuration property 'no.such' was not used
==========
"""
GUICE = """\
com.google.inject.CreationException: Unable to create injector, see the following errors:
1) [Guice/ErrorInCustomProvider]: NullPointerException: "this.injector" is null
Caused by: NullPointerException: Cannot invoke
2) [Guice/ErrorInjectingConstructor]: UncheckedIOException: Failed to bind to /127.0.0.1:1
Caused by: UncheckedIOException (same stack trace as error #2)
"""
POSTGRES = """\
2026-11-23 00:36:31 UTC [1] LOG:  starting PostgreSQL 18.6
2026-11-23 00:36:31 UTC [1] FATAL:  data directory has wrong ownership
2026-11-23 00:36:31 UTC [1] LOG:  database system is shut down
"""


@pytest.fixture
def server(tmp_path):
    """A service whose process is this one."""
    (tmp_path / "log").mkdir()
    me = os.getpid()
    return Service("trino", me, "http://here", tmp_path, "", "476", birth=birth(me))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (JAVA, "java.net.BindException: Address already in use"),
        (CONFIG, "Configuration property 'no.such' was not used"),
        (GUICE, "UncheckedIOException: Failed to bind to /127.0.0.1:1"),
        (POSTGRES, "2026-11-23 00:36:31 UTC [1] FATAL:  data directory has wrong ownership"),
        ("one\ntwo\n", "two"),
        ("", ""),
    ],
)
def test_the_line_that_tells_is_found(tmp_path, text, line):
    (tmp_path / "log").write_text(text)
    assert telling(tmp_path / "log", tmp_path / "none") == line


def test_waiting_ends_with_the_answer_and_tells_how_long(server, told):
    numbers = count()
    await_ready(server, lambda: next(numbers) > 2, 10, told)
    assert told[-1].startswith("trino: ready after 0.")


def test_a_server_that_ended_is_an_error_with_its_last_words(server, told):
    (server.folder / "log" / "server.log").write_text(CONFIG)
    dead = Service("trino", server.pid, "", server.folder, "", "476", birth="another")
    with pytest.raises(StackError, match=r"trino ended while .*: Conf.* was not") as e:
        await_ready(dead, lambda: False, 10, told)
    assert e.value.service == "trino"
    assert Path(e.value.log) == server.log
    assert str(server.log) in e.value.remedy


def test_a_server_that_stays_silent_is_given_up(server, told):
    with pytest.raises(StackError, match=r"did not answer within 0 s"):
        await_ready(server, lambda: False, 0.3, told)


def test_a_tail_is_the_end_of_a_file(tmp_path):
    (tmp_path / "log").write_bytes(b"one\ntwo\n\xff\n")
    assert tail(tmp_path / "log", 2) == ["two", "�"]
    assert tail(tmp_path / "none", 2) == []
