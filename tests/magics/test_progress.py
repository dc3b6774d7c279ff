"""Cells in a real kernel: progress, the Cancel button, interrupts, papermill."""

import json

import nbformat
import pytest

SETUP = """
from jupyter_mesh.magics import kernel
from jupyter_mesh.testing.mesh import ScriptedMesh
fake = ScriptedMesh()
fake.answers["SELECT slow"] = fake.forever
kernel.adopt(fake)
%load_ext jupyter_mesh
import pyarrow
"""


@pytest.fixture
def front(kernel_client):
    front = kernel_client
    assert not [m for m in front.run(SETUP) if m["header"]["msg_type"] == "error"]
    return front


def contents(messages, kind):
    return [m["content"] for m in messages if m["header"]["msg_type"] == kind]


def is_comm(message):
    return message["header"]["msg_type"] == "comm_open"


def test_a_fast_cell_shows_its_result_and_nothing_else(front):
    # A busy machine must not turn this cell into a slow one.
    front.run("from jupyter_mesh.magics import progress; progress.PATIENCE = 60")
    messages = front.run("%%mesh\nSELECT 1")
    front.run("progress.PATIENCE = 0.5")
    (result,) = contents(messages, "execute_result")
    assert "application/vnd.jupyter-mesh.result+json" in result["data"]
    assert "12.30" in result["data"]["text/html"]
    assert not contents(messages, "display_data")


def test_an_interrupt_stops_the_statement_on_its_engine(front):
    sent = front.send("%%mesh\nSELECT slow")
    before = list(
        front.messages(sent, until=lambda m: m["header"]["msg_type"] == "display_data")
    )
    assert contents(before, "display_data")
    front.manager.interrupt_kernel()
    (error,) = contents(list(front.messages(sent)), "error")
    assert error["ename"] == "Interrupted"
    assert error["traceback"] == ["Interrupted: the query was stopped."]
    assert front.value("fake.stopped.is_set()") == "True"
    assert front.value("1 + 1") == "2"


def test_an_interrupt_stops_a_cell_that_other_code_runs(front):
    sent = front.send("get_ipython().run_cell_magic('mesh', '', 'SELECT slow')")
    list(front.messages(sent, until=lambda m: m["header"]["msg_type"] == "display_data"))
    front.manager.interrupt_kernel()
    (error,) = contents(list(front.messages(sent)), "error")
    assert error["ename"] == "Interrupted"
    assert front.value("fake.stopped.is_set()") == "True"


def test_the_cancel_button_works_while_the_cell_runs(front):
    sent = front.send("%%mesh\nSELECT slow")
    opened = {}

    def is_button(message):
        if is_comm(message):
            state = message["content"]["data"].get("state", {})
            opened[state.get("_model_name")] = message["content"]["comm_id"]
        return message["header"]["msg_type"] == "display_data"

    list(front.messages(sent, until=is_button))
    click = front.client.session.msg(
        "comm_msg",
        {
            "comm_id": opened["ButtonModel"],
            "data": {"method": "custom", "content": {"event": "click"}},
        },
    )
    front.client.shell_channel.send(click)
    after = list(front.messages(sent))
    (error,) = contents(after, "error")
    assert error["ename"] == "QueryCancelled"
    assert contents(after, "clear_output")
    assert len(contents(after, "comm_close")) >= 3


def test_a_promotion_shows_text_instead_of_a_button(front):
    front.run("import os; os.environ['MESH_RUN_ID'] = 'r1'")
    try:
        sent = front.send("%%mesh\nSELECT slow")
        before = list(
            front.messages(sent, until=lambda m: m["header"]["msg_type"] == "display_data")
        )
        (line,) = contents(before, "display_data")
        assert line["data"]["text/plain"].startswith("running · ")
        assert "40 % · scanning" in line["data"]["text/plain"]
        # A page whose kernel is gone knows by this that the line will never change.
        assert line["metadata"] == {"jupyter_mesh": {"state": "running"}}
        assert not contents(before, "comm_open")
        front.manager.interrupt_kernel()
        list(front.messages(sent))
    finally:
        front.run("del os.environ['MESH_RUN_ID']")


def test_promote_replaces_its_steps_in_place(front):
    messages = front.run("%mesh promote aviation/delays")
    assert len(contents(messages, "display_data")) == 1
    said = contents(messages, "update_display_data")[-1]["data"]["text/plain"]
    assert said == "run      2/2  cell 2\ncheck    2 rules held"


def test_the_kernel_completes_table_names(front):
    front.client.complete("%%mesh\nSELECT * FROM la")
    reply = front.client.get_shell_msg(timeout=60)
    while reply["header"]["msg_type"] != "complete_reply":
        reply = front.client.get_shell_msg(timeout=60)
    assert reply["content"]["matches"] == ["lake"]
    kinds = reply["content"]["metadata"]["_jupyter_types_experimental"]
    assert kinds[0]["type"] == "catalog"


def notebook(*cells):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    made.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python",
        "language": "python",
    }
    return made


def test_papermill_stops_at_a_failed_statement(tmp_path):
    import papermill
    from papermill.exceptions import PapermillExecutionError

    source, target = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    wrong = "from jupyter_mesh.errors import StatementNotSupported as No\n"
    wrong += "fake.answers['SELECT x'] = No('the function x', line=1, column=8)"
    nbformat.write(
        notebook(SETUP, wrong, "%%mesh --into df\nSELECT 1", "%%mesh\nSELECT x", "after = 1"),
        source,
    )
    with pytest.raises(PapermillExecutionError) as raised:
        papermill.execute_notebook(str(source), str(target), progress_bar=False)
    assert raised.value.ename == "StatementNotSupported"
    assert "Traceback" not in str(raised.value.traceback)
    executed = json.loads(target.read_text())
    outputs = [cell["outputs"] for cell in executed["cells"] if cell["cell_type"] == "code"]
    (shown,) = [o for o in outputs[2] if o["output_type"] == "execute_result"]
    assert shown["data"]["application/vnd.jupyter-mesh.result+json"]["rows"] == 3
    assert outputs[4] == []
