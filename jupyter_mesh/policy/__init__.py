"""Who may release what: gates with reasons, and the files that ask for more."""
