from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.quality.operators import OPERATORS, checked, holds, in_words


@pytest.mark.parametrize("operator", OPERATORS)
def test_nothing_observed_keeps_no_threshold(operator):
    threshold = [0, 1] if operator.endswith("Between") else 0
    assert holds(operator, None, threshold) is False


def test_what_is_no_number_keeps_none_and_the_infinite_is_beyond_all():
    assert not holds("mustBeLessThan", math.nan, 5)
    assert not holds("mustNotBe", math.nan, 5)
    assert holds("mustBeGreaterThan", math.inf, 10**30)
    assert holds("mustNotBeBetween", -math.inf, [0, 1])
    assert not holds("mustBe", math.inf, 5)


def test_both_ends_of_a_range_belong_to_it():
    assert holds("mustBeBetween", 1, [1, 2])
    assert holds("mustBeBetween", 2, [1, 2])
    assert not holds("mustNotBeBetween", 2, [1, 2])


def test_numbers_compare_as_they_are_written():
    assert holds("mustBe", Decimal("0.1"), 0.1)
    assert holds("mustBeLessOrEqualTo", Fraction(1, 10), 0.1)
    assert not holds("mustBe", Fraction(1, 3), 0.333333)
    assert holds("mustBe", 2**63 + 1, str(2**63 + 1))


def test_dates_and_times_compare_with_their_spelling():
    assert holds("mustBe", date(2013, 1, 2), "2013-01-02")
    assert holds("mustBeLessThan", datetime(2013, 1, 2, 3), "2013-01-02 04:00")
    assert holds("mustBe", datetime(2013, 1, 2, tzinfo=UTC), "2013-01-02T00:00")
    assert holds("mustBeGreaterThan", datetime(2013, 1, 2), date(2013, 1, 1))


def test_texts_and_truths_compare_with_their_kind():
    assert holds("mustBe", "ok", "ok")
    assert holds("mustNotBe", "ok", "bad")
    assert holds("mustBe", True, "true")
    with pytest.raises(ValueError, match="neither true nor false"):
        holds("mustBe", True, 3)


@pytest.mark.parametrize(
    ("operator", "threshold"),
    [
        ("mustBeFine", 1),
        ("mustBeBetween", 1),
        ("mustBeBetween", [1]),
        ("mustBeBetween", [2, 1]),
        ("mustBe", [1]),
        ("mustBe", {}),
        ("mustBe", None),
    ],
)
def test_a_threshold_of_the_wrong_shape_is_refused(operator, threshold):
    with pytest.raises(ValueError, match="mustBe"):
        checked(operator, threshold)


def test_a_number_is_asked_for_where_only_a_number_makes_sense():
    checked("mustBe", "12.5", numeric=True)
    with pytest.raises(ValueError, match="needs a number"):
        checked("mustBe", "12,5", numeric=True)
    with pytest.raises(ValueError, match="needs a number"):
        checked("mustBe", float("nan"), numeric=True)


@given(st.integers(), st.integers(), st.integers())
def test_an_operator_and_its_opposite_never_agree(seen, one, other):
    bounds = sorted([one, other])
    assert holds("mustBe", seen, one) != holds("mustNotBe", seen, one)
    assert holds("mustBeLessThan", seen, one) != holds("mustBeGreaterOrEqualTo", seen, one)
    assert holds("mustBeGreaterThan", seen, one) != holds("mustBeLessOrEqualTo", seen, one)
    assert holds("mustBeBetween", seen, bounds) != holds("mustNotBeBetween", seen, bounds)


def test_promises_read_aloud():
    assert in_words("mustBeBetween", [100, 2500]) == "must be between 100 and 2,500"
    assert in_words("mustBeLessThan", 0.5, "percent") == "must be less than 0.5 percent"
