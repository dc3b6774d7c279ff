"""Which regular expressions mean the same to both engines."""

import pytest

from jupyter_mesh.formats.patterns import outside_common_subset


@pytest.mark.parametrize(
    "pattern",
    [
        *("^(EWR|JFK|LGA)$", "[A-Z]{2,3}", r"\d+\.\d*", "(?:a|b)?", "(?i)abc", "a+?b", r"\\1"),
        *(r"[^@\s]+@[^@\s]+", "", r"\bword\b", r"\\Z", "[+*]+"),
    ],
)
def test_the_common_subset_passes(pattern):
    assert outside_common_subset(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "construct"),
    [
        ("(?=a)", "looking ahead"),
        ("(?<!a)b", "looking ahead or behind"),
        ("(?>a)", "atomic"),
        ("a++", "possessive"),
        (r"(a)\1", "reference back"),
        ("(?<name>a)", "named group"),
        ("(?P<name>a)", "named group"),
        (r"a\Z", "escape"),
        (r"\p{L}", "Unicode property"),
        ("[a-z&&[^b]]", "intersection"),
        ("(a", "its form"),
        ("a**", "its form"),
    ],
)
def test_what_the_engines_do_not_share_is_named(pattern, construct):
    assert construct in outside_common_subset(pattern)
