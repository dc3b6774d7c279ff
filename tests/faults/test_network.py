"""Twenty seconds without a network, in a statement and in a promotion."""

from collections import Counter
from itertools import product
from threading import Event, Thread, Timer

import pytest

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import EngineUnavailable
from jupyter_mesh.model.runs import Step
from tests.faults.conftest import TOTALS, is_sound, opened, totals
from tests.faults.roads import Wire
from tests.waiting import LONGEST

pytestmark = pytest.mark.long
CUT = 20.0
# Seconds of work, and an answer that is known.
MANY, MORE = 10_000, 10_000
SLOW = (
    "SELECT count(*), sum(a * b % 7) "
    f"FROM UNNEST(sequence(1, {MANY})) AS x (a) CROSS JOIN "
    f"(SELECT b + c AS b FROM UNNEST(sequence(1, {MORE // 10})) AS y (b) "
    f"CROSS JOIN UNNEST(sequence(0, {MORE - MORE // 10}, {MORE // 10})) AS z (c))"
)


def answer():
    left, right = (Counter(n % 7 for n in range(1, size + 1)) for size in (MANY, MORE))
    return MANY * MORE, sum(left[a] * right[b] * (a * b % 7) for a, b in product(left, right))


@pytest.fixture(scope="module")
def wire(trino):
    try:
        wire = Wire(trino.url)
    except (PermissionError, FileNotFoundError) as error:
        pytest.skip(f"No wire of our own can be laid on this machine: {error}")
    yield wire
    wire.close()


@pytest.fixture
def shop(small_folder, wire):
    with opened(small_folder, wire.url) as mesh:
        yield mesh


def test_twenty_seconds_without_a_network_lose_nothing(shop, wire):
    found, running, healed, early = [], Event(), Event(), []

    def ask():
        ticket = QueryTicket(lambda text, _percent: "running" in text and running.set())
        found.extend(shop.query(SLOW, ticket=ticket).rows())

    def heal():
        early.extend(found)
        wire.mend()
        healed.set()

    asking = Thread(target=ask)
    mending = Timer(CUT, heal)

    def told(progress):
        if progress.step is Step.CHECK and not asking.ident:
            asking.start()
            assert running.wait(LONGEST)
            wire.cut()
            mending.start()

    with pytest.raises(EngineUnavailable) as caught:
        shop.promote("shop/orders", tell=told)
    assert caught.value.remedy
    assert healed.wait(LONGEST)
    mending.join()
    # What ran when the road was cut goes on; what was begun meanwhile has said so.
    assert early == []
    asking.join()
    assert found == [answer()]
    assert is_sound(shop)
    assert shop.releases("shop/orders") == []
    assert str(shop.promote("shop/orders").version) == "1.0.0"
    assert totals(shop) == totals(shop, "embedded") == TOTALS
    assert is_sound(shop)
