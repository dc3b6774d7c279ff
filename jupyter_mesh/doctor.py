"""The doctor: every part of a mesh is asked how it is, and one that is ill stops no other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jupyter_mesh.errors import MeshError
from jupyter_mesh.model.browse import Entry
from jupyter_mesh.model.health import Condition, Health

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.parts import Parts


def engines(parts: Parts) -> list[Entry]:
    """The engines that a cell, a product or the whole mesh may choose."""
    return [
        Entry(
            name,
            "engine",
            settings.kind,
            "answers where nothing else is said" if name == parts.settings.engine else "",
        )
        for name, settings in parts.settings.engines.items()
    ]


def examine(parts: Parts, session: Session) -> Iterator[Condition]:
    """How the files, catalogs and engines of a mesh are, each as soon as it was asked."""
    yield from _files(parts)
    for name, lake in parts.lakes.items():
        yield from _asked(f"catalog {name}", lake.health)
    for name in parts.settings.catalogs:
        if name not in parts.lakes:
            yield from _asked(f"catalog {name}", partial(_source, parts, name, session))
    for name in parts.settings.engines:
        if not parts.is_there(name):
            # Nobody asked for it, so that nothing is ill without it.
            yield Condition(f"engine {name}", Health.GOOD, "not started: mesh stack up trino")
            continue
        yield from _asked(f"engine {name}", partial(_engine, parts, name, session))
    if parts.lakes:
        yield from _asked("releases", partial(_releases, parts))


def _asked(subject: str, ask: Callable[[], Sequence[Condition]]) -> Sequence[Condition]:
    try:
        return list(ask())
    except MeshError as error:
        return [Condition(subject, Health.BAD, error.message, error.remedy)]


def _files(parts: Parts) -> Iterator[Condition]:
    from jupyter_mesh.formats.lint import ERROR, lint

    root = parts.settings.root
    found = list(lint(root))
    if found:
        # Errors stand before warnings in the eyes of whoever has to mend them.
        first = min(found, key=lambda one: one.level != ERROR)
        health = Health.BAD if first.level == ERROR else Health.DOUBTFUL
        count = f"{len(found)} finding{'' if len(found) == 1 else 's'}"
        text = f"{count}, such as {first.file}:{first.line}: {first.text}"
        yield Condition("files", health, text, "See them all: mesh lint.")
    else:
        yield Condition(
            "files", Health.GOOD, f"{root}: mesh.yaml, products and policy are right"
        )


def _engine(parts: Parts, name: str, session: Session) -> Sequence[Condition]:
    return parts.engine(name).health(session)


def _source(parts: Parts, name: str, session: Session) -> list[Condition]:
    schemas = parts.engine("embedded").schemas(name, session)
    text = f"can be read, {len(schemas)} schema{'' if len(schemas) == 1 else 's'}"
    return [Condition(f"catalog {name}", Health.GOOD, text)]


def _releases(parts: Parts) -> list[Condition]:
    waiting = parts.home.outbox()
    if not waiting:
        return [Condition("releases", Health.GOOD, "everything was told to everybody")]
    text = f"{len(waiting)} notices of releases could not be told yet"
    return [
        Condition(
            "releases",
            Health.DOUBTFUL,
            text,
            "mesh gc tells them again, as the next promotion of the product does.",
        )
    ]
