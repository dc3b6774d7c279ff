"""Tables, branches and releases: pointers in a SQL database over files in a warehouse."""
