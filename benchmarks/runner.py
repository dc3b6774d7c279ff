"""Our notebook engine against nbclient on the same 500 trivial cells, in one run.

python benchmarks/runner.py [cells] [rounds]: prints the best wall and CPU seconds of each and
their ratios; the target is at most 1.05. On a machine that does other work too, the CPU ratio
is the one to believe. A whole run in its own process is shown beside it.
"""

from __future__ import annotations

import resource
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


def measured(work, cells):
    """Wall seconds, and CPU seconds of this process and the kernel that it started."""
    with TemporaryDirectory() as folder:
        cpu, began = spent(), time.perf_counter()
        work(cells, Path(folder))
        return time.perf_counter() - began, spent() - cpu


def spent():
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main(cells=500, rounds=5):
    names = {bare: "nbclient", ours: "our engine", process: "own process"}
    for work in (bare, ours):
        measured(work, 1)
    taken = {work: [] for work in names}
    for _round in range(rounds):
        for work, took in taken.items():
            took.append(measured(work, cells))
    print(f"{cells} cells, best of {rounds} rounds")
    print(f"{'':<14}{'wall s':>8}{'CPU s':>8}")
    best = {}
    for work, took in taken.items():
        best[work] = tuple(map(min, zip(*took, strict=True)))
        print(f"{names[work]:<14}{best[work][0]:>8.2f}{best[work][1]:>8.2f}")
    wall, cpu = (best[ours][n] / best[bare][n] for n in (0, 1))
    print(f"our engine / nbclient: wall {wall:.3f}, CPU {cpu:.3f} (target at most {TARGET})")
    return 0 if wall <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
