"""The nouns of the mesh: frozen values without I/O, on the standard library alone."""
