import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from jupyter_mesh.cli.app import mesh
from jupyter_mesh.cli.terminal import Terminal
from jupyter_mesh.meshfile import begin


@pytest.fixture
def root(tmp_path):
    begin(tmp_path / "mesh")
    return tmp_path / "mesh"


@pytest.fixture
def run(root):
    """Run the command on a new mesh; its servers are stopped at the end."""

    def run_command(*words):
        return CliRunner().invoke(mesh, ["--mesh", str(root), *words], obj=Terminal())

    yield run_command
    run_command("stack", "down")


def answer(ended):
    assert ended.exit_code == 0, ended.stderr
    return json.loads(ended.stdout)


def test_a_server_goes_up_and_down(run, root):
    up = answer(run("stack", "up", "s3", "--json"))
    assert up["s3"]["state"] == "running"
    assert up["s3"]["endpoint"] == up["s3"]["url"]
    assert up["s3"]["folder"] == str(root / ".mesh" / "stack" / "s3")
    status = answer(run("stack", "status", "--json"))
    assert status == {
        "postgres": {"state": "stopped"},
        "s3": up["s3"],
        "trino": {"state": "stopped"},
    }
    assert answer(run("stack", "down", "--json")) == {"stopped": ["s3"]}
    assert answer(run("stack", "down", "--json")) == {"stopped": []}


def test_people_read_tables_and_lines(run):
    up = run("stack", "up", "s3")
    assert "running   http://127.0.0.1:" in up.stdout
    assert "s3: ready after" in up.stderr
    again = run("stack", "up", "s3")
    assert "s3: runs already at http://127.0.0.1:" in again.stderr
    assert "stopped" in run("stack", "status").stdout
    assert run("stack", "logs").stderr == "There is nothing in the logs.\n"
    down = run("stack", "down")
    assert down.stdout == "Stopped: s3.\n"
    assert run("stack", "down").stdout == "Nothing was running.\n"


def test_a_server_that_ended_by_itself_is_shown_with_its_log(run):
    pid = answer(run("stack", "up", "s3", "--json"))["s3"]["pid"]
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    shown = run("stack", "status").stdout
    assert "ended" in shown
    assert "s3: see mesh stack logs s3" in shown


def test_logs_are_shown_with_their_place(run, root):
    log = root / ".mesh" / "stack" / "trino" / "log"
    log.mkdir(parents=True)
    (log / "server.log").write_text("one\ntwo\nthree\n")
    shown = run("stack", "logs", "trino", "-n", "2")
    assert shown.stdout == "two\nthree\n"
    assert str(log) in shown.stderr
    assert answer(run("stack", "logs", "--json"))["trino"] == ["one", "two", "three"]


def test_a_port_is_chosen_and_kept(run):
    first = answer(run("stack", "up", "s3", "--port", "s3=0", "--json"))["s3"]
    run("stack", "down")
    assert answer(run("stack", "up", "s3", "--json"))["s3"]["port"] == first["port"]
    other = run("stack", "up", "s3", "--port", f"s3={first['port'] + 1}")
    assert other.exit_code == 4
    assert "runs already" in other.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["up", "mysql"], "'mysql' is not one of"),
        (["up", "s3", "--port", "s3"], "is not SERVER=PORT"),
        (["up", "s3", "--port", "s3=99999"], "is not SERVER=PORT"),
        (["up", "s3", "--port", "postgres=1"], "which is not to be started"),
        (["logs", "-n", "0"], "0 is not in the range"),
    ],
)
def test_what_is_typed_wrong_is_said(run, words, said):
    ended = run("stack", *words)
    assert ended.exit_code == 2
    assert said in ended.stderr


def test_without_a_mesh_there_is_no_stack(run, tmp_path):
    ended = CliRunner().invoke(
        mesh, ["--mesh", str(tmp_path), "stack", "status"], obj=Terminal()
    )
    assert ended.exit_code == 2
    assert "There is no mesh at" in ended.stderr


def test_a_server_outlives_the_shell_that_started_it(run, root):
    command = [sys.executable, "-m", "jupyter_mesh.cli", "--mesh", str(root)]
    subprocess.run([*command, "stack", "up", "s3"], check=True, capture_output=True)
    status = answer(run("stack", "status", "--json"))
    assert status["s3"]["state"] == "running"


def test_a_secret_that_is_not_there_stops_before_anything_starts(run, root):
    text = (
        (root / "mesh.yaml")
        .read_text()
        .replace(
            "catalogs:\n",
            "catalogs:\n  ops: {type: postgresql, host: h, database: d, user: u, "
            "password: '${env:NO_SUCH_PASSWORD}'}\n",
            1,
        )
    )
    (root / "mesh.yaml").write_text(text)
    ended = run("stack", "up", "trino")
    assert ended.exit_code == 2
    assert "NO_SUCH_PASSWORD" in ended.stderr
    assert answer(run("stack", "status", "--json"))["trino"] == {"state": "stopped"}
