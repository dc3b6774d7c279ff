"""Ranges of figures, held against plain arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.model.bounds import Range, allowed, counts, lies_within, percents

HOLDS = {
    "mustBe": lambda v, t: v == t,
    "mustNotBe": lambda v, t: v != t,
    "mustBeGreaterThan": lambda v, t: v > t,
    "mustBeGreaterOrEqualTo": lambda v, t: v >= t,
    "mustBeLessThan": lambda v, t: v < t,
    "mustBeLessOrEqualTo": lambda v, t: v <= t,
    "mustBeBetween": lambda v, t: t[0] <= v <= t[1],
    "mustNotBeBetween": lambda v, t: not t[0] <= v <= t[1],
}
FIGURES = st.integers(-3, 12) | st.sampled_from([0.5, 2.5, 99.5, 100, 101])


@st.composite
def promises(draw):
    operator = draw(st.sampled_from(sorted(HOLDS)))
    one, two = sorted([draw(FIGURES), draw(FIGURES)])
    return operator, [one, two] if "Between" in operator else one


def passes(ranges, value):
    return any(Range(value, value).within(part) for part in ranges)


@given(promises(), FIGURES)
def test_an_operator_allows_what_arithmetic_says(promise, value):
    assert passes(allowed(*promise), value) == HOLDS[promise[0]](value, promise[1])


@given(promises(), st.integers(0, 20))
def test_counts_allow_the_same_whole_numbers(promise, value):
    assert passes(counts(allowed(*promise)), value) == passes(allowed(*promise), value)


@given(promises(), st.integers(0, 100) | st.sampled_from([0.5, 99.5]))
def test_percents_allow_the_same_shares(promise, value):
    assert passes(percents(allowed(*promise)), value) == passes(allowed(*promise), value)


@given(promises(), promises())
def test_within_means_that_no_count_slips_through(one, two):
    inner, outer = counts(allowed(*one)), counts(allowed(*two))
    slips = [v for v in range(200) if passes(inner, v) and not passes(outer, v)]
    if lies_within(inner, outer):
        assert not slips
    elif len(outer) == 1:
        assert slips


def test_values_that_cannot_be_compared_are_not_within():
    assert not Range("2020-01-01").within(Range(5))
