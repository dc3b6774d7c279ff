import json
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mesh import errors
from jupyter_mesh.cli.app import ROOMS, mesh
from jupyter_mesh.model.policy import Decision, Reason

VERBS = [
    *("init", "demo", "new", "land", "browse", "describe", "query", "check", "plan", "promote"),
    *("releases", "read", "diff", "rollback", "engines", "doctor", "fsck", "gc"),
    "lint",
    *("stack", "gateway", "trino"),
]
INNER = {"new": ["product"], "stack": ["up"], "trino": ["config"]}
REFUSAL = errors.PromotionRefused(
    "aviation/delays 1.2.0 was not published.",
    decision=Decision((Reason("checks", "carrier is null in 3 rows"),)),
    rows=[{"carrier": None, "month": 7}],
)
ENDINGS = [
    (REFUSAL, 1),
    (errors.ContractError("The columns differ."), 1),
    (errors.NotebookError("Cell 3 failed.", cell=3), 1),
    (errors.AccessDenied("Not for you."), 1),
    (errors.ConfigError("Twice."), 2),
    (errors.StatementInvalid("line 1:8: what?", line=1, column=8), 2),
    (errors.StatementNotSupported("a construct"), 2),
    (errors.DescriptorError("wrong", file="x.yaml", line=3, key="a.b"), 2),
    (errors.LandingError("ragged", file="x.csv", row=7), 2),
    (errors.NameNotFound("table", "lake.raw.flihgts", ["lake.raw.flights"]), 3),
    (errors.ConflictError("Somebody was faster."), 4),
    (errors.StorageError("The disk is full."), 5),
    (errors.QueryCancelled("The query was cancelled."), 130),
]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_and_knows_json(run, verb):
    shown = run(verb, *INNER.get(verb, ()), "--help")
    assert shown.exit_code == 0
    assert "--json" in shown.stdout
    assert len(shown.stdout.splitlines()) > 4


def test_the_verbs_are_listed_once_each(run):
    listed = run("--help").stdout
    assert {*VERBS, "completion"} == {verb for verbs in ROOMS.values() for verb in verbs}
    assert all(f"\n  {verb} " in listed for verb in VERBS)


@pytest.mark.parametrize(("error", "code"), ENDINGS, ids=lambda value: type(value).__name__)
def test_an_error_goes_to_standard_error_with_its_code(run, fake, error, code):
    fake.answers["SELECT 1"] = error
    ended = run("query", "SELECT 1")
    assert ended.exit_code == code
    assert ended.stdout == ""
    assert error.message in ended.stderr
    assert error.remedy in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(("error", "code"), ENDINGS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("first", [True, False])
def test_with_json_an_error_is_one_document(run, fake, error, code, first):
    fake.answers["SELECT 1"] = error
    words = ["query", "SELECT 1"]
    ended = run(*(["--json", *words] if first else [*words, "--json"]))
    assert ended.exit_code == code
    assert json.loads(ended.stdout)["error"] == json.loads(json.dumps(error.details()))
    assert ended.stderr == ""


def test_a_refusal_shows_the_failing_rows(run, fake):
    fake.refusal = REFUSAL
    ended = run("promote", "aviation/delays")
    assert ended.exit_code == 1
    assert "carrier is null in 3 rows" in ended.stderr
    assert "month" in ended.stderr
    assert "NULL" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["qury", "SELECT 1"], "Did you mean query?"),
        (["query"], "Missing argument 'SQL'"),
        (["query", "SELECT 1", "--fromat", "csv"], "--format"),
        (["query", "SELECT 1", "--format", "xml"], "'xml' is not one of"),
        (["query", "SELECT 1", "-p", "x"], "NAME=VALUE"),
        (["query", "SELECT 1", "-p", "a b=1"], "NAME=VALUE"),
        (["diff", "aviation/delays"], "Missing argument 'B'"),
        (["promote", "aviation/delays", "--wait", "-1"], "--wait"),
        (["browse", "a", "b"], "unexpected extra argument"),
    ],
)
def test_a_command_written_wrong_is_answered_with_the_right_form(run, fake, words, said):
    ended = run(*words)
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert said in ended.stderr
    assert "Usage: mesh" in ended.stderr
    document = json.loads(run(*words, "--json").stdout)
    assert document["error"]["type"] == "UsageError"
    assert not fake.calls


def test_an_unforeseen_error_is_one_line_and_a_report(run, fake, tmp_path, monkeypatch):
    (tmp_path / "mesh.yaml").touch()
    monkeypatch.chdir(tmp_path)
    fake.answers["SELECT 1"] = ZeroDivisionError("a fault\nof ours")
    ended = run("query", "SELECT 1")
    assert ended.exit_code == 5
    assert ended.stderr.count("\n") == 1
    assert "ZeroDivisionError: a fault. Please report it" in ended.stderr
    (report,) = (tmp_path / ".mesh" / "log").iterdir()
    assert str(report) in ended.stderr
    assert "Traceback" in report.read_text()
    assert json.loads(run("query", "SELECT 1", "--json").stdout)["error"]["remedy"]


def test_ctrl_c_ends_with_130(run, fake):
    fake.answers["SELECT 1"] = KeyboardInterrupt()
    ended = run("query", "SELECT 1")
    assert (ended.exit_code, ended.stdout, ended.stderr.strip()) == (130, "", "Stopped.")
    assert "error" in json.loads(run("query", "SELECT 1", "--json").stdout)


def test_every_verb_closes_its_mesh(run, fake):
    for words in (["query", "SELECT 1"], ["browse"], ["releases"], ["check", "a/b"]):
        fake.calls.clear()
        run(*words)
        assert fake.calls[-1] == ("close",)


def test_the_version_is_said(run):
    assert run("--version").stdout.startswith("jupyter-mesh ")


def command(*words, **more):
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mesh.cli", *words],
        capture_output=True, text=True, timeout=60, check=False, **more,
    )  # fmt: skip


def test_without_a_mesh_it_says_how_to_make_one(tmp_path):
    ended = command("releases", cwd=tmp_path)
    assert ended.returncode == 2
    assert "mesh init" in ended.stderr
    assert ended.stdout == ""


def test_help_needs_nothing_heavy():
    code = "import sys\nfrom jupyter_mesh.cli.app import mesh\ntry: mesh.main(['--help'])\n"
    code += "except SystemExit: print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"duckdb", "pyarrow", "pandas", "pyiceberg", "rich"}
    assert mesh.name == "mesh"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(run, shell):
    script = run("completion", shell).stdout
    assert "_MESH_COMPLETE" in script


def test_products_complete_from_their_folders(tmp_path):
    folder = tmp_path / "products" / "aviation" / "delays"
    folder.mkdir(parents=True)
    (folder / "product.odps.yaml").touch()
    (tmp_path / "mesh.yaml").touch()
    names = {"_MESH_COMPLETE": "bash_complete", "COMP_WORDS": "mesh promote av",
             "COMP_CWORD": "2", "PATH": str(Path(sys.executable).parent)}  # fmt: skip
    done = subprocess.run(
        [Path(sys.executable).parent / "mesh"],
        capture_output=True, text=True, cwd=tmp_path, env=names, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "plain,aviation/delays"
