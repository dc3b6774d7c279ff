import json

import pytest

from jupyter_mesh.errors import StatementInvalid, StatementNotSupported
from jupyter_mesh.model.contract import Contract
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.product import InputPort, OutputPort
from jupyter_mesh.notebook.inspect import inspect

STAGES = 'mesh.stage("carriers", 1)'
OPEN = "%load_ext jupyter_mesh"
FLIGHTS = TableName("lake", "raw", "flights")


@pytest.fixture
def look(bench):
    """Inspect cells as the notebook of a product with one port."""

    def go(*cells, ports=("carriers",), parameters=None, reads=None):
        path = bench.write(*cells)
        outputs = [
            OutputPort(name, TableName("lake", "aviation_delays", name), Contract(name, ()))
            for name in ports
        ]
        product = bench.product(path, [InputPort("flights", FLIGHTS)], outputs)
        return inspect(product, parameters or {}, reads)

    return go


def found(obstacles, word):
    hits = [obstacle for obstacle in obstacles if word in obstacle.text]
    assert len(hits) == 1, obstacles
    return hits[0]


def test_a_notebook_that_can_be_promoted_has_nothing_in_its_way(look, make_text):
    cells = [
        make_text("# Delays"),
        OPEN,
        "import math\nvalues = [math.sqrt(x) for x in range(9)]",
        "%%mesh --into delays\nSELECT 1 AS one",
        "frame = delays.df()",
        "def late(row, *, limit=len(values)):\n    return row[0] > limit or later_made",
        "later_made = 5",
        "%%time\ntotal = sum(values)",
        "await mesh.something(total)\nprint(_)\nget_ipython()",
        "for name in values:\n    print(name, frame)\nelse:\n    pass",
        STAGES,
    ]
    assert look(*cells) == ()


def test_cells_are_counted_as_one_sees_them_and_lines_inside_them(look, make_text):
    obstacle = found(look(make_text("# text"), OPEN, STAGES, "a = 1\n\nb = = 2"), "not valid")
    assert (obstacle.cell, obstacle.line, obstacle.blocking) == (4, 3, True)
    assert obstacle.file == "work.ipynb"


def test_a_line_that_only_ipython_understands_is_no_fault(look):
    cell = (
        "files = !ls\nfolder = %pwd\nif True:\n    %matplotlib inline\nfiles?\n!echo {folder}"
    )
    assert look(OPEN, STAGES, cell) == ()


def test_a_return_outside_a_function_is_a_fault(look):
    assert found(look(OPEN, STAGES, "return 1"), "'return' outside function").blocking


def test_a_name_made_only_later_is_hidden_state(look):
    obstacle = found(look(OPEN, "frame.head()", "frame = 1", STAGES), "frame is used")
    assert (obstacle.cell, obstacle.line, obstacle.blocking) == (2, 1, True)
    assert "cell 3" in obstacle.text


def test_a_name_made_nowhere_is_noted(look):
    obstacle = found(look(OPEN, "print(lost)", "print(lost)", STAGES), "lost is used")
    assert not obstacle.blocking


@pytest.mark.parametrize(
    "cell",
    [
        "from math import *\nprint(pi)",
        "%run other.py\nprint(helper)",
        "exec('x = 1')\nprint(x)",
    ],
)
def test_what_a_cell_may_make_unseen_is_not_guessed_at(look, cell):
    assert look(OPEN, STAGES, cell) == ()


@pytest.mark.parametrize(
    "cell",
    [
        "x = x + 1",
        "x += 1",
        "[x for _a in range(3)]",
        "class A:\n    b = x",
        "def f(a=x): pass",
        "lambda a=x: a",
        "@x\ndef f(): pass",
        "%%mesh\nSELECT ':y', :x FROM t -- :z",
    ],
)
def test_every_way_of_needing_a_name_is_seen(look, cell):
    assert found(look(OPEN, cell, "x = 1", STAGES), "x is used here and made only in cell 3")


@pytest.mark.parametrize(
    "cell",
    [
        "import x",
        "import a.b as x",
        "for x in (): pass",
        "with open('f') as x: pass",
        "(x := 1)",
        "def x(): pass",
        "class x: pass",
        "x: int = 1",
        "try: pass\nexcept ValueError as x: pass",
        "match 1:\n    case x: pass",
        "match {}:\n    case {**x}: pass",
        "def f():\n    global x\n    x = 1",
        "[y for y in [1] if (x := y)]",
        "a, *x = 1, 2",
        "%%mesh --into x\nSELECT 1",
        "%%capture x\nprint(1)",
    ],
)
def test_every_way_of_making_a_name_is_seen(look, cell):
    assert look(OPEN, cell, "print(x)", STAGES) == ()


def test_questions_to_a_person_block(look):
    cell = "import getpass\ngetpass.getpass()\ninput('name')"
    obstacles = look(OPEN, STAGES, cell)
    assert [(o.line, o.blocking) for o in obstacles] == [(2, True), (3, True)]


