"""What starting costs: import, %load_ext, the shell, and a promotion without its notebook run.

Every figure is CPU seconds of a fresh process, the least of several. Run it with
`python benchmarks/start.py`; a figure above its target makes it end with 1.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_mesh.demo.story import PRODUCT, make

IMPORT = "import jupyter_mesh"
SHELL = (
    "from IPython.core.interactiveshell import InteractiveShell\nshell = InteractiveShell()\n"
)
LOAD = SHELL + "shell.run_line_magic('load_ext', 'jupyter_mesh')"
ROUNDS = 5


def cpu(code: str) -> float:
    """CPU seconds of a Python process that runs the code, the least of several rounds."""
    found = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def first_answer(folder: Path) -> float:
    """CPU seconds of a process that opens the mesh and counts the flights in its lake."""
    return cpu(
        "from jupyter_mesh import Mesh\n"
        f"Mesh.open({str(folder)!r}).query('SELECT count(*) FROM lake.raw.flights').rows()"
    )


def promotion(folder: Path) -> tuple[float, float]:
    """Wall seconds of a cold promotion of the demonstration: outside its run, and in all."""
    code = (
        "import time; began = time.monotonic()\n"
        "from jupyter_mesh import Mesh\n"
        "seen = []\n"
        "tell = lambda it: seen.append((it.step.value, time.monotonic()))\n"
        f"Mesh.open({str(folder)!r}).promote({PRODUCT!r}, tell=tell)\n"
        "ended = time.monotonic()\n"
        "runs = [at for step, at in seen if step == 'run']\n"
        "print(ended - began - (runs[-1] - runs[0]), ended - began)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    outside, whole = done.stdout.split()[-2:]
    return float(outside), float(whole)


def main() -> int:
    began = time.monotonic()
    nothing, shell = cpu("pass"), cpu(SHELL)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        make(demo)
        answer = first_answer(demo) - nothing
        outside, whole = promotion(demo)
    rows = [
        ("import jupyter_mesh, CPU s", cpu(IMPORT) - nothing, 0.3),
        ("%load_ext jupyter_mesh, CPU s", cpu(LOAD) - shell, 0.6),
        (
            "mesh --help, CPU s",
            cpu(
                "import sys; sys.argv = ['mesh', '--help']\n"
                "from jupyter_mesh.cli import main\nmain()"
            ),
            0.4,
        ),
        ("first answer from a lake, CPU s", answer, 1.2),
        ("promotion without its run, wall s", outside, 3.0),
    ]
    print(f"{'what':36} {'found':>8} {'target':>8}")
    for what, found, target in rows:
        print(f"{what:36} {found:8.3f} {target:8.3f}")
    print(
        f"the whole promotion took {whole:.1f} s; measured in {time.monotonic() - began:.0f} s"
    )
    return int(any(found > target for _, found, target in rows))


if __name__ == "__main__":
    sys.exit(main())
