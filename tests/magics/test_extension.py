import subprocess
import sys

LOAD = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "jupyter_mesh")
print(*sys.modules)
"""
HEAVY = {"duckdb", "pyarrow", "pandas", "pyiceberg", "sqlalchemy", "ipywidgets", "papermill"}


def test_loading_the_extension_loads_nothing_heavy(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"IPYTHONDIR": str(tmp_path), "PATH": "", "HOME": str(tmp_path)},
    )  # fmt: skip
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "jupyter_mesh" in loaded
    assert not HEAVY & loaded


def test_loading_opens_no_mesh(tmp_path):
    code = LOAD + "from jupyter_mesh.magics import kernel\nassert kernel.opened() is None\n"
    code += "assert repr(shell.user_ns['mesh']) == '<the mesh of this kernel>'"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=tmp_path)
