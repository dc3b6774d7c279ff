"""The results that a page shows, and the desk where it asks for more of them."""

from __future__ import annotations

from contextvars import copy_context
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakValueDictionary

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import InputError, MeshError, NameNotFound
from jupyter_mesh.magics.kernel import current
from jupyter_mesh.magics.pages import SENT_BYTES, between, packed
from jupyter_mesh.magics.saving import save

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.protocols import Result

TARGET = "jupyter_mesh.results"
_PACE = 0.3
_MOST = 100_000
# A result lives as long as the kernel's variables or its list of outputs hold it, no longer.
_shown: WeakValueDictionary[str, Any] = WeakValueDictionary()


def put(result: Result) -> str:
    """Make a result known to pages; the answer is the handle by which they ask for it."""
    handle = uuid4().hex
    _shown[handle] = result
    return handle


def found(handle: str) -> Result:
    """The result of a handle; NameNotFound when nobody holds it any more."""
    result: Result | None = _shown.get(handle)
    if result is None:
        raise NameNotFound(
            "result of this cell in the kernel", "any more", remedy="Run the cell again."
        )
    return result


def listen(shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
    """Let pages open a desk in a kernel's shell."""
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        kernel.comm_manager.register_target(TARGET, lambda comm, _message: Desk(comm))


class Desk:
    """Answers the requests of one page, each in a thread of its own.

    A request is `{"id", "do", "handle", ...}`; it is answered by one message with the same id,
    after any number of `{"id", "so_far"}`. What fails is answered with `error`, as everywhere.
    """

    def __init__(self, comm: Any) -> None:  # noqa: ANN401 - ipykernel's own comm
        self._comm = comm
        self._tickets: dict[int, QueryTicket] = {}
        comm.on_msg(self.hear)

    def hear(self, message: dict[str, Any]) -> None:
        """Begin what a message asks for."""
        asked = message["content"]["data"]
        if asked.get("do") == "stop":
            if ticket := self._tickets.get(asked["id"]):
                ticket.cancel()
            return
        # The context knows which cell or page the answer belongs to.
        context = copy_context()
        self._tickets[asked["id"]] = QueryTicket()
        Thread(target=context.run, args=(self._answer, asked), daemon=True).start()

    def _answer(self, asked: dict[str, Any]) -> None:
        number = asked["id"]
        try:
            said, buffers = self._done(asked, self._tickets[number])
        except MeshError as error:
            said, buffers = {"error": error.details()}, []
        except Exception as error:
            # The page waits for an answer: it must hear of anything.
            said, buffers = {"error": _unexpected(error)}, []
        self._tickets.pop(number, None)
        self._comm.send(said | {"id": number}, buffers=buffers)

    def _done(
        self, asked: dict[str, Any], ticket: QueryTicket
    ) -> tuple[dict[str, Any], list[bytes]]:
        result = found(asked["handle"])
        match asked.get("do"):
            case "rows":
                return _rows(result, int(asked["first"]), int(asked["limit"]))
            case "count":
                return {"total": _count(result, ticket, self._pace(asked["id"]))}, []
            case "save":
                path = save(
                    result,
                    str(asked["path"]),
                    ticket,
                    self._pace(asked["id"]),
                    replaces=bool(asked.get("replaces")),
                )
                return {"path": str(path), "total": result.stats.rows}, []
            case "stage":
                staged = current().stage(str(asked["port"]), result, ticket)
                return {"table": str(staged.table), "rows": staged.rows}, []
        raise InputError(f"Nobody here knows how to {asked.get('do')}.")

    def _pace(self, number: int) -> Callable[[int], None]:
        last = monotonic()

        def tell(rows: int) -> None:
            nonlocal last
            if monotonic() - last > _PACE:
                last = monotonic()
                self._comm.send({"id": number, "so_far": rows})

        return tell


def _rows(result: Result, first: int, limit: int) -> tuple[dict[str, Any], list[bytes]]:
    # One row more than asked tells whether that was the end.
    limit = max(0, min(limit, _MOST))
    batches = between(result.batches(), first, limit + 1)
    there = sum(batch.num_rows for batch in batches)
    data, rows = packed(between(batches, 0, limit), result.columns, SENT_BYTES)
    said: dict[str, Any] = {"rows": rows}
    if there <= limit:
        said["total"] = first + there
    return said, [data]


def _count(result: Result, ticket: QueryTicket, tell: Callable[[int], None]) -> int:
    total = 0
    for batch in result.batches():
        if ticket.is_cancelled:
            break
        total += batch.num_rows
        tell(total)
    if ticket.is_cancelled:
        raise InputError("Counting was stopped.")
    return total


def _unexpected(error: Exception) -> dict[str, Any]:
    return {
        "type": type(error).__name__,
        "message": f"The kernel could not do it: {type(error).__name__}: {error}",
        "remedy": "Run the cell again.",
    }
