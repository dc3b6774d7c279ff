"""The magics on a real mesh: its engine, its catalog, its errors."""

from decimal import Decimal

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from jupyter_mesh.errors import NameNotFound, QueryError
from jupyter_mesh.magics import kernel
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.settings import starter

SLOW = (
    "SELECT count(*) FROM lake.raw.orders a, lake.raw.orders b, lake.raw.orders c "
    "WHERE a.id * b.id = c.id + 1"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("shop")
    (root / "mesh.yaml").write_text(starter("shop"))
    lines = [f"{n},{n / 4:.2f}" for n in range(3000)]
    (root / "orders.csv").write_text("\n".join(["id,price", *lines]) + "\n")
    with Mesh.open(root) as mesh:
        mesh.land(root / "orders.csv", "lake.raw.orders")
    return root


@pytest.fixture
def run(root, monkeypatch):
    monkeypatch.chdir(root)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False

    def run_cell(text):
        with capture_output() as captured:
            result = shell.run_cell(text)
        result.text = captured.stdout + captured.stderr
        return result

    run_cell("%load_ext jupyter_mesh")
    yield run_cell
    kernel.forget()
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


def test_the_first_cell_opens_the_mesh_of_the_folder(run):
    result = run("%%mesh\nSELECT count(*) AS n FROM raw.orders")
    assert result.success, result.text
    assert result.result.rows() == [(3000,)]
    assert "1 row · " in result.text


def test_values_are_bound_and_answers_are_exact(run):
    run('wanted = 3\nname = "x\'; DROP TABLE lake.raw.orders --"')
    result = run(
        "%%mesh --into answer\n"
        "SELECT CAST(price AS decimal(10,2)) AS price, :name AS name\n"
        "FROM lake.raw.orders WHERE id = :wanted"
    )
    assert result.success, result.text
    assert run("answer.rows()").result == [
        (Decimal("0.75"), "x'; DROP TABLE lake.raw.orders --")
    ]
    assert run("mesh.query('SELECT count(*) FROM raw.orders').rows()").result == [(3000,)]


def test_a_large_answer_shows_its_first_rows(run):
    result = run("%%mesh --limit 2\nSELECT id FROM lake.raw.orders ORDER BY id")
    assert "3,000 rows" in result.text
    assert "2 rows of 3,000 shown" in result.text
    assert result.result.df().shape == (3000, 1)


def test_a_result_of_plain_python_shows_itself_too(run):
    result = run("mesh.query('SELECT 1.10 AS price')")
    assert "1 row · " in result.text
    assert "decimal(3,2)" in result.text


def test_mistakes_are_named_without_a_stack(run):
    result = run("%%mesh\nSELECT * FROM lake.raw.ordres")
    assert isinstance(result.error_in_exec, NameNotFound)
    assert "lake.raw.orders" in result.text
    wrong = run("%%mesh\nSELECT id,\n  pirce\nFROM lake.raw.orders")
    assert isinstance(wrong.error_in_exec, QueryError)
    assert wrong.text.count("^") == 1
    assert "pirce" in wrong.text
    assert "Traceback" not in wrong.text + result.text


def test_lines_browse_and_describe(run):
    assert "lake.raw.orders" in run("%mesh browse lake.raw").text
    assert "bigint" in run("%mesh describe lake.raw.orders").text
    assert run("%mesh use lake.raw").success
    assert run("%%mesh\nSELECT 1 FROM orders LIMIT 1").success
    assert run("%mesh asof 2020-01-01").success
    assert not run("%%mesh\nSELECT 1 FROM orders").success
    assert run("%mesh asof now").success
    assert run("%%mesh\nSELECT 1 FROM orders LIMIT 1").success


def test_an_interrupt_stops_the_engine(kernel_client, root):
    front = kernel_client
    front.run(f"import os; os.chdir({str(root)!r})\n%load_ext jupyter_mesh")
    front.run("%%mesh\nSELECT 1")
    sent = front.send(f"%%mesh\n{SLOW}")
    list(front.messages(sent, until=lambda m: m["header"]["msg_type"] == "display_data"))
    front.manager.interrupt_kernel()
    (error,) = [
        m["content"] for m in front.messages(sent) if m["header"]["msg_type"] == "error"
    ]
    assert error["ename"] == "Interrupted"
    assert front.value("mesh.query('SELECT 1 AS x').rows()") == "[(1,)]"
