"""`python -m jupyter_mesh.cli` is the command `mesh`."""

from jupyter_mesh.cli.app import main

main()
