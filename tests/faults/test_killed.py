"""A coordinator that is killed in the middle of a promotion, and is started again."""

import os
import signal

import pytest

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import EngineUnavailable, MeshError
from jupyter_mesh.model.runs import Step
from jupyter_mesh.stack import Stack
from jupyter_mesh.stack.trino import Trino
from tests.faults.conftest import TOTALS, is_sound, opened, totals

pytestmark = pytest.mark.long
SLOW = """
CREATE TABLE lake.raw.slow AS SELECT sum(a.id * b % 7) AS n
FROM lake.raw.orders AS a CROSS JOIN UNNEST(sequence(1, 10000)) AS t (b)
CROSS JOIN UNNEST(sequence(1, 10000)) AS u (c)
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """One Trino of our own, which gets its port again from start to start."""
    folder = tmp_path_factory.mktemp("doomed")
    stack = Stack(folder, kinds={"trino": Trino(is_brief=True)})
    stack.up(["trino"])
    yield stack
    stack.down(["trino"])


@pytest.fixture
def shop(small_folder, stack):
    with opened(small_folder, stack.up(["trino"])["trino"].url) as mesh:
        yield mesh
        stack.up(["trino"])


def killed_at(stack, step, done=0):
    """Hears of a promotion's steps, and kills the server when that one has come so far."""

    def told(progress):
        if (
            progress.step is step
            and progress.done >= done
            and (service := stack.found("trino"))
        ):
            os.kill(service.pid, signal.SIGKILL)
            stack.down(["trino"])

    return told


@pytest.mark.parametrize(("step", "done"), [(Step.RUN, 2), (Step.CHECK, 0)])
def test_a_promotion_whose_server_is_killed_publishes_nothing_and_then_succeeds(
    shop, stack, step, done
):
    with pytest.raises(MeshError) as caught:
        shop.promote("shop/orders", tell=killed_at(stack, step, done))
    assert "cannot be reached" in str(caught.value)
    assert caught.value.remedy
    assert shop.releases("shop/orders") == []
    assert is_sound(shop)
    stack.up(["trino"])
    # The same session meets the server that came back, which knows nothing of the former one.
    assert str(shop.promote("shop/orders").version) == "1.0.0"
    assert totals(shop) == totals(shop, "embedded") == TOTALS
    assert is_sound(shop)


def test_a_release_is_published_whatever_happens_to_the_server_by_then(shop, stack):
    release = shop.promote("shop/orders", tell=killed_at(stack, Step.PUBLISH))
    assert str(release.version) == "1.0.0"
    assert totals(shop, "embedded") == TOTALS
    assert is_sound(shop)
    with pytest.raises(EngineUnavailable) as caught:
        totals(shop)
    assert caught.value.remedy
    stack.up(["trino"])
    assert totals(shop) == TOTALS


def test_a_change_whose_server_is_killed_is_undone_or_whole(shop, stack):
    lake, engine = shop.parts.home, shop.parts.engine("remote")
    engine.patience = 3
    branches = len(lake.branches())

    def kill():
        os.kill(stack.found("trino").pid, signal.SIGKILL)
        stack.down(["trino"])

    def told(text, _percent):
        if "running" in text and stack.found("trino"):
            kill()

    with pytest.raises(EngineUnavailable) as caught:
        shop.query(SLOW, ticket=QueryTicket(told))
    assert caught.value.remedy
    assert lake.tables("raw") == ["orders"]
    assert len(lake.branches()) == branches
    stack.up(["trino"])
    merge = lake.merge

    def merged(branch):
        kill()
        return merge(branch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lake, "merge", merged)
        shop.query("CREATE TABLE lake.raw.copy AS SELECT * FROM lake.raw.orders")
    counted = "SELECT count(*) FROM lake.raw.copy"
    assert shop.query(counted, engine="embedded").rows() == [(100,)]
    stack.up(["trino"])
    assert shop.query(counted).rows() == [(100,)]
    assert is_sound(shop)
