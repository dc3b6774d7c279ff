"""A page that a widget is on: asks over the widget's comm and hears what comes back."""

import time
from threading import Condition

import pytest


class Page:
    """The other end of a widget's comm."""

    def __init__(self, widget):
        self.widget, self.said, self.moved = widget, [], Condition()
        self.count = 0
        widget.comm.publish_msg = self.hear

    def hear(self, _kind, data=None, **_more):
        if data and data.get("method") == "custom":
            with self.moved:
                self.said.append(data["content"])
                self.moved.notify_all()

    def send(self, asked):
        content = {"method": "custom", "content": asked}
        self.widget.comm.handle_msg({"content": {"data": content}, "buffers": []})

    def begin(self, ask, **values):
        self.count += 1
        self.send({"id": f"q-{self.count}", "ask": ask, "values": values})
        return f"q-{self.count}"

    def heard(self, number, seconds=60):
        def answer():
            return next((one for one in self.said if one.get("id") == number), None)

        with self.moved:
            assert self.moved.wait_for(answer, seconds), self.said
            return answer()

    def ask(self, ask, **values):
        said = self.heard(self.begin(ask, **values))
        assert "error" not in said, said
        return said["answer"]

    def refused(self, ask, **values):
        return self.heard(self.begin(ask, **values))["error"]

    def until(self, true, seconds=120):
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.widget.get_state()
            time.sleep(0.05)


@pytest.fixture
def page():
    """Put a widget on a page; it is closed at the end."""
    shown = []

    def show(widget):
        shown.append(widget)
        return Page(widget)

    yield show
    for widget in shown:
        widget.close()
