"""Regular expressions that mean the same to both engines (RE2 and Joni)."""

from __future__ import annotations

import re
import warnings

# What RE2 refuses, or what one of the two reads in its own way.
_CONSTRUCTS = (
    (re.compile(r"\(\?<?[=!]"), "looking ahead or behind, (?=...)"),
    (re.compile(r"\(\?>"), "an atomic group, (?>...)"),
    (re.compile(r"[*+?}]\+"), "a possessive repetition, a++"),
    (re.compile(r"\\[1-9]|\\k<|\(\?P="), "a reference back to a group, \\1"),
    (re.compile(r"\(\?P<|\(\?<[A-Za-z]"), "a named group, (?<name>...)"),
    (re.compile(r"\(\?#|\(\?[a-z]*x"), "remarks inside, (?x)"),
    (re.compile(r"\\[ZzGXRHhVvKeQE]"), "an escape that is not in both, \\Z"),
    (re.compile(r"\\[pP]\{?\^?[A-Za-z]"), "a class by Unicode property, \\p{L}"),
    (re.compile(r"\[[^\]]*&&"), "an intersection of classes, [a&&b]"),
)


def outside_common_subset(pattern: str) -> str:
    """The first construct that the engines do not share, in words; empty when there is none."""
    bare = re.sub(r"\\\\", "", pattern)
    for construct, words in _CONSTRUCTS:
        if construct.search(bare):
            return words
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(pattern)
        except re.error as error:
            return f"its form ({error})"
    return ""
