"""A promotion in a notebook: its plan, a click that starts it, its steps, its end."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from traitlets import Dict, Unicode

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import InputError, MeshError
from jupyter_mesh.model.jobs import JobState
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.server import products, promotions
from jupyter_mesh.widgets.desk import Desk
from jupyter_mesh.widgets.house import Rooms, house_of, named
from jupyter_mesh.widgets.source import module, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.mesh import Mesh


class PromotionPanel(Desk):
    """The promotion of one product, in a process of its own that outlives this widget.

    A promotion of the product that is on its way already is shown as it goes on. `job` is
    what is known of it, empty before it was started; its `state` ends as published, refused,
    failed, cancelled or lost. `release` is what it published, empty until then. Raises
    NameNotFound when there is no such product.
    """

    _esm = module("promotion.js")
    _css = style()
    product = Unicode("", help="domain/product").tag(sync=True)
    job = Dict(help="The promotion as it stands, plain JSON.").tag(sync=True)
    release = Dict(help="What it published, plain JSON.").tag(sync=True)

    def __init__(self, mesh: Mesh, product: str) -> None:
        name = ProductName.parse(product)
        mesh.parts.products.product(name)
        super().__init__()
        self._lock = RLock()
        self._house = house_of(mesh, self._moved)
        routes = named(
            (*promotions.ROUTES, *products.ROUTES),
            plan=("POST", "plan"),
            start=("POST", "promotions"),
            running=("GET", "promotions"),
            job=("GET", "promotions/{id}"),
            cancel=("DELETE", "promotions/{id}"),
            release=("GET", "release"),
        )
        self._rooms = Rooms(self._house, routes)
        self.product = str(name)
        self._seek()

    def answer(self, ask: str, values: Mapping[str, Any], ticket: QueryTicket) -> Any:  # noqa: ANN401
        """The plan, a start, a stop, or the way back to the plan."""
        match ask:
            case "plan" | "start":
                wanted = {
                    "product": self.product,
                    "parameters": {
                        str(name): _typed(str(name), **one)
                        for name, one in (values.get("parameters") or {}).items()
                    },
                }
                answer = self._rooms.asked(ask, wanted, ticket)
                if ask == "start":
                    self._follow(answer["id"])
                return answer
            case "cancel":
                return self._rooms.asked("cancel", {"id": self.job.get("id", "")}, ticket)
            case "again":
                with self._lock:
                    self.job, self.release = {}, {}
                return {}
        raise InputError(f"Nobody here knows how to {ask}.")

    def _seek(self) -> None:
        """Follow the promotion of this product that is on its way."""
        wanted = {"product": self.product, "state": JobState.RUNNING.value}
        found = self._rooms.asked("running", wanted, QueryTicket())["items"]
        if found:
            self._follow(found[0]["id"])

    def _follow(self, job_id: str) -> None:
        with self._lock:
            # Asked for inside of the lock, what is shown never goes back in time.
            self.job = self._rooms.asked("job", {"id": job_id}, QueryTicket())
            if ref := self.job["release"]:
                # The page is told unasked: a kernel that is at work answers no questions.
                self.release = self._rooms.asked("release", {"ref": ref}, QueryTicket())

    def _moved(self, told: Mapping[str, Any]) -> None:
        """Show what has moved; told from a thread that must go on."""
        try:
            with self._lock:
                if told["id"] == self.job.get("id"):
                    self._follow(told["id"])
        except MeshError as error:
            self.send({"fault": error.details()})


def _typed(name: str, type: str = "string", value: Any = None) -> Any:  # noqa: A002, ANN401
    """What was typed into a field as a value of the parameter's type, whole numbers exact."""
    if not isinstance(value, str):
        return value
    try:
        match type:
            case "integer":
                return int(value)
            case "number":
                return int(value) if value.strip().lstrip("+-").isdigit() else float(value)
            case "array":
                return [line for line in value.splitlines() if line.strip()]
    except ValueError as error:
        raise InputError(
            f"{name} is {value!r}, which is no {type}.", remedy="Type a number, such as 3."
        ) from error
    return value
