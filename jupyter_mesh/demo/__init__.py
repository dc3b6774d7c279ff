"""The demonstration: a mesh of real flights, and a notebook promoted three times."""

from __future__ import annotations

from jupyter_mesh.demo.story import Line, tell_story

__all__ = ["Line", "tell_story"]
