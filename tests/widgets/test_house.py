"""Promises of the house: the kernel's own mesh and session answer, by the server's routes."""

import pytest

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import InputError
from jupyter_mesh.server import promotions, tree
from jupyter_mesh.widgets.house import Rooms, house_of, named


@pytest.fixture
def rooms(small_mesh):
    house = house_of(small_mesh, lambda _moved: None)
    routes = named(
        (*tree.ROUTES, *promotions.ROUTES),
        tree=("GET", "tree"),
        plan=("POST", "plan"),
        job=("GET", "promotions/{id}"),
    )
    yield Rooms(house, routes)
    house.index.close()


def test_answers_are_those_of_the_server(rooms):
    found = rooms.asked("tree", {"parent": "catalogs"}, QueryTicket())
    assert [row["label"] for row in found["items"]] == ["crm", "lake"]
    assert found["total"] == 2


def test_values_are_held_against_the_schema(rooms):
    with pytest.raises(InputError, match="limit"):
        rooms.asked("tree", {"limit": 5000}, QueryTicket())
    with pytest.raises(InputError):
        rooms.asked("plan", {"product": 3}, QueryTicket())
    with pytest.raises(InputError, match="dance"):
        rooms.asked("dance", {}, QueryTicket())


def test_the_session_is_the_kernel_s_at_every_moment(rooms, small_mesh):
    ticket = QueryTicket()
    small_mesh.as_of("2020-01-01")
    with rooms.visit("tree", {}, ticket) as visit:
        assert visit.mesh.session.as_of == small_mesh.session.as_of
        assert visit.mesh.parts is small_mesh.parts


def test_leaving_does_not_close_the_kernel_s_mesh(rooms, small_mesh):
    rooms.asked("tree", {"parent": "catalogs"}, QueryTicket())
    rooms.house.opened.close()
    assert small_mesh.query("SELECT 1").rows() == [(1,)]
