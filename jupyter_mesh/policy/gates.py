"""The built-in gates: what has to hold before anything is released."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.odcs import read_contract
from jupyter_mesh.formats.secrets import scan_notebook, scan_value, scan_yaml
from jupyter_mesh.model.changes import contract_change
from jupyter_mesh.model.contract import Severity
from jupyter_mesh.model.policy import Decision, Reason
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.versions import Change, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jupyter_mesh.model.contract import Contract
    from jupyter_mesh.model.product import OutputPort
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import Plan, PortSnapshot, Release
    from jupyter_mesh.model.versions import VersionDecision


@dataclass(frozen=True, slots=True)
class ChecksMustPass:
    """Broken critical rules refuse; what could not be evaluated refuses unless allowed.

    Warnings are noted, and refuse only where a policy asks for it. Rules of severity `info`
    never refuse: they are shown.
    """

    name: ClassVar[str] = "checks"
    not_evaluated_blocks: bool = True
    warnings_block: bool = False

    def decide(self, plan: Plan, results: Sequence[CheckResult]) -> Decision:
        """Every result that is not a pass, as a reason or a note."""
        unchecked = {port.name for port in plan.product.outputs} - {r.port for r in results}
        return Decision(
            (
                *(self._reason(result) for result in results if not _passed(result)),
                *(Reason(self.name, f"{port} was not checked.") for port in sorted(unchecked)),
            )
        )

    def _reason(self, result: CheckResult) -> Reason:
        text = f"{result.port}: {result.message.rstrip('.')} (rule {result.rule})."
        return Reason(self.name, text, blocking=self._blocks(result))

    def _blocks(self, result: CheckResult) -> bool:
        if result.outcome is Outcome.FAILED:
            return True
        if result.outcome is Outcome.NOT_EVALUATED:
            return self.not_evaluated_blocks and result.severity is Severity.CRITICAL
        return self.warnings_block and result.severity is not Severity.INFO


def _passed(result: CheckResult) -> bool:
    return result.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True)
class HonestVersion:
    """A claimed version must not be smaller than the change asks for.

    The product's own claim refuses when it is too small. A contract has to carry a version in
    its file: one left as it was is noted, one that was moved must be moved far enough.
    """

    name: ClassVar[str] = "version"

    def decide(self, plan: Plan, results: Sequence[CheckResult]) -> Decision:  # noqa: ARG002
        """Compare every claim with the last release."""
        if plan.previous is None:
            return Decision(tuple(self._readable(plan)))
        needed = _needed(plan.previous.version, plan.version_decision.change)
        notes = [*self._product(plan, needed)]
        for output in plan.product.outputs:
            file = _within(output.contract.path, plan.product.folder) or output.name
            notes += self._contract(output, plan.previous, file)
        return Decision(tuple(notes))

    def _readable(self, plan: Plan) -> Iterator[Reason]:
        if plan.product.version and _version(plan.product.version) is None:
            text = f"{plan.product.name} claims version {plan.product.version}, which is none."
            yield Reason(self.name, text)

    def _product(self, plan: Plan, needed: Version) -> Iterator[Reason]:
        yield from self._readable(plan)
        claimed = _version(plan.product.version) if plan.product.version else None
        version = min(plan.version, claimed or plan.version)
        if _number(version) < _number(needed):
            text = f"{plan.product.name} claims {version}, but "
            text += _why(plan.version_decision, needed)
            text += f" Claim {needed}, or take the version out: it follows by itself."
            yield Reason(self.name, text)

    def _contract(self, output: OutputPort, previous: Release, file: str) -> Iterator[Reason]:
        before = previous.output(output.name)
        claimed = _version(output.contract.version)
        older = _older(before) if before else None
        was = _version(older.version) if older else None
        if older is None or was is None or claimed is None:
            return
        step = contract_change(older, output.contract)
        needed = _needed(was, step.change)
        if claimed < was:
            yield Reason(self.name, f"{file} claims {claimed}, but {was} was released before.")
        elif claimed != was and claimed < needed:
            text = f"{file} went from {was} to {claimed}, but {_why(step, needed)}"
            yield Reason(self.name, text)
        elif claimed < needed:
            text = f"{file} still claims {claimed}; its promise is {needed} by now."
            yield Reason(self.name, text, blocking=False)


def _within(path: str, folder: str) -> str:
    """The path as the product's author says it: reasons are kept, and folders are private."""
    inside = path and Path(path).is_relative_to(folder)
    return Path(path).relative_to(folder).as_posix() if inside else Path(path or "").name


