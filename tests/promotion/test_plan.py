from dataclasses import replace

import pytest

from jupyter_mesh.model.promises import promises
from jupyter_mesh.model.runs import Obstacle
from jupyter_mesh.model.tables import Pin
from jupyter_mesh.model.versions import Change

ID, AT = ("id", "bigint"), ("at", "varchar")


@pytest.fixture
def released(stage, make_port, make_product):
    """A product with one port, released once."""
    found = make_product(make_port("carriers", ID))
    stage.promote(stage.plan(found))
    return found


def test_the_first_release_is_1_0_0(stage):
    plan = stage.plan()
    assert str(plan.version) == "1.0.0"
    assert plan.version_decision.reasons == ("first release",)
    assert plan.previous is None


@pytest.mark.parametrize(
    ("claimed", "version"),
    [("0.1.0", "0.1.0"), ("3.0.0", "3.0.0"), ("1.0.0+r4", "1.0.0"), ("soon", "1.0.0")],
)
def test_a_first_release_takes_a_valid_claim(stage, make_product, claimed, version):
    assert str(stage.plan(make_product(version=claimed)).version) == version


def test_the_same_contract_is_a_refresh_with_its_reason(stage, released):
    plan = stage.plan(released)
    assert str(plan.version) == "1.0.0+r1"
    assert plan.version_decision.reasons == ("same contract, new data",)
    stage.promote(plan)
    assert str(stage.plan(released).version) == "1.0.0+r2"


@pytest.mark.parametrize(
    ("columns", "version", "reason"),
    [
        ((ID, AT), "1.1.0", "at"),
        ((AT,), "2.0.0", "id"),
        ((("id", "varchar"),), "2.0.0", "id"),
    ],
)
def test_the_contract_chooses_the_version(stage, released, make_port, columns, version, reason):
    changed = replace(released, outputs=(make_port("carriers", *columns),))
    plan = stage.plan(changed)
    assert str(plan.version) == version
    assert any(text.startswith("carriers: ") for text in plan.version_decision.reasons)
    assert reason in " ".join(plan.version_decision.reasons)


def test_a_change_after_refreshes_starts_a_new_count(stage, released, make_port):
    stage.promote(stage.plan(released))
    changed = replace(released, outputs=(make_port("carriers", ID, AT),))
    assert str(stage.plan(changed).version) == "1.1.0"


def test_a_new_port_is_minor_and_a_missing_one_is_major(stage, released, make_port):
    more = replace(released, outputs=(*released.outputs, make_port("routes", ID)))
    plan = stage.plan(more)
    assert str(plan.version) == "1.1.0"
    assert plan.version_decision.reasons == ("port routes was added",)
    stage.promote(plan)
    fewer = stage.plan(released)
    assert str(fewer.version) == "2.0.0"
    assert fewer.version_decision.change is Change.MAJOR
    assert fewer.version_decision.reasons == ("port routes was removed",)


def test_a_larger_claim_is_taken_and_a_smaller_one_is_not(stage, released, make_port):
    larger = replace(released, version="4.0.0")
    assert str(stage.plan(larger).version) == "4.0.0"
    assert "its descriptor claims 4.0.0" in stage.plan(larger).version_decision.reasons
    changed = replace(released, outputs=(make_port("carriers", AT),), version="1.0.1")
    assert str(stage.plan(changed).version) == "2.0.0"


def test_given_parameters_win_over_the_products_own(stage, make_product):
    found = make_product(parameters={"year": 2013, "month": 1})
    plan = stage.plan(found, parameters={"year": 2014})
    assert plan.parameters == {"year": 2014, "month": 1}


def test_a_plan_says_everything_that_it_was_given(stage):
    pin, obstacle = Pin(stage.plan().product.inputs[0].table, 7), Obstacle("something")
    plan = stage.plan(inputs=[pin], obstacles=[obstacle], gates=stage.gates)
    assert plan.inputs == (pin,)
    assert plan.obstacles == (obstacle,)
    assert plan.gates == ("checks",)
    assert plan.checks == sum(len(promises(o.contract)) for o in plan.product.outputs)
    assert not plan.is_clear


def test_planning_changes_nothing(stage):
    stage.plan()
    assert stage.made == []
