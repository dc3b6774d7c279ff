"""The HTTP surface: what the browser asks of the mesh, answered inside Jupyter Server."""
