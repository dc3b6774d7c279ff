import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jupyter_mesh.errors import InputError, NotebookError, PromotionStopped
from jupyter_mesh.notebook.runner import PapermillRunner
from tests.waiting import LONGEST, until


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def run(bench, runs):
    """Run cells as one notebook; keywords go to the runner, `given` are parameters."""

    def go(*cells, given=None, environment=None, cancel=None, name="work.ipynb", **settings):
        path = bench.write(*cells, name=name)
        runner = PapermillRunner(runs, **settings)
        plan = bench.plan(path, **(given or {}))
        return runner.run(plan, "r1", environment or {}, go.progress.append, cancel)

    go.progress = []
    return go


def executed(run_or_error):
    """The cells of the executed copy."""
    path = getattr(run_or_error, "executed", None) or run_or_error.notebook
    return json.loads(Path(path).read_text(encoding="utf-8"))["cells"]


def printed(run_or_error):
    return "".join(
        "".join(output.get("text", ()))
        for cell in executed(run_or_error)
        for output in cell.get("outputs", ())
    )


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pid):
    return until(lambda: not is_alive(pid))


def test_a_run_keeps_its_copy_its_digests_and_its_environment(run, bench, make_code, make_text):
    done = run(
        make_text("# Braces in a name break nothing"),
        make_code("year = 2013  # the year", "parameters"),
        "import os\nprint(year, os.getcwd(), os.environ['MESH_RUN_ID'])",
        given={"year": 2014},
        environment={"MESH_RUN_ID": "r1"},
        name="de{la}ys {0}.ipynb",
    )
    source = Path(done.notebook)
    assert f"2014 {bench.folder} r1" in printed(done)
    assert json.loads(source.read_text())["cells"][2]["outputs"] == []
    assert len(done.cells) == 2
    assert done.parameters == {"year": 2014}
    assert len(done.digest) == len(done.executed_digest) == 64
    assert done.environment[0] == f"# python {sys.version.split()[0]}"
    assert all(re.fullmatch(r"[a-z0-9.-]+==\S+", line) for line in done.environment[2:])
    assert any(line.startswith("papermill==") for line in done.environment)
    metadata = json.loads(Path(done.executed).read_text())["metadata"]
    assert str(bench.folder) not in json.dumps(metadata)
    last = run.progress[-1]
    assert (last.done, last.total) == (2, 2)
    assert [p.text for p in run.progress[1:3]] == [
        "Cell 2: year = 2013  # the year",
        f"Cell 2 took {done.cells[0]:.1f} s",
    ]


def test_an_exception_names_cell_line_and_reason(run, make_text):
    with pytest.raises(NotebookError, match="cell 3, line 2: ZeroDivisionError") as caught:
        run(make_text("# text"), "a = 1", "b = 0\na / b", "print('never')")
    assert caught.value.cell == 3
    copy = executed(caught.value)
    assert copy[2]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert copy[3]["outputs"] == []
    assert caught.value.notebook in caught.value.remedy


def test_our_own_errors_are_shown_as_they_are(run):
    with pytest.raises(NotebookError) as caught:
        run(
            "from jupyter_mesh.errors import NameNotFound\n"
            "raise NameNotFound('table', 'lake.raw.flight', ['lake.raw.flights'])"
        )
    assert caught.value.message.startswith("work.ipynb stopped in cell 1")
    assert caught.value.message.endswith(
        ": There is no table lake.raw.flight.\nDid you mean lake.raw.flights?"
    )


def test_an_error_that_is_only_shown_stops_the_promotion(run):
    source = (
        "from IPython.core.getipython import get_ipython\n"
        "try:\n    1 / 0\n"
        "except ZeroDivisionError:\n    get_ipython().showtraceback()"
    )
    with pytest.raises(NotebookError, match="shows an error in cell 1") as caught:
        run(source, "print('later')")
    assert "ZeroDivisionError" in caught.value.message


def test_an_error_that_was_expected_by_a_tag_stops_it_too(run, make_code):
    with pytest.raises(NotebookError, match=r"shows an error in cell 1.*ValueError"):
        run(make_code("raise ValueError('x')", "raises-exception"), "print('later')")


def test_an_exit_in_the_middle_is_no_success(run):
    with pytest.raises(NotebookError, match=r"ended itself in cell 1.*cells 2 to 3 never ran"):
        run("import sys\nsys.exit(0)", "print('a')", "print('b')")


def test_an_exit_of_the_kernel_is_no_success(run):
    with pytest.raises(NotebookError, match=r"kernel ended.*before cell \d"):
        run("import os\nos._exit(0)", "print('a')")


