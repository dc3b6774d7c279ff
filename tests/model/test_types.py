import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.types import SIMPLE, Field, TrinoType

leaves = st.one_of(
    st.sampled_from(sorted(SIMPLE)).map(TrinoType),
    st.tuples(st.integers(1, 38), st.integers(0, 38)).map(lambda n: TrinoType("decimal", n)),
    st.integers(0, 12).map(lambda n: TrinoType("timestamp with time zone", (n,))),
    st.integers(1, 99).map(lambda n: TrinoType("varchar", (n,))),
)
names = st.one_of(
    st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
)
types = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda t: TrinoType("array", (), (t,))),
        st.tuples(inner, inner).map(lambda ts: TrinoType("map", (), ts)),
        st.lists(st.builds(Field, names, inner), min_size=1, max_size=4).map(
            lambda fields: TrinoType("row", (), (), tuple(fields))
        ),
    ),
    max_leaves=8,
)


@given(types)
def test_a_type_reads_back_as_printed(kind):
    assert TrinoType.parse(str(kind)) == kind


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("INT", "integer"),
        ("decimal", "decimal(38,0)"),
        ("decimal(5)", "decimal(5,0)"),
        ("timestamp", "timestamp(3)"),
        ("timestamp without time zone", "timestamp(3)"),
        ("double precision", "double"),
        ('row(a bigint, "b c" varchar(3))', 'row(a bigint, "b c" varchar(3))'),
    ],
)
def test_a_short_spelling_means_the_full_type(written, meant):
    assert str(TrinoType.parse(written)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "decimal(",
        "decimal(1,2,3)",
        "array()",
        "map(bigint)",
        "bigint(3)",
        "bigint x",
    ],
)
def test_what_is_no_type_is_refused(text):
    with pytest.raises(InputError):
        TrinoType.parse(text)


@pytest.mark.parametrize(
    ("narrow", "wide", "may"),
    [
        ("integer", "bigint", True),
        ("bigint", "integer", False),
        ("real", "double", True),
        ("decimal(5,2)", "decimal(9,2)", True),
        ("decimal(5,2)", "decimal(9,3)", False),
        ("varchar(3)", "varchar", True),
        ("varchar", "varchar(3)", False),
        ("timestamp(3)", "timestamp(6)", True),
        ("integer", "double", False),
    ],
)
def test_widening_never_changes_a_value(narrow, wide, may):
    assert TrinoType.parse(narrow).widens_to(TrinoType.parse(wide)) is may
