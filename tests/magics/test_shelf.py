import gc
from base64 import b64decode
from threading import Event

import pyarrow as pa
import pytest

from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.magics import shelf
from jupyter_mesh.magics.display import MIME, Answer, Preview
from jupyter_mesh.magics.shelf import Desk, found, put
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.tables import Snapshot
from jupyter_mesh.testing.mesh import numbers
from tests.waiting import LONGEST


class Page:
    """The other end of a desk."""

    def __init__(self):
        self.said, self.buffers, self.answered = [], [], Event()
        self.desk = Desk(self)

    def on_msg(self, hear):
        self.hear = hear

    def send(self, data, buffers=()):
        self.said.append(data)
        if "so_far" not in data:
            self.buffers = list(buffers)
            self.answered.set()

    def ask(self, **data):
        self.answered.clear()
        self.hear({"content": {"data": {"id": 1, **data}}})
        assert self.answered.wait(LONGEST)
        return self.said[-1]


def test_a_result_is_known_only_while_somebody_holds_it():
    result = numbers(3)
    handle = put(result)
    assert found(handle) is result
    del result
    gc.collect()
    with pytest.raises(NameNotFound) as caught:
        found(handle)
    assert caught.value.remedy == "Run the cell again."


def test_the_bundle_has_the_first_rows_and_the_handle():
    result = numbers(1234)
    record = Answer(result, Preview.of(result))._repr_mimebundle_()[MIME]
    page = pa.ipc.open_stream(b64decode(record["arrow"])).read_all()
    assert (page.num_rows, record["shown"], record["rows"]) == (1000, 1000, 1234)
    assert found(record["handle"]) is result


def test_a_limit_holds_for_the_grid_as_well():
    assert Preview.of(numbers(50), 5).paged == 5


def test_a_run_keeps_few_rows_in_its_notebook(monkeypatch):
    monkeypatch.setenv("MESH_RUN_ID", "r-1")
    assert Preview.of(numbers(50)).paged == 20


def test_more_rows_come_in_steps_and_the_last_tells_the_total():
    result = numbers(25)
    page, handle = Page(), put(result)
    assert page.ask(do="rows", handle=handle, first=0, limit=10) == {"id": 1, "rows": 10}
    said = page.ask(do="rows", handle=handle, first=20, limit=10)
    assert said == {"id": 1, "rows": 5, "total": 25}
    rows = pa.ipc.open_stream(page.buffers[0]).read_all()
    assert rows.column("n").to_pylist() == [20, 21, 22, 23, 24]
    assert page.ask(do="rows", handle=handle, first=15, limit=10)["total"] == 25


def test_rows_are_counted_and_the_count_is_told_on_the_way(monkeypatch):
    monkeypatch.setattr(shelf, "_PACE", -1.0)
    result = numbers(25)
    page = Page()
    assert page.ask(do="count", handle=put(result)) == {"id": 1, "total": 25}
    assert {"id": 1, "so_far": 10} in page.said


def test_a_result_is_saved(tmp_path):
    result = numbers(3)
    said = Page().ask(do="save", handle=put(result), path=str(tmp_path / "r.csv"))
    assert said["path"] == str(tmp_path / "r.csv")
    assert len((tmp_path / "r.csv").read_text().splitlines()) == 4


def test_a_result_is_staged_by_the_mesh_of_the_kernel(monkeypatch):
    asked = []

    class Drafts:
        def stage(self, port, data, ticket):
            asked.append((port, data))
            table = TableName("lake", "shop_orders", port)
            return Snapshot(table, "m1", "u1", 1, 1, 3, ())

    monkeypatch.setattr(shelf, "current", Drafts)
    result = numbers(3)
    said = Page().ask(do="stage", handle=put(result), port="orders")
    assert said == {"id": 1, "table": "lake.shop_orders.orders", "rows": 3}
    assert asked == [("orders", result)]


@pytest.mark.parametrize(
    ("asked", "type_"),
    [
        ({"do": "rows", "handle": "gone", "first": 0, "limit": 1}, "NameNotFound"),
        ({"do": "dance"}, "InputError"),
        ({"do": "rows", "first": "x", "limit": 1}, "ValueError"),
        ({"do": "save", "path": "r.doc"}, "InputError"),
    ],
)
def test_what_fails_is_answered(asked, type_):
    result = numbers(3)
    error = Page().ask(**{"handle": put(result)} | asked)["error"]
    assert error["type"] == type_
    assert error["message"]


def test_a_request_can_be_stopped(tmp_path):
    result, page = numbers(30), Page()
    reached, go_on = Event(), Event()
    pull = result.batches

    def slowly():
        for batch in pull():
            reached.set()
            assert go_on.wait(LONGEST)
            yield batch

    result.batches = slowly
    asked = {"id": 1, "do": "save", "handle": put(result), "path": str(tmp_path / "r.csv")}
    page.hear({"content": {"data": asked}})
    assert reached.wait(LONGEST)
    page.hear({"content": {"data": {"id": 1, "do": "stop"}}})
    go_on.set()
    assert page.answered.wait(LONGEST)
    assert page.said[-1]["error"]["type"] == "QueryCancelled"
    assert list(tmp_path.iterdir()) == []
