import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.arrow import arrow_type, columns_of, plain_type, schema_of, trino_type
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import Field, TrinoType

EXACT = [
    *("boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "varchar"),
    *("varbinary", "date", "uuid", "time(6)", "timestamp(6)", "timestamp(6) with time zone"),
    *("decimal(38,0)", "decimal(12,2)", "unknown", "interval day to second"),
    "interval year to month",
]


def kinds():
    simple = st.sampled_from([TrinoType.parse(text) for text in EXACT])
    decimals = st.integers(1, 38).flatmap(
        lambda p: st.integers(0, p).map(lambda s: TrinoType("decimal", (p, s)))
    )

    def nested(inner):
        names = st.lists(
            st.sampled_from(["a", "b", "total amount"]), min_size=1, max_size=3, unique=True
        )
        rows = names.flatmap(
            lambda found: st.tuples(*(inner for _ in found)).map(
                lambda types: TrinoType(
                    "row", (), (), tuple(Field(n, t) for n, t in zip(found, types, strict=True))
                )
            )
        )
        arrays = inner.map(lambda item: TrinoType("array", (), (item,)))
        maps = inner.map(lambda item: TrinoType("map", (), (TrinoType("varchar"), item)))
        return st.one_of(arrays, maps, rows)

    return st.recursive(simple | decimals, nested, max_leaves=6)


@given(kinds())
def test_a_type_survives_arrow_and_back(kind):
    assert trino_type(arrow_type(kind)) == kind


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (pa.uint8(), "smallint"),
        (pa.uint16(), "integer"),
        (pa.uint32(), "bigint"),
        (pa.uint64(), "decimal(20,0)"),
        (pa.float16(), "real"),
        (pa.large_string(), "varchar"),
        (pa.string_view(), "varchar"),
        (pa.large_binary(), "varbinary"),
        (pa.binary(16), "varbinary"),
        (pa.date64(), "date"),
        (pa.time32("ms"), "time(3)"),
        (pa.timestamp("s"), "timestamp(0)"),
        (pa.timestamp("ns", "Asia/Tokyo"), "timestamp(9) with time zone"),
        (pa.dictionary(pa.int8(), pa.string()), "varchar"),
        (pa.list_(pa.int32(), 3), "array(integer)"),
        (pa.large_list(pa.bool_()), "array(boolean)"),
        (pa.decimal256(30, 4), "decimal(30,4)"),
        (pa.json_(), "json"),
        (pa.struct([("a", pa.int8())]), "row(a tinyint)"),
    ],
)
def test_every_arrow_type_has_the_narrowest_type_that_holds_it(kind, expected):
    assert str(trino_type(kind)) == expected


@pytest.mark.parametrize("kind", [pa.decimal256(60, 2), pa.decimal128(5, -2)])
def test_a_type_without_a_word_is_refused_by_name(kind):
    with pytest.raises(InputError, match="decimal"):
        trino_type(kind)


@pytest.mark.parametrize("text", ["time(3) with time zone", "ipaddress", "timestamp(12)"])
def test_a_trino_type_without_arrow_is_refused(text):
    with pytest.raises(InputError, match=text.partition("(")[0]):
        arrow_type(TrinoType.parse(text))


def test_text_with_a_length_and_characters_are_strings():
    assert arrow_type(TrinoType.parse("varchar(3)")) == pa.string()
    assert arrow_type(TrinoType.parse("char(3)")) == pa.string()
    assert arrow_type(TrinoType.parse("json")) == pa.string()


def test_moments_finer_than_microseconds_are_kept_finer():
    assert arrow_type(TrinoType.parse("timestamp(7)")) == pa.timestamp("ns")
    assert arrow_type(TrinoType.parse("timestamp(0)")) == pa.timestamp("us")


def test_what_is_passed_on_has_no_dictionaries_views_or_nanoseconds():
    found = pa.struct(
        [
            ("c", pa.dictionary(pa.int8(), pa.large_string())),
            ("l", pa.large_list(pa.timestamp("ns", "Europe/Berlin"))),
            ("m", pa.map_(pa.string_view(), pa.uint8())),
            ("t", pa.time64("ns")),
        ]
    )
    assert plain_type(found) == pa.struct(
        [
            ("c", pa.string()),
            ("l", pa.list_(pa.timestamp("us", "Europe/Berlin"))),
            ("m", pa.map_(pa.string(), pa.int16())),
            ("t", pa.time64("us")),
        ]
    )


def test_columns_keep_comments_and_requirements():
    schema = pa.schema(
        [pa.field("id", pa.int64(), nullable=False, metadata={"comment": "Who it is."})]
    )
    bigint = TrinoType("bigint")
    assert columns_of(schema) == (
        Column("id", bigint, required=True, description="Who it is."),
    )


def test_a_column_without_a_type_is_named():
    with pytest.raises(InputError, match="Column rate"):
        columns_of(pa.schema([("rate", pa.decimal256(60, 2))]))


def test_each_zoned_column_has_its_own_zone():
    zoned = TrinoType.parse("timestamp(3) with time zone")
    schema = schema_of([Column("a", zoned), Column("b", zoned)], ("Asia/Tokyo", ""))
    assert schema.types == [pa.timestamp("us", "Asia/Tokyo"), pa.timestamp("us", "UTC")]
