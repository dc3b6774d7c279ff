from importlib.metadata import version

from jupyter_mesh.notebook.environment import lock


def test_the_lock_is_a_requirements_file_of_what_is_installed():
    lines = lock()
    assert f"papermill=={version('papermill')}" in lines
    names = [line for line in lines if not line.startswith("#")]
    assert names == sorted(set(names), key=lambda line: line.partition("==")[0])