@pytest.mark.parametrize(
    "cell",
    ["!pip install x", "%pip install x", "%%bash\npip install x", "!python -m pip install x"],
)
def test_an_installation_while_it_runs_blocks(look, cell):
    assert found(look(OPEN, STAGES, cell), "install changes").blocking


def test_a_credential_blocks_and_is_not_repeated(look, make_text):
    secret = "AKIA" + "ABCDEFGHIJKLMNOP"
    obstacles = look(OPEN, STAGES, make_text(f"use {secret}"), f"key = '{secret}'")
    hits = [obstacle for obstacle in obstacles if "access key" in obstacle.text]
    assert [hit.cell for hit in hits] == [3, 4]
    assert all(hit.blocking for hit in hits)
    assert secret not in repr(obstacles)


@pytest.mark.parametrize(
    ("path", "blocking"),
    [
        ("/home/ana/flights.csv", True),
        ("~/flights.csv", True),
        ("C:\\\\Users\\\\ana\\\\x.csv", True),
        ("/tmp/flights.csv", False),
        ("file:///data/x.csv", False),
    ],
)
def test_a_path_that_only_one_machine_has_is_named(look, path, blocking):
    assert found(look(OPEN, STAGES, f'name = "{path}"'), "is a path").blocking is blocking


@pytest.mark.parametrize("text", ["data/flights.csv", "/", "/api/v1/x", "~", "a: /b", "1/2"])
def test_other_texts_are_no_paths_of_a_machine(look, text):
    assert look(OPEN, STAGES, f"name = {text!r}") == ()


def test_an_undeclared_port_is_named_with_the_declared_ones(look):
    obstacle = found(look(OPEN, STAGES, 'mesh.stage("carrier", 1)'), "no output port carrier")
    assert obstacle.blocking
    assert "carriers" in obstacle.remedy
    cell = "%%mesh --limit 5 --stage=carrier\nSELECT 1"
    assert found(look(OPEN, STAGES, cell), "no output port carrier").cell == 3


def test_a_port_that_is_never_staged_blocks(look):
    obstacle = found(look(OPEN, "a = 1", ports=["carriers", "routes"]), "port routes")
    assert obstacle.blocking
    assert "%%mesh --stage routes" in obstacle.remedy


@pytest.mark.parametrize(
    "cell", ["name = 'carriers'\nmesh.stage(name, 1)", "print(mesh)", "%run helper.py"]
)
def test_a_port_that_may_be_staged_unseen_is_only_noted(look, cell):
    assert not found(look(OPEN, cell), "port carriers").blocking


def test_unknown_parameters_are_named_with_the_nearest(look, make_code):
    cells = (OPEN, make_code("year = 2013", "parameters"), STAGES)
    obstacle = found(look(*cells, parameters={"yaer": 1}), "no parameter 'yaer'")
    assert (obstacle.cell, obstacle.blocking) == (2, True)
    assert "year" in obstacle.remedy
    assert found(look(*cells, parameters={"year": "x"}), "of type integer").blocking
    assert look(*cells, parameters={"year": 2014}) == ()


def test_tables_that_no_input_declares_are_noted(look):
    airlines = TableName("ops", "main", "airlines")
    own = TableName("lake", "aviation_delays", "carriers")
    seen = []

    def reads(sql):
        seen.append(sql)
        return [FLIGHTS, own, airlines]

    cells = [OPEN, STAGES, "%%mesh --into x\nSELECT 1", 'mesh.query("SELECT 2")']
    obstacles = look(*cells, reads=reads)
    assert seen == ["SELECT 1", "SELECT 2"]
    assert [(o.cell, o.line, o.blocking) for o in obstacles] == [(3, 2, False), (4, 1, False)]
    assert all("ops.main.airlines" in obstacle.text for obstacle in obstacles)


@pytest.mark.parametrize(
    ("error", "blocking"),
    [
        (StatementInvalid("no FROM", line=2, column=1), True),
        (StatementNotSupported("PIVOT", line=2, column=1), False),
    ],
)
def test_a_statement_that_is_wrong_is_found_at_its_line(look, error, blocking):
    def reads(sql):
        raise error

    obstacle = found(look(OPEN, STAGES, "%%mesh\nSELECT\nx", reads=reads), error.message)
    assert (obstacle.cell, obstacle.line, obstacle.blocking) == (3, 3, blocking)


def test_cells_that_were_run_out_of_order_are_noted(bench, look):
    path = bench.write(OPEN, STAGES, "a = 1")
    node = json.loads(path.read_text())
    for cell, count in zip(node["cells"], (7, 5, 6), strict=True):
        cell["execution_count"] = count
    path.write_text(json.dumps(node))
    obstacles = inspect(bench.product(path), {})
    assert not found(obstacles, "another order").blocking


def test_a_file_that_is_no_notebook_is_the_only_obstacle(bench):
    path = bench.folder / "bad.ipynb"
    path.write_text("{")
    (obstacle,) = inspect(bench.product(path))
    assert obstacle.blocking
    assert "not JSON" in obstacle.text


def test_inspecting_runs_nothing(look, tmp_path):
    look(OPEN, STAGES, f"open({str(tmp_path / 'made')!r}, 'w')")
    assert not (tmp_path / "made").exists()
