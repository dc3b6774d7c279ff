"""Trino's grammar, written by hand: tokens, expressions, queries, statements.

Reading is strict: what Trino's own parser refuses is refused here, with line and column. Every
tree node knows its place in the text, so that every later refusal can point at it.
"""
