"""All families of functions, brought together when the first statement is translated."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

NAMES = (
    *("aggregates", "arrays", "binary", "conditionals", "dates", "lambdas", "maps", "odds"),
    *("numbers", "regexps", "jsons", "statistics", "text", "window_functions", "session"),
)


@lru_cache(maxsize=1)
def load() -> tuple[str, ...]:
    """Import every family once; each writes its functions into the registries."""
    for name in NAMES:
        import_module(f"jupyter_mesh.sql.embedded.{name}")
    return NAMES
