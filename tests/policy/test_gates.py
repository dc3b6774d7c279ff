from __future__ import annotations

import pytest

from jupyter_mesh.model.contract import Column, Severity
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.model.versions import Change, Version
from jupyter_mesh.policy.gates import (
    ChecksMustPass,
    DescriptionsPresent,
    HonestVersion,
    NoSecret,
    OwnerNamed,
)


def test_passed_checks_open_the_gate(case, result):
    decision = ChecksMustPass().decide(case.plan, [result()])
    assert decision.allowed
    assert decision.notes == ()


def test_a_failed_check_refuses_with_its_sentence_and_rule(case, result):
    decision = ChecksMustPass().decide(case.plan, [result(Outcome.FAILED)])
    assert decision.reasons == (
        "carriers: carrier is null in 3 of 9 rows (rule carrier-present).",
    )


def test_what_was_not_evaluated_refuses_unless_allowed(case, result):
    skipped = [result(Outcome.NOT_EVALUATED)]
    assert not ChecksMustPass().decide(case.plan, skipped).allowed
    allowed = ChecksMustPass(not_evaluated_blocks=False).decide(case.plan, skipped)
    assert allowed.allowed
    assert len(allowed.notes) == 1


def test_what_was_not_evaluated_and_does_not_matter_is_noted(case, result):
    for severity in (Severity.WARNING, Severity.INFO):
        skipped = [result(Outcome.NOT_EVALUATED, severity=severity)]
        decision = ChecksMustPass().decide(case.plan, skipped)
        assert decision.allowed
        assert len(decision.notes) == 1


def test_warnings_are_noted_and_refuse_where_asked_for(case, result):
    warned = [result(Outcome.WARNED, severity=Severity.WARNING)]
    noted = ChecksMustPass().decide(case.plan, warned)
    assert noted.allowed
    assert "rule carrier-present" in str(noted.notes[0])
    assert not ChecksMustPass(warnings_block=True).decide(case.plan, warned).allowed


def test_info_never_refuses(case, result):
    info = [result(Outcome.WARNED, severity=Severity.INFO)]
    assert ChecksMustPass(warnings_block=True).decide(case.plan, info).allowed


def test_a_port_without_any_result_was_not_checked(case):
    decision = ChecksMustPass().decide(case.plan, [])
    assert decision.reasons == ("carriers was not checked.",)


def test_a_first_release_may_claim_any_version(case):
    case.product_with(version="3.1.0")
    assert HonestVersion().decide(case.plan, []).allowed


def test_a_version_that_is_none_is_refused(case):
    case.product_with(version="next")
    assert "next, which is none" in HonestVersion().decide(case.plan, []).reasons[0]


@pytest.mark.parametrize(
    ("change", "claimed", "honest"),
    [
        (Change.MAJOR, "1.9.0", False),
        (Change.MAJOR, "2.0.0", True),
        (Change.MINOR, "1.2.0", False),
        (Change.MINOR, "1.3.0", True),
        (Change.MINOR, "2.0.0", True),
        (Change.PATCH, "1.2.0", False),
        (Change.PATCH, "1.2.1", True),
        (Change.NONE, "1.2.0", True),
        (Change.NONE, "1.1.9", False),
    ],
)
def test_a_claim_smaller_than_the_change_is_refused(case, change, claimed, honest):
    case.released("1.2.0+r3")
    case.changed(change, "carriers.carrier was removed")
    case.product_with(version=claimed)
    case.version = Version.parse(claimed)
    decision = HonestVersion().decide(case.plan, [])
    assert decision.allowed is honest
    if not honest:
        assert f"claims {claimed}" in decision.reasons[0]
        why = "carriers.carrier was removed" if change else "was released before"
        assert why in decision.reasons[0]


def test_the_planned_number_is_held_to_the_change_too(case):
    case.released("1.2.0")
    case.changed(Change.MAJOR, "carrier was removed")
    case.version = Version(1, 3, 0)
    assert not HonestVersion().decide(case.plan, []).allowed
    case.version = Version(2, 0, 0)
    assert HonestVersion().decide(case.plan, []).allowed


