"""A coordinator that is killed in the middle of a promotion, and is started again."""

import os
import signal

import pytest

from jupyter_mesh.errors import EngineUnavailable, MeshError
from jupyter_mesh.model.runs import Step
from jupyter_mesh.stack import Stack
from jupyter_mesh.stack.trino import Trino
from tests.faults.conftest import TOTALS, is_sound, opened, totals

pytestmark = pytest.mark.long


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