def test_a_killed_kernel_is_named_with_its_cell(run):
    with pytest.raises(NotebookError, match=r"killed in cell 2 of work.ipynb") as caught:
        run("a = 1", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert "memory" in caught.value.remedy
    assert executed(caught.value)[1]["metadata"]["papermill"]["status"] == "failed"


def test_a_cell_beyond_its_time_is_named_and_its_output_is_kept(run):
    with pytest.raises(NotebookError, match=r"Cell 2 of work.ipynb took longer") as caught:
        run("a = 1", "import time\nprint('so far', flush=True)\ntime.sleep(60)", timeout=1)
    assert "so far" in printed(caught.value)


def test_a_run_beyond_its_time_is_named(run):
    with pytest.raises(NotebookError, match="took longer than 1 s; it was in cell"):
        run("import time\ntime.sleep(0.6)", "time.sleep(60)", run_timeout=1)


def test_a_missing_kernel_is_said(run):
    with pytest.raises(NotebookError, match="cannot run: No such kernel"):
        run("a = 1", kernel="nosuch")


@pytest.fixture
def odd_kernel(tmp_path, monkeypatch):
    """A kernelspec whose kernel does something else at its first starts, so many times."""

    def make(instead, times):
        spec = tmp_path / "share" / "kernels" / "odd"
        spec.mkdir(parents=True)
        script = spec / "start.py"
        starts = tmp_path / "starts"
        script.write_text(
            "import pathlib, runpy, sys, time, os\n"
            f"starts = pathlib.Path({str(starts)!r})\n"
            "begun = starts.read_text().split() if starts.exists() else []\n"
            "starts.write_text(' '.join([*begun, str(os.getpid())]))\n"
            f"if len(begun) < {times}:\n    {instead}\n"
            "runpy.run_module('ipykernel_launcher', run_name='__main__')\n"
        )
        kernel = {
            "argv": [sys.executable, str(script), "-f", "{connection_file}"],
            "display_name": "Odd",
            "language": "python",
        }
        (spec / "kernel.json").write_text(json.dumps(kernel))
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
        return lambda: [int(pid) for pid in starts.read_text().split()]

    return make


@pytest.mark.parametrize("instead", ["time.sleep(600)", "sys.exit(1)"])
def test_a_kernel_that_never_answers_is_replaced_once(run, odd_kernel, instead):
    begun = odd_kernel(instead, times=1)
    assert "here" in printed(run("print('here')", kernel="odd", start_timeout=8))
    assert len(begun()) == 2
    assert gone(begun()[0])
    assert any("starting another" in progress.text for progress in run.progress)


def test_a_kernel_that_never_answers_twice_ends_the_run(run, odd_kernel):
    begun = odd_kernel("time.sleep(600)", times=9)
    with pytest.raises(NotebookError, match=r"could not be run: .*respond in 2 seconds"):
        run("print('here')", kernel="odd", start_timeout=1)
    assert len(begun()) == 2
    assert all(gone(pid) for pid in begun())


def test_a_stop_while_a_kernel_says_nothing_starts_no_other(run, odd_kernel, tmp_path):
    begun, cancel = odd_kernel("time.sleep(600)", times=9), threading.Event()

    def stop():
        while not (tmp_path / "starts").exists():
            time.sleep(0.05)
        cancel.set()

    threading.Thread(target=stop).start()
    with pytest.raises(PromotionStopped):
        run("print('here')", kernel="odd", cancel=cancel)
    assert len(begun()) == 1
    assert gone(begun()[0])


def test_a_foreign_kernelspec_of_that_name_does_not_matter(run, tmp_path, monkeypatch):
    spec = tmp_path / "share" / "kernels" / "python3"
    spec.mkdir(parents=True)
    kernel = {"argv": ["/nowhere/python", "{connection_file}"], "display_name": "Broken"}
    (spec / "kernel.json").write_text(json.dumps(kernel))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    assert sys.executable in printed(run("import sys\nprint(sys.executable)"))


def test_a_persons_startup_files_are_no_part_of_a_run(run, tmp_path, monkeypatch):
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("hidden = 1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    assert "False" in printed(run("print('hidden' in globals())"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"yaer": 2014}, "Did you mean year"),
        ({"year\nimport os": 1}, "no parameter"),
        ({"year": "2014"}, "integer"),
        ({"year": {"a": 1}}, "a list of these"),
    ],
)
def test_only_declared_parameters_go_in(run, runs, make_code, given, said):
    with pytest.raises(InputError) as caught:
        run(make_code("year = 2013", "parameters"), given=given)
    assert said in str(caught.value)
    assert not runs.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "it is not JSON"),
        (b"[1]", "holds no notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "notebook format 3"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 7}]}', "its cell 1"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "no code cell"),
    ],
)
def test_a_file_that_is_no_notebook_is_said_to_be_what_it_is(bench, runs, content, said):
    path = bench.folder / "bad.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError, match=said):
        PapermillRunner(runs).run(bench.plan(path), "r1", {}, print)
    assert not runs.exists()