def test_a_contract_left_at_its_version_is_noted(case):
    case.released("1.0.0")
    case.promises("1.0.0", "carrier", "airline")
    case.changed(Change.MINOR)
    case.version = Version(1, 1, 0)
    decision = HonestVersion().decide(case.plan, [])
    assert decision.allowed
    assert "still claims 1.0.0; its promise is 1.1.0 by now" in str(decision.notes[0])


def test_a_note_names_the_file_inside_the_product_only(case, tmp_path):
    case.released("1.0.0")
    case.promises("1.0.0", "carrier", "airline")
    case.contract_with(path=str(tmp_path / "contracts" / "carriers.odcs.yaml"))
    case.version = Version(1, 1, 0)
    (note,) = HonestVersion().decide(case.plan, []).notes
    assert str(note).startswith("contracts/carriers.odcs.yaml still claims")


def test_a_contract_moved_too_little_is_refused(case, promise):
    case.released("1.0.0", contract=promise("1.0.0", "carrier", "airline"))
    case.version = Version(2, 0, 0)
    case.promises("1.1.0", "carrier")
    (reason,) = HonestVersion().decide(case.plan, []).reasons
    assert (
        "carriers.odcs.yaml went from 1.0.0 to 1.1.0, but a major change needs 2.0.0" in reason
    )
    case.promises("2.0.0", "carrier")
    assert HonestVersion().decide(case.plan, []).notes == ()


def test_a_contract_that_goes_back_is_refused(case, promise):
    case.released("2.0.0", contract=promise("2.0.0", "carrier"))
    case.version = Version(2, 0, 0, 1)
    decision = HonestVersion().decide(case.plan, [])
    assert "claims 1.0.0, but 2.0.0 was released before" in decision.reasons[0]


def test_a_released_contract_nobody_can_read_any_more_is_let_be(case):
    case.released("1.0.0", contract="not: a contract\n")
    assert HonestVersion().decide(case.plan, []).notes == ()


def test_somebody_must_own_the_product(case):
    assert OwnerNamed().decide(case.plan, []).allowed
    case.product_with(owner="  ")
    assert "has no owner" in OwnerNamed().decide(case.plan, []).reasons[0]


def test_a_secret_is_named_by_place_and_never_told(case):
    case.cells("x = 1", "a = 2\npassword = 'correct-horse-7'")
    case.product_with(files={"product.odps.yaml": "a: 1\ntoken: ghp_" + "a1B2" * 10})
    case.parameters = {"api_key": "k9Zq-77aaX-19", "year": 2013}
    reasons = NoSecret().decide(case.plan, []).reasons
    assert len(reasons) == 3 + 1
    text = "\n".join(reasons)
    assert "delays.ipynb, cell 2, line 2, holds a password" in text
    assert "product.odps.yaml, line 2, holds a GitHub token" in text
    assert "The parameter api_key holds a secret" in text
    for secret in ("correct-horse", "ghp_", "k9Zq"):
        assert secret not in text


def test_a_clean_product_passes(case):
    case.product_with(files={"product.odps.yaml": "password: ${env:PG_PASSWORD}\n"})
    case.parameters = {"token": "${keyring:mesh/token}", "year": 2013}
    assert NoSecret().decide(case.plan, []).notes == ()


def test_a_notebook_that_cannot_be_searched_is_refused(case):
    case.notebook.write_text("{")
    assert "could not be searched" in NoSecret().decide(case.plan, []).reasons[0]


def test_descriptions_are_asked_for_by_name(case):
    assert DescriptionsPresent().decide(case.plan, []).allowed
    case.contract_with(description="", columns=(Column("late", TrinoType("bigint")),))
    assert DescriptionsPresent().decide(case.plan, []).reasons == (
        "The port carriers has no description.",
        "carriers: no description of late.",
    )
