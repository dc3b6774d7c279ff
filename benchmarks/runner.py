"""Our notebook engine against nbclient on the same 500 trivial cells, in one run.

python benchmarks/runner.py [cells] [rounds]: prints seconds a round, the best of each and
their ratio; the target is at most 1.05. A whole run in its own process is shown beside it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from papermill.engines import papermill_engines

from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.product import DataProduct
from jupyter_mesh.model.runs import Plan
from jupyter_mesh.model.versions import Change, Version, VersionDecision
from jupyter_mesh.notebook import engine
from jupyter_mesh.notebook.redact import Redactor
from jupyter_mesh.notebook.runner import PapermillRunner

TARGET = 1.05


def notebook(cells):
    node = nbformat.v4.new_notebook()
    node.cells = [nbformat.v4.new_code_cell(f"{number} + 1") for number in range(cells)]
    node.metadata["papermill"] = {}
    return node


def bare(cells, _folder):
    NotebookClient(notebook(cells), kernel_name="python3", timeout=60).execute()


def ours(cells, folder):
    engine.register()
    node = notebook(cells)
    engine.number_cells(node)
    papermill_engines.execute_notebook_with_engine(
        engine.NAME,
        node,
        "python3",
        output_path=folder / "executed.ipynb",
        redactor=Redactor(["never-there"]),
        watch=lambda _event: None,
        limits=(60, 600),
        cwd=str(folder),
    )


def process(cells, folder):
    path = folder / "source.ipynb"
    nbformat.write(notebook(cells), path)
    product = DataProduct(ProductName("a", "b"), str(folder), str(path), (), ())
    decision = VersionDecision(Change.NONE)
    plan = Plan(product, Actor("ana"), Version(1, 0, 0), decision, ())
    PapermillRunner(folder / "runs").run(plan, "r1", {}, lambda _progress: None)


def main(cells=500, rounds=3):
    best = {}
    print(f"{cells} cells      " + "".join(f"round {n + 1:<6}" for n in range(rounds)) + "best")
    for _warm in (bare, ours):
        with TemporaryDirectory() as folder:
            _warm(1, Path(folder))
    seconds = {work: [] for work in (bare, ours, process)}
    for _round in range(rounds):
        for work, took in seconds.items():
            with TemporaryDirectory() as folder:
                began = time.perf_counter()
                work(cells, Path(folder))
                took.append(time.perf_counter() - began)
    names = {bare: "nbclient", ours: "our engine", process: "own process"}
    for work, took in seconds.items():
        best[work] = min(took)
        shown = "".join(f"{value:<12.2f}" for value in took)
        print(f"{names[work]:<15}{shown}{best[work]:.2f} s")
    ratio = best[ours] / best[bare]
    print(f"our engine / nbclient = {ratio:.3f} (target at most {TARGET})")
    return 0 if ratio <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
