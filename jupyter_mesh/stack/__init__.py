"""Real servers beside a notebook, from packages: Trino, PostgreSQL and an object store."""

from jupyter_mesh.stack.service import Service
from jupyter_mesh.stack.stack import Stack, Standing

__all__ = ["Service", "Stack", "Standing"]
