import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_mesh.errors import (
    ConflictError,
    ContractError,
    NotebookError,
    PromotionRefused,
    PromotionStopped,
    StorageError,
)
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.policy import Decision, Reason
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.runs import Obstacle, Step
from jupyter_mesh.model.tables import Access, AuditEntry, Pin
from jupyter_mesh.notebook.runner import PapermillRunner
from jupyter_mesh.testing.fake_catalog import START
from jupyter_mesh.testing.fakes import FakeAnnouncer, FakeGate
from tests.waiting import LONGEST

ROAD = [
    "lease product aviation/delays",
    "sweep",
    "save_run running",
    "open_branch",
    "create_schema aviation_delays",
    "run",
    "staged",
    "check carriers v1.json",
    "check routes v2.json",
    "gate checks",
    "staged",
    "publish 1.0.0",
    "save_run published",
    "announce tags",
    "delivered tags",
    "announce record",
    "delivered record",
]


def left_open(stage):
    return stage.catalog.branches()


def test_a_clean_run_is_released_in_the_order_of_the_road(stage):
    release = stage.promote()
    assert stage.made == ROAD
    assert str(release.version) == "1.0.0"
    assert release.digest
    assert [output.port for output in release.outputs] == ["carriers", "routes"]
    assert release.outputs[0].contract == "id: carriers"
    assert len(release.outputs[0].contract_digest) == 64
    assert release.files == {"product.odps.yaml": "kind: DataProduct\n"}
    assert stage.state().state == "published"
    assert stage.state().facts["version"] == "1.0.0"


def test_every_step_is_told_in_order(stage):
    stage.promote()
    steps = list(dict.fromkeys(progress.step for progress in stage.progress))
    assert steps == [s for s in Step if s is not Step.PLAN]


def test_the_release_keeps_no_path_of_this_machine(stage):
    release = stage.promote()
    assert release.run.notebook == "delays.ipynb"
    assert not release.run.executed.startswith("/")


def test_the_notebook_is_told_its_branch_and_nothing_of_others(stage):
    seen = {}

    def work(plan, environment):
        seen.update(environment)
        for output in plan.product.outputs:
            stage.catalog.write(output.table, environment["MESH_BRANCH"])

    stage.runner.work = work
    stage.promote()
    assert seen["MESH_BRANCH"] == f"lake~{seen['MESH_RUN_ID']}"
    assert seen["MESH_PRODUCT"] == "aviation/delays"
    assert seen["MESH_USER"] == "ana"
    assert seen["MESH_PATH"] == "/mesh"


def test_the_second_release_is_a_refresh(stage):
    stage.promote()
    again = stage.promote()
    assert str(again.version) == "1.0.0+r1"
    assert again.reason == "same contract, new data"
    assert again.previous


def test_who_waited_is_numbered_after_the_release_before(stage):
    stale = stage.plan()
    stage.promote()
    assert str(stage.promote(stale).version) == "1.0.0+r1"


def test_a_failed_check_leaves_nothing_behind(stage):
    rows = ({"id": None},)
    stage.checker.outcome, stage.checker.rows = Outcome.FAILED, rows
    refusal = Decision((Reason("checks", "carriers.id is null in 1 row"),))
    stage.gates[:] = [FakeGate(refusal, "checks", stage.calls)]
    with pytest.raises(PromotionRefused, match="id is null") as caught:
        stage.promote()
    assert caught.value.rows == rows * 2
    assert not stage.catalog.published
    assert not stage.catalog.main
    assert not left_open(stage)
    assert stage.state().state == "refused"
    assert "id is null" in stage.state().facts["reason"]


def test_every_gate_is_asked_even_when_the_first_refuses(stage):
    stage.gates[:] = [
        FakeGate(Decision((Reason("a", "first"),)), "a", stage.calls),
        FakeGate(Decision((Reason("b", "second"),)), "b", stage.calls),
    ]
    with pytest.raises(PromotionRefused) as caught:
        stage.promote()
    assert caught.value.decision.reasons == ("first", "second")


def test_a_note_does_not_refuse_and_is_kept(stage):
    note = Reason("checks", "one warning", blocking=False)
    stage.gates[:] = [FakeGate(Decision((note,)), "checks", stage.calls)]
    assert note in stage.promote().decision.notes