def test_a_missing_notebook_is_said(bench, runs):
    with pytest.raises(NotebookError, match="There is no notebook"):
        PapermillRunner(runs).run(bench.plan(bench.folder / "no.ipynb"), "r1", {}, print)


def test_another_language_is_said(bench, runs):
    path = bench.write("x <- 1", kernelspec={"name": "ir", "language": "R"})
    with pytest.raises(NotebookError, match="written in r"):
        PapermillRunner(runs).run(bench.plan(path), "r1", {}, print)


CANARY = 'pa"ss/wörd-Xy12'


@pytest.mark.parametrize("end", ["", "\nraise ValueError(os.environ['PG_PASSWORD'])"])
def test_no_secret_is_left_in_copy_error_or_progress(run, runs, end):
    source = (
        "import os, sys, json, urllib.parse\n"
        "value = os.environ['PG_PASSWORD']\n"
        "print('plain', value)\nprint('quoted', urllib.parse.quote(value, safe=''))\n"
        "print('json', json.dumps(value), file=sys.stderr)\n"
        "from IPython.display import display\n"
        "display({'application/json': {'deep': [value]}, 'text/plain': value}, raw=True)\n"
        f"literal = {CANARY!r}  # also in the source{end}"
    )
    settings = {"secrets": lambda: [CANARY], "environment": {"PG_PASSWORD": CANARY}}
    said = ""
    if end:
        with pytest.raises(NotebookError) as caught:
            run(source, "value", **settings)
        said = str(caught.value)
        assert "***" in said
    else:
        assert "plain ***" in printed(run(source, "value", **settings))
    said += repr(run.progress)
    for path in runs.rglob("*"):
        if path.is_file():
            said += path.read_text(encoding="utf-8")
    for spelling in (CANARY, json.dumps(CANARY)[1:-1], "pa%22ss%2Fw%C3%B6rd-Xy12"):
        assert spelling not in said
    assert json.dumps(json.dumps(CANARY))[1:-1] not in said


def test_a_stop_ends_kernel_and_children_and_keeps_the_copy(run, tmp_path):
    cancel = threading.Event()
    pids = tmp_path / "pids"
    source = (
        "import os, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "print('so far', flush=True)\ntime.sleep(600)"
    )

    def stop():
        while not pids.exists() or not pids.read_text():
            time.sleep(0.05)
        cancel.set()

    threading.Thread(target=stop).start()
    with pytest.raises(PromotionStopped):
        run(source, cancel=cancel)
    assert all(gone(int(pid)) for pid in pids.read_text().split())
    copy = (tmp_path / "runs" / "r1" / "work.ipynb").read_text()
    assert "so far" in copy


def test_what_a_notebook_left_running_ends_with_it(run, tmp_path):
    done = run("import subprocess\nprint('pid', subprocess.Popen(['sleep', '600']).pid)")
    assert gone(int(printed(done).split()[1]))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_parent_that_dies_takes_worker_and_kernel_along(bench, tmp_path, number):
    pids = tmp_path / "pids"
    path = bench.write(
        "import os, time\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getppid()}} {{os.getpid()}}')\n"
        "time.sleep(600)"
    )
    script = (
        "import sys, pickle\n"
        "from pathlib import Path\n"
        "from jupyter_mesh.notebook.runner import PapermillRunner\n"
        "plan = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
        "PapermillRunner(Path(sys.argv[2])).run(plan, 'r1', {}, print)\n"
    )
    import pickle

    plan = pickle.dumps(bench.plan(path)).hex()
    parent = subprocess.Popen(
        [sys.executable, "-c", script, plan, str(tmp_path / "runs")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while not pids.exists() or not pids.read_text():
        assert parent.poll() is None, parent.stderr.read()
        time.sleep(0.05)
    os.kill(parent.pid, number)
    parent.wait(LONGEST)
    parent.stderr.close()
    assert all(gone(int(pid)) for pid in pids.read_text().split())


def test_a_worker_that_dies_is_told_with_its_last_words(run):
    with pytest.raises(NotebookError, match="ended with -9"):
        run("import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)")


def test_the_copy_is_saved_seldom_and_always_at_the_end(run, runs):
    cells = [f"print({number})" for number in range(40)]
    done = run(*cells)
    assert printed(done).split() == [str(number) for number in range(40)]
    assert [path.name for path in runs.rglob("*") if path.is_file()] == ["work.ipynb"]


def test_a_long_output_is_whole(run):
    done = run("for i in range(20_000): print(i)", "print('end')")
    assert printed(done).endswith("19999\nend\n")
