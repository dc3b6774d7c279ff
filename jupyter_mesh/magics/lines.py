"""The verbs of a `%mesh` line; each does what the method of the same name on a Mesh does."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError, NameNotFound, PromotionRefused
from jupyter_mesh.formats.outline import Outline, failing, listing, outline, table
from jupyter_mesh.magics import kernel
from jupyter_mesh.magics.display import Listing
from jupyter_mesh.magics.options import words_of
from jupyter_mesh.magics.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.model.quality import CheckResult


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: how it is written, what it does, and how many words it takes."""

    usage: str
    help: str
    run: Callable[..., Any]
    least: int = 0
    most: int = 1
    takes_parameters: bool = False


def run_line(line: str, shell: Any = None) -> Any:  # noqa: ANN401 - what the verb answers
    """Do what a line says; InputError has the nearest verb, or the right form."""
    words = words_of(line)
    if not words:
        return overview()
    name, *rest = words
    verb = VERBS.get(name)
    if verb is None:
        near = get_close_matches(name, VERBS, n=1)
        remedy = f"Did you mean %mesh {near[0]}?" if near else "%mesh alone lists the verbs."
        raise InputError(f"There is no verb {name}.", remedy=remedy)
    arguments, parameters = _split(rest, verb)
    if not verb.least <= len(arguments) <= verb.most:
        raise InputError(
            f"%mesh {name} is not written like that.", remedy=f"Write {verb.usage}."
        )
    if verb.takes_parameters:
        return verb.run(*arguments, parameters=parameters, shell=shell)
    return verb.run(*arguments)


def overview() -> Listing:
    """The verbs, for a look."""
    rows = [(verb.usage, verb.help) for verb in VERBS.values()]
    cell = ("%%mesh [--into NAME] [--stage PORT] [--limit N] [--engine NAME]", "a Trino query")
    return Listing([], table("%mesh verbs", ("write", "to"), [*rows, cell]))


def _split(words: list[str], verb: Verb) -> tuple[list[str], dict[str, Any]]:
    """The words that are names, and the parameters given as `-p NAME=VALUE`."""
    arguments: list[str] = []
    parameters: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        if word != "-p":
            if word.startswith("-"):
                raise InputError(f"There is no option {word}.", remedy=f"Write {verb.usage}.")
            arguments.append(word)
            continue
        name, equals, value = (words.pop(0) if words else "").partition("=")
        if not equals or not name.isidentifier() or not verb.takes_parameters:
            raise InputError("-p needs NAME=VALUE here.", remedy=f"Write {verb.usage}.")
        parameters[name] = scalar(value)
    return arguments, parameters


def scalar(text: str) -> Any:  # noqa: ANN401 - a JSON scalar
    """A number, truth value or null as JSON writes it; any other text stays text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, dict | list) else value


def _open(path: str = "") -> Any:  # noqa: ANN401 - nothing to show but the session
    return kernel.open_mesh(path or None).session


def _use(name: str) -> Listing:
    mesh = kernel.current()
    session = mesh.use(name)
    shown = outline(session)
    product = ("product", str(mesh.product or "none"))
    return Listing([session], replace(shown, rows=(product, *shown.rows)))


def _browse(prefix: str = "") -> Listing:
    entries = kernel.current().browse(prefix)
    return Listing(entries, listing("entry", entries))


def _describe(name: str) -> Any:  # noqa: ANN401
    return kernel.current().describe(name)


def _engines() -> Listing:
    found = kernel.current().engines()
    return Listing(found, listing("entry", found))


def _check(name: str) -> Listing:
    found = kernel.current().check(name)
    kernel.remember(found)
    return Listing(found, listing("check", found))


def _plan(product: str, *, parameters: dict[str, Any], shell: Any) -> Any:  # noqa: ANN401, ARG001
    return kernel.current().plan(product, parameters or None)


def _promote(product: str, *, parameters: dict[str, Any], shell: Any) -> Any:  # noqa: ANN401
    steps = Steps(shell)
    try:
        release = kernel.current().promote(product, parameters or None, tell=steps.tell)
    except PromotionRefused as refusal:
        if refusal.checks:
            kernel.remember(refusal.checks)
        if refusal.rows:
            steps.show_rows(failing(refusal.rows))
        raise
    kernel.remember(release.checks)
    return release


def _releases(product: str = "") -> Listing:
    releases = kernel.current().releases(product or None)
    return Listing(releases, listing("release", releases))


def _diff(before: str, after: str) -> Any:  # noqa: ANN401
    return kernel.current().diff(before, after)


def _rollback(product: str, to: str) -> Any:  # noqa: ANN401
    return kernel.current().rollback(product, to)


def _as_of(when: str = "now") -> Any:  # noqa: ANN401
    return kernel.current().as_of(None if when in {"now", "off"} else when)


def _rows(rule: str) -> Listing:
    checks = kernel.last_checks()
    if checks is None:
        raise InputError(
            "Nothing was checked in this kernel yet.",
            remedy="Check first: %mesh check domain/product.",
        )
    found = [check for check in checks if _names(check, rule)]
    if not found:
        raise NameNotFound("rule in the last check named", rule, [c.rule for c in checks])
    rows = [row for check in found for row in check.rows]
    title = "; ".join(check.message for check in found)
    return Listing(rows, failing(rows, title) if rows else Outline(f"{title} No row to show."))


def _names(check: CheckResult, rule: str) -> bool:
    return rule.lower() in {check.rule.lower(), f"{check.port}.{check.rule}".lower()}


_P = "[-p NAME=VALUE]..."
VERBS: dict[str, Verb] = {
    "open": Verb("%mesh open [PATH]", "open the mesh of a folder", _open),
    "use": Verb("%mesh use CATALOG.SCHEMA|DOMAIN/PRODUCT", "set default names", _use, 1),
    "browse": Verb("%mesh browse [PREFIX]", "catalogs, schemas, tables, products", _browse),
    "describe": Verb("%mesh describe NAME", "columns, ports and facts", _describe, 1),
    "engines": Verb("%mesh engines", "what can answer a cell", _engines),
    "check": Verb("%mesh check PRODUCT|TABLE", "hold the contract's rules", _check, 1),
    "rows": Verb("%mesh rows RULE", "failing rows of a rule of the last check", _rows, 1),
    "plan": Verb(
        f"%mesh plan PRODUCT {_P}", "what a promotion would do", _plan, 1, takes_parameters=True
    ),
    "promote": Verb(
        f"%mesh promote PRODUCT {_P}",
        "run, check and publish",
        _promote,
        1,
        takes_parameters=True,
    ),
    "releases": Verb("%mesh releases [PRODUCT]", "published versions", _releases),
    "diff": Verb("%mesh diff A B", "what changed between two releases", _diff, 2, 2),
    "rollback": Verb("%mesh rollback PRODUCT VERSION", "go back", _rollback, 2, 2),
    "asof": Verb("%mesh asof MOMENT|RELEASE|now", "read everything as of then", _as_of, 0),
}
