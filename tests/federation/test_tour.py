"""The demonstration and the tour, unchanged, on both engines: every answer is the same."""

import json
import re
from pathlib import Path
from uuid import uuid4

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_mesh.demo import tell_story
from jupyter_mesh.mesh import Mesh

pytestmark = pytest.mark.long
TOUR = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
# Run before the first cell: whatever a cell asks is written down with its whole answer.
LISTEN = """
import json, re
from jupyter_mesh.mesh import Mesh

def listening(verb, heard):
    def answer(self, text, *rest, **more):
        result = verb(self, text, *rest, **more)
        rows = [list(map(repr, row)) for row in result.rows()]
        if not re.search("order by", text, re.IGNORECASE):
            rows.sort()
        asked = re.sub(r"\\d{15,}", "#", text)
        heard.append([asked, [str(column.type) for column in result.columns], rows])
        return result
    return answer

heard = []
Mesh.query, Mesh.read = listening(Mesh.query, heard), listening(Mesh.read, heard)
"""
TELL = "import pathlib; pathlib.Path({path!r}).write_text(json.dumps(heard))"


@pytest.fixture(scope="module")
def stories(trino, tmp_path_factory):
    """What each engine told: the lines of the story and the answers of each notebook."""
    lake = f"lake_{uuid4().hex[:12]}"
    found = {}
    for engine in ("embedded", "trino"):
        folder = tmp_path_factory.mktemp(engine)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MESH_ENGINE", engine)
            patch.setenv("MESH__ENGINES__TRINO__KIND", "trino")
            patch.setenv("MESH__ENGINES__TRINO__URL", trino.url)
            patch.setenv("MESH__ENGINES__TRINO__CATALOGS__LAKE", lake)
            found[engine] = told(folder, engine)
    return found


def told(folder, engine):
    """Tell the story, run the tour beside it, and look at what was released."""
    lines = list(tell_story(folder / ".demo", lambda _progress: None))
    with Mesh.open(folder / ".demo") as mesh:
        assert mesh.query("SELECT 1 AS n").stats.engine == engine
        releases = [described(mesh, release) for release in mesh.releases()]
    (folder / "notebooks").mkdir()
    answers = {path.stem: toured(path, folder) for path in TOUR}
    with Mesh.open(folder / ".demo") as mesh:
        assert mesh.fsck() == []
    return {"lines": lines, "releases": releases, "answers": answers}


def described(mesh, release):
    """What a release says of itself, and the rows of its ports."""
    checks = [(one.port, one.rule, one.outcome, one.observed) for one in release.checks]
    ports = {
        output.port: sorted(
            mesh.read(f"{release.product}@{release.version}", output.port).rows()
        )
        for output in release.outputs
    }
    decision = release.version_decision
    return str(release.version), decision.change, decision.reasons, checks, ports


def toured(path, folder):
    """Run a notebook with somebody listening; its answers."""
    notebook = nbformat.read(path, as_version=4)
    answers = folder / f"{path.stem}.json"
    first, last = LISTEN, TELL.format(path=str(answers))
    cells = [nbformat.v4.new_code_cell(first), *notebook.cells, nbformat.v4.new_code_cell(last)]
    notebook.cells = cells
    where = {"metadata": {"path": str(folder / "notebooks")}}
    NotebookClient(notebook, timeout=240, kernel_name="python3", resources=where).execute()
    ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in ran), path.name
    return json.loads(answers.read_text())


def plain(line):
    """What a line of the story says, but for where a run's files are."""
    return re.sub(r"executed copy is \S+", "", line.text)


def test_the_story_is_the_same(stories):
    here, there = stories["embedded"], stories["trino"]
    assert len(here["lines"]) == 4
    assert [line.heading for line in here["lines"]] == [line.heading for line in there["lines"]]
    assert [plain(line) for line in here["lines"]] == [plain(line) for line in there["lines"]]
    assert here["lines"][-1].rows == there["lines"][-1].rows
    assert here["releases"] == there["releases"]
    assert [release[0] for release in here["releases"]] == ["1.1.0", "1.0.0"]


@pytest.mark.parametrize("notebook", [path.stem for path in TOUR])
def test_every_answer_of_the_tour_is_the_same(stories, notebook):
    here, there = (stories[engine]["answers"][notebook] for engine in ("embedded", "trino"))
    assert here == there
