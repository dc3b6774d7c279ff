"""Trino SQL as text and tree: read a statement, route it, pin it, write it for DuckDB.

Pure functions over text, without I/O. The order of reading:

`grammar/` holds Trino's own grammar (tokens, expressions, queries, statements) and makes a tree
of `tree.py`; `reading.parse` gives that tree with what the statement reads, writes and takes as
parameters; `pins` writes a pinned Trino text; `embedded.translate` writes DuckDB text with the
exact Trino types of the answer, or refuses with StatementNotSupported.

    statement = reading.parse("SELECT count(*) FROM raw.flights", catalog="lake")
    relations = {ref: embedded.Relation(...) for ref in statement.reads}
    translated = embedded.translate(statement, relations, parameters={})
    connection.execute(translated.sql, translated.parameters)
"""
