"""Numbers, held to models of Trino's rules in Python."""

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

SMALL = st.integers(-(2**31) + 1, 2**31 - 1)
DOUBLES = st.floats(allow_nan=False, allow_infinity=False)


def decimals(precision, scale):
    most = 10**precision - 1
    return st.integers(-most, most).map(lambda n: Decimal(n).scaleb(-scale))


@settings(deadline=None, max_examples=40)
@given(SMALL, SMALL.filter(bool))
def test_whole_numbers_divide_towards_zero(duck, a, b):
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    assert duck.rows("SELECT :a / :b, :a % :b", {"a": a, "b": b}) == [
        (quotient, a - quotient * b)
    ]


@pytest.mark.parametrize(
    "expression",
    ["1 / 0", "1 % 0", "BIGINT '1' / 0", "1.5 / 0", "1.5 % 0", "mod(7, 0)", "nationkey / 0"],
)
def test_division_by_zero_is_an_error(duck, expression):
    with pytest.raises(Exception, match="Division by zero"):
        duck.rows(f"SELECT {expression} FROM nation")


@pytest.mark.parametrize(
    "expression",
    [
        "2147483647 + 1",
        "-2147483648 - 1",
        "2147483647 * 2",
        "9223372036854775807 + 1",
        "TINYINT '127' + TINYINT '1'",
        "SMALLINT '-32768' - SMALLINT '1'",
        "-(-9223372036854775807 - 1)",
        "abs(INTEGER '-2147483648')",
        "CAST(300 AS tinyint)",
        "CAST(1e20 AS bigint)",
    ],
)
def test_an_overflow_is_an_error_and_no_wider_number(duck, expression):
    with pytest.raises(Exception, match=r"(?i)overflow|out of range"):
        duck.value(expression)


@settings(deadline=None, max_examples=40)
@given(decimals(12, 2), decimals(9, 4))
def test_decimals_have_trinos_types_and_exact_values(duck, a, b):
    types = {"+": "decimal(15,4)", "-": "decimal(15,4)", "*": "decimal(21,6)"}
    for sign, kind in types.items():
        written = duck.translate(
            f"SELECT CAST(:a AS decimal(12,2)) {sign} CAST(:b AS decimal(9,4))",
            {"a": a, "b": b},
        )
        assert str(written.columns[0].type) == kind
        found = duck.connection.execute(written.sql, written.parameters).fetchone()[0]
        assert found == {"+": a + b, "-": a - b, "*": a * b}[sign]


@settings(deadline=None, max_examples=40)
@given(decimals(12, 2), decimals(9, 4))
def test_decimals_divide_to_the_wider_scale_rounded_half_up(duck, a, b):
    assume(b)
    sql = "SELECT CAST(:a AS decimal(12,2)) / CAST(:b AS decimal(9,4))"
    with localcontext(prec=80):
        wanted = (a / b).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert duck.rows(sql, {"a": a, "b": b}) == [(wanted,)]
    assert str(duck.translate(sql, {"a": a, "b": b}).columns[0].type) == "decimal(18,4)"


@settings(deadline=None, max_examples=40)
@given(st.lists(decimals(6, 2), min_size=1, max_size=9))
def test_the_mean_of_decimals_is_rounded_half_up_at_their_own_scale(duck, values):
    sql = "SELECT avg(CAST(x AS decimal(6,2))) FROM UNNEST(:v) AS t(x)"
    with localcontext(prec=80):
        wanted = (sum(values) / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert duck.rows(sql, {"v": values}) == [(wanted,)]


@settings(deadline=None, max_examples=40)
@given(DOUBLES.filter(lambda x: abs(x) < 2**62))
def test_a_double_becomes_a_whole_number_half_away_from_zero(duck, value):
    wanted = int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP, context=_wide()))
    assert duck.rows("SELECT CAST(:v AS bigint)", {"v": value}) == [(wanted,)]


def _wide():
    with localcontext(prec=60) as context:
        return context.copy()


@settings(deadline=None, max_examples=40)
@given(DOUBLES)
def test_the_text_of_a_double_is_javas(duck, value):
    text = duck.rows("SELECT CAST(:v AS varchar)", {"v": value})[0][0]
    mantissa, _, exponent = text.partition("E")
    assert float(text) == value
    assert math.copysign(1, float(text)) == math.copysign(1, value)
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    assert len(whole) == 1
    assert fraction == "0" or not fraction.endswith("0")
    assert str(int(exponent)) == exponent
    digits = (whole + fraction).rstrip("0") or "0"
    shortest = repr(abs(value)).split("e")[0].replace(".", "").strip("0") or "0"
    assert digits == shortest


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("nan() = nan()", False),
        ("nan() <> nan()", True),
        ("nan() > 1e0", False),
        ("nan() < 1e0", False),
        ("nan() >= nan()", False),
        ("x > y", False),
        ("x = x", False),
        ("x <> x", True),
        ("NOT (x > y)", True),
        ("x BETWEEN y AND x", False),
        ("x IN (1e0, y)", False),
        ("x = z", None),
        ("x IS DISTINCT FROM x", False),
        ("greatest(x, y)", 1.0),
        ("CASE x WHEN x THEN 1 ELSE 2 END", 2),
    ],
)
def test_nan_equals_nothing_and_is_larger_than_nothing(duck, expression, wanted):
    row = "(VALUES (nan(), 1e0, CAST(NULL AS double))) t(x, y, z)"
    assert duck.rows(f"SELECT {expression} FROM {row}") == [(wanted,)]


@pytest.mark.parametrize("sign", ["=", "<>", "<", "<=", ">", ">="])
def test_conditions_on_doubles_keep_exactly_the_rows_for_which_they_are_true(duck, sign):
    table = (
        "(VALUES (1e0, 2e0), (2e0, 1e0), (1e0, 1e0), (nan(), 1e0), (1e0, nan()), "
        "(nan(), nan()), (NULL, 1e0), (1e0, NULL), (NULL, nan()), (nan(), NULL)) t(a, b)"
    )
    kept = duck.rows(f"SELECT count(*) FROM {table} WHERE a {sign} b")[0][0]
    true = duck.rows(f"SELECT count_if(a {sign} b) FROM {table}")[0][0]
    values = [(1, 2), (2, 1), (1, 1), (math.nan, 1), (1, math.nan), (math.nan, math.nan)]
    python = {"=": "==", "<>": "!="}.get(sign, sign)
    wanted = sum(eval(f"a {python} b") for a, b in values)
    assert kept == true == wanted


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("1 + BIGINT '1'", "bigint"),
        ("TINYINT '1' + 1", "integer"),
        ("1 + 1.5", "decimal(12,1)"),
        ("BIGINT '1' * 1.5", "decimal(21,1)"),
        ("REAL '1' + 1", "real"),
        ("1.5 + 1e0", "double"),
        ("sum(1.25)", "decimal(38,2)"),
        ("avg(1)", "double"),
        ("sum(1)", "bigint"),
        ("CAST(1 AS decimal)", "decimal(38,0)"),
        ("round(2.345, 2)", "decimal(5,3)"),
        ("99999999999999999999 + 1", None),
    ],
)
def test_results_have_trinos_types(duck, expression, kind):
    if kind is None:
        with pytest.raises(Exception, match=r"(?i)invalid numeric literal"):
            duck.type(expression)
    else:
        assert duck.type(expression) == kind