def _older(before: PortSnapshot) -> Contract | None:
    """The contract of a release; None for one that today's reader does not take."""
    try:
        return read_contract(before.contract, before.port, before.port)
    except InputError:
        return None


def _needed(before: Version, change: Change) -> Version:
    if change is Change.NONE:
        return Version(before.major, before.minor, before.patch)
    return before.after(change)


def _why(decision: VersionDecision, needed: Version) -> str:
    if decision.change is Change.NONE:
        return f"{needed} was released before."
    size = decision.change.name.lower()
    return f"a {size} change needs {needed} at least: {'; '.join(decision.reasons)}."


def _number(version: Version) -> tuple[int, int, int]:
    return version.major, version.minor, version.patch


def _version(text: str) -> Version | None:
    try:
        return Version.parse(text)
    except InputError:
        return None


@dataclass(frozen=True, slots=True)
class OwnerNamed:
    """Somebody answers for the product."""

    name: ClassVar[str] = "owner"

    def decide(self, plan: Plan, results: Sequence[CheckResult]) -> Decision:  # noqa: ARG002
        """Refuse a product without an owner."""
        if plan.product.owner.strip():
            return Decision()
        text = f"{plan.product.name} has no owner: name one under team in product.odps.yaml."
        return Decision((Reason(self.name, text),))


@dataclass(frozen=True, slots=True)
class NoSecret:
    """No credential is written into what a release keeps for ever."""

    name: ClassVar[str] = "secrets"

    def decide(self, plan: Plan, results: Sequence[CheckResult]) -> Decision:  # noqa: ARG002
        """Refuse credentials in the notebook, the descriptors and the parameters."""
        places = [
            *self._notebook(plan.product.notebook),
            *self._files(plan.product.files.items()),
            *self._parameters({**plan.product.parameters, **plan.parameters}.items()),
        ]
        remedy = "Keep it in the environment or the keyring, and name it there."
        return Decision(tuple(Reason(self.name, f"{text} {remedy}") for text in places))

    def _notebook(self, path: str) -> Iterator[str]:
        try:
            document = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            yield f"{Path(path).name} could not be searched for secrets: {error}."
            return
        for found in scan_notebook(document):
            yield f"{Path(path).name}, {found.place}, holds {found.kind}."

    def _files(self, files: Iterable[tuple[str, str]]) -> Iterator[str]:
        for name, text in files:
            for found in scan_yaml(text):
                yield f"{name}, {found.place}, holds {found.kind}."

    def _parameters(self, parameters: Iterable[tuple[str, object]]) -> Iterator[str]:
        for name, value in parameters:
            for found in scan_value(name, value):
                yield f"The parameter {name} holds {found.kind}."


@dataclass(frozen=True, slots=True)
class DescriptionsPresent:
    """A reader can tell what every port and column means."""

    name: ClassVar[str] = "descriptions"

    def decide(self, plan: Plan, results: Sequence[CheckResult]) -> Decision:  # noqa: ARG002
        """Refuse ports and columns that nobody described."""
        missing = []
        for output in plan.product.outputs:
            if not (output.description.strip() or output.contract.description.strip()):
                missing.append(f"The port {output.name} has no description.")
            bare = [c.name for c in output.contract.columns if not c.description.strip()]
            if bare:
                missing.append(f"{output.name}: no description of {', '.join(bare)}.")
        return Decision(tuple(Reason(self.name, text) for text in missing))
