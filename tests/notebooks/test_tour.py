"""The tour, run from top to bottom beside the demonstration's mesh."""

from pathlib import Path

import pytest

from jupyter_mesh.demo import tell_story

TOUR = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.long
def test_the_tour_runs_from_its_first_cell_to_its_last(tmp_path):
    import nbformat
    from nbclient import NotebookClient

    # A mesh of its own: the tour promotes and rolls back.
    assert len(list(tell_story(tmp_path / ".demo", lambda _progress: None))) == 4
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
