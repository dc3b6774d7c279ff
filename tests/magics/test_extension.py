import subprocess
import sys

LOAD = """
import sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = time.process_time()
shell.run_line_magic("load_ext", "jupyter_mesh")
print(time.process_time() - before, *sys.modules)
"""
HEAVY = {"duckdb", "pyarrow", "pandas", "pyiceberg", "sqlalchemy", "ipywidgets", "papermill"}


def test_loading_the_extension_costs_little_and_loads_nothing_heavy(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"IPYTHONDIR": str(tmp_path), "PATH": "", "HOME": str(tmp_path)},
    )  # fmt: skip
    seconds, *modules = done.stdout.split()
    assert float(seconds) < 0.6
    assert not HEAVY & {name.partition(".")[0] for name in modules}


def test_loading_opens_no_mesh(tmp_path):
    code = LOAD + "from jupyter_mesh.magics import kernel\nassert kernel.opened() is None\n"
    code += "assert repr(shell.user_ns['mesh']) == '<the mesh of this kernel>'"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=tmp_path)
