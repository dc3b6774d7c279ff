"""The desk of a widget: what its picture asks is answered here, each question in a thread."""

from __future__ import annotations

from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, Any

from anywidget import AnyWidget

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import InputError, MeshError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Desk(AnyWidget):
    """A widget whose picture asks over the widget's own comm, and nowhere else.

    A question is `{"id", "ask", "values"}`; it is answered by one message with the same id and
    either `answer` or `error`. `{"id", "ask": "stop"}` stops the one with that id.
    """

    def __init__(self) -> None:
        super().__init__()
        # A question names the shell that is to hear it, so that it is heard while a cell runs.
        # ipykernel 7.4 would send it to the shell that spoke last instead, the busy one too.
        self.comm._reply_subshell_for = None
        self._tickets: dict[str, QueryTicket] = {}
        self.on_msg(self._hear)

    def answer(self, ask: str, values: Mapping[str, Any], ticket: QueryTicket) -> Any:  # noqa: ANN401, ARG002
        """Answer one question with plain JSON; a MeshError is told with its remedy."""
        raise InputError(f"Nobody here knows how to {ask}.")

    def _hear(self, _widget: object, asked: Any, _buffers: object) -> None:  # noqa: ANN401
        if not isinstance(asked, dict) or not isinstance(asked.get("id"), str):
            return
        number = asked["id"]
        if asked.get("ask") == "stop":
            if ticket := self._tickets.get(number):
                ticket.cancel()
            return
        self._tickets[number] = QueryTicket()
        # The context knows which cell or page the answer belongs to.
        context = copy_context()
        Thread(target=context.run, args=(self._reply, asked), daemon=True).start()

    def _reply(self, asked: Mapping[str, Any]) -> None:
        number = asked["id"]
        try:
            ask, values = str(asked.get("ask")), asked.get("values") or {}
            said = {"answer": self.answer(ask, values, self._tickets[number])}
        except MeshError as error:
            said = {"error": error.details()}
        except Exception as error:
            # The picture waits for an answer: it must hear of anything.
            said = {"error": _unexpected(error)}
        self._tickets.pop(number, None)
        self.send({"id": number, **said})


def _unexpected(error: Exception) -> dict[str, Any]:
    return {
        "type": type(error).__name__,
        "message": f"The kernel could not do it: {type(error).__name__}: {error}",
        "remedy": "Run the cell again.",
    }
