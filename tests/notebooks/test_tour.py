"""The tour, run from top to bottom beside the demonstration's mesh."""

import shutil
from pathlib import Path

import pytest

TOUR = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.long
def test_the_tour_runs_from_its_first_cell_to_its_last(demo_folder, tmp_path):
    import nbformat
    from nbclient import NotebookClient

    shutil.copytree(demo_folder, tmp_path / ".demo")
    (tmp_path / "notebooks").mkdir()
    assert len(TOUR) == 4
    for path in TOUR:
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": str(tmp_path / "notebooks")}},
        )
        client.execute()
        ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.execution_count for cell in ran), path.name