@pytest.mark.parametrize(
    "call",
    [
        "open_branch",
        "create_schema",
        "run",
        "staged",
        "check",
        "gate",
        "publish",
    ],
)
@pytest.mark.parametrize("failure", [StorageError("disk full"), KeyboardInterrupt()])
def test_a_failure_at_any_step_leaves_nothing_behind(stage, call, failure):
    stage.calls.failures[call] = failure
    with pytest.raises(type(failure)):
        stage.promote()
    assert not stage.catalog.main
    assert not stage.catalog.published
    assert not left_open(stage)
    assert stage.state().state == "failed"
    assert stage.progress[-1].failed
    del stage.calls.failures[call]
    assert str(stage.promote().version) == "1.0.0"


def test_a_failure_after_the_commit_does_not_undo_the_release(stage):
    publish = stage.catalog.publish

    def lost_answer(branch, release):
        publish(branch, release)
        raise StorageError("the connection broke")

    stage.catalog.publish = lost_answer
    release = stage.promote()
    assert release.digest
    assert stage.state().state == "published"
    assert "abandon" not in stage.made


def test_an_interrupt_after_the_commit_is_raised_and_the_release_stands(stage):
    publish = stage.catalog.publish

    def interrupted(branch, release):
        publish(branch, release)
        raise KeyboardInterrupt

    stage.catalog.publish = interrupted
    with pytest.raises(KeyboardInterrupt):
        stage.promote()
    assert stage.catalog.published
    assert stage.state().state == "published"


def test_a_branch_that_cannot_be_abandoned_does_not_hide_why(stage):
    stage.calls.failures["run"] = NotebookError("cell 3 failed")
    stage.calls.failures["abandon"] = StorageError("database is away")
    with pytest.raises(NotebookError, match="cell 3") as caught:
        stage.promote()
    assert any("database is away" in note for note in caught.value.__notes__)


def test_a_blocking_obstacle_stops_it_before_anything_happens(stage):
    obstacle = Obstacle("input() waits.", "Take a parameter.", 3, 2, "delays.ipynb")
    said = r"delays\.ipynb cell 3 line 2: input\(\) waits\. Take a parameter\."
    with pytest.raises(PromotionRefused, match=said):
        stage.promote(stage.plan(obstacles=[obstacle, Obstacle("a note", blocking=False)]))
    assert stage.made == []


def test_a_run_that_stages_nothing_is_told_how(stage):
    stage.runner.work = lambda plan, environment: None
    with pytest.raises(NotebookError, match="staged nothing") as caught:
        stage.promote()
    assert 'mesh.stage("carriers", frame)' in caught.value.remedy
    assert caught.value.notebook
    assert not left_open(stage)


def test_a_missing_port_is_named(stage):
    carriers = stage.plan().product.outputs[0]
    stage.runner.work = lambda plan, env: stage.catalog.write(
        carriers.table, env["MESH_BRANCH"]
    )
    with pytest.raises(NotebookError, match="nothing for routes"):
        stage.promote()


def test_a_table_that_no_port_declares_is_named(stage):
    stray = TableName("lake", "raw", "stray")
    stage.runner.work = lambda plan, env: stage.catalog.write(stray, env["MESH_BRANCH"])
    with pytest.raises(ContractError, match=r"lake\.raw\.stray"):
        stage.promote()
    assert not left_open(stage)


def test_what_was_checked_is_what_is_published(stage):
    check = stage.checker.check

    def check_and_write(port, snapshot, contract, session):
        stage.catalog.write(snapshot.table, session.branch)
        return check(port, snapshot, contract, session)

    stage.checker.check = check_and_write
    with pytest.raises(ConflictError, match="after it had been checked"):
        stage.promote()
    assert not stage.catalog.published


def test_the_checks_see_exactly_the_staged_snapshots(stage):
    sessions = []
    check = stage.checker.check

    def keep(port, snapshot, contract, session):
        sessions.append(session)
        return check(port, snapshot, contract, session)

    stage.checker.check = keep
    release = stage.promote()
    served = {output.snapshot.table: output.snapshot for output in release.outputs}
    assert all(session.pins == served for session in sessions)


def test_a_table_that_moved_meanwhile_is_a_conflict_with_a_way_on(stage):
    run = stage.runner.run

    def slow_run(plan, *args, **kwargs):
        done = run(plan, *args, **kwargs)
        table = plan.product.outputs[0].table
        other = stage.catalog.open_branch("other", None, ())
        stage.catalog.main[table] = stage.catalog.write(table, other.name)
        stage.catalog.abandon(other.name)
        return done

    stage.runner.run = slow_run
    with pytest.raises(ConflictError, match=r"1\.0\.0 was not published") as caught:
        stage.promote()
    assert "Promote again" in caught.value.remedy


def test_of_two_promotions_at_once_one_is_told_who_runs(stage):
    inside, go_on = threading.Event(), threading.Event()

    def work(plan, environment):
        inside.set()
        go_on.wait(LONGEST)
        for output in plan.product.outputs:
            stage.catalog.write(output.table, environment["MESH_BRANCH"])

    stage.runner.work = work
    first = threading.Thread(target=stage.promote)
    first.start()
    assert inside.wait(LONGEST)
    with pytest.raises(ConflictError, match="held by ana, run"):
        stage.promote()
    go_on.set()
    first.join()
    assert [str(release.version) for release in stage.catalog.releases()] == ["1.0.0"]


def test_of_two_promotions_at_once_one_may_wait(stage):
    threads = [threading.Thread(target=stage.promote, kwargs={"wait": 10}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {str(r.version) for r in stage.catalog.releases()} == {"1.0.0", "1.0.0+r1"}


def test_a_stop_is_obeyed_before_the_release(stage):
    cancel = threading.Event()
    stage.gates[0].decide = lambda plan, results: (cancel.set(), Decision())[1]
    with pytest.raises(PromotionStopped):
        stage.promote(cancel=cancel)
    assert not stage.catalog.published
    assert not left_open(stage)


def test_the_inputs_are_what_the_run_read(stage):
    plan = stage.plan()
    flights, other = plan.product.inputs[0].table, TableName("ops", "main", "airlines")
    known = Pin(flights, 7, release="raw/flights@1.0.0")
    own = plan.product.outputs[0].table

    def work(plan, environment):
        pins = (Pin(flights, 7), Pin(other, digest="d"), Pin(own, 1))
        for _again in range(2):
            run_id = environment["MESH_RUN_ID"]
            entry = AuditEntry(START, "ana", "query", "SELECT", run_id, Access(pins))
            stage.catalog.record(entry)
        for output in plan.product.outputs:
            stage.catalog.write(output.table, environment["MESH_BRANCH"])

    stage.runner.work = work
    release = stage.promote(replace(plan, inputs=(known,)))
    assert release.inputs == (known, Pin(other, digest="d"))
    notes = [note.text for note in release.decision.notes]
    assert notes == ["ops.main.airlines was read and is no declared input."]


def test_a_failed_announcement_is_noted_and_told_the_next_time(stage):
    stage.calls.failures["announce tags"] = OSError("server is away")
    release = stage.promote()
    assert release.digest
    assert [notice.kind for notice in stage.catalog.outbox()] == ["tags"]
    assert any(progress.failed and "tags" in progress.text for progress in stage.progress)
    del stage.calls.failures["announce tags"]
    before = len(stage.made)
    stage.promote()
    # Before the branch is opened: a late tag would move main under it.
    assert stage.made[before:].index("announce tags") < stage.made[before:].index("open_branch")
    assert not stage.catalog.outbox()


def test_an_announcer_is_told_the_products_folder(stage):
    stage.announcers[:] = [FakeAnnouncer("record")]
    release = stage.promote()
    assert stage.announcers[0].told == [(release, "/mesh/products/aviation/delays")]


def test_a_database_that_is_away_after_the_commit_is_told_and_no_failure(stage):
    stage.calls.failures["save_run published"] = StorageError("database is away")
    assert stage.promote().digest
    assert "database is away" in stage.progress[-1].text


def test_a_real_notebook_that_fails_is_kept_and_found_from_its_run(stage, tmp_path):
    source = tmp_path / "delays.ipynb"
    cell = {"cell_type": "code", "metadata": {}, "source": "1 / 0", "outputs": []}
    node = {"cells": [cell | {"execution_count": None}], "metadata": {}, "nbformat": 4}
    source.write_text(json.dumps(node | {"nbformat_minor": 4}))
    stage.runner = PapermillRunner(tmp_path / "runs")
    plan = stage.plan()
    plan = replace(plan, product=replace(plan.product, notebook=str(source)))
    with pytest.raises(NotebookError, match="ZeroDivisionError"):
        stage.promote(plan)
    assert not left_open(stage)
    facts = stage.state().facts
    assert (facts["cell"], facts["step"]) == (1, "run")
    assert "ZeroDivisionError" in Path(facts["executed"]).read_text()
