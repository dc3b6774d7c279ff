"""Release records: exact both ways, canonical bytes, honest digests."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.release import canonical, digest, from_record, to_record
from jupyter_mesh.model.contract import Column, Severity
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor, Decision, Reason
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import PortSnapshot, Release, Run
from jupyter_mesh.model.tables import Pin, Snapshot, ViewSnapshot
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.model.versions import Change, Version, VersionDecision

TEXT = st.text(max_size=12)
WORD = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
MOMENT = st.datetimes(
    min_value=datetime(1970, 1, 1),
    max_value=datetime(2200, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
OBJECT = st.dictionaries(TEXT, PLAIN, max_size=3)
ID = st.none() | st.integers(min_value=0, max_value=2**63 - 1)
TABLE = st.builds(TableName, TEXT.filter(bool), TEXT.filter(bool), TEXT.filter(bool))
TYPE = st.sampled_from(
    [
        "bigint",
        "decimal(12,2)",
        "timestamp(6) with time zone",
        'row("a b" array(varchar), c date)',
    ]
).map(TrinoType.parse)
COLUMN = st.builds(
    Column,
    TEXT,
    TYPE,
    st.booleans(),
    TEXT,
    st.booleans(),
    st.booleans(),
    TEXT,
    TEXT,
    st.lists(TEXT, max_size=2).map(tuple),
)
SNAPSHOT = st.builds(
    Snapshot,
    TABLE,
    TEXT,
    TEXT,
    ID,
    st.integers(0, 9),
    st.none() | st.integers(0),
    st.lists(COLUMN, max_size=2).map(tuple),
    st.none() | MOMENT,
)
CHECK = st.builds(
    CheckResult,
    TEXT,
    TEXT,
    st.sampled_from(Outcome),
    TEXT,
    TEXT,
    TEXT,
    PLAIN,
    TEXT,
    st.sampled_from(Severity),
    TEXT,
    st.lists(OBJECT, max_size=2).map(tuple),
    OBJECT,
)
RUN = st.builds(
    Run,
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    MOMENT,
    MOMENT,
    OBJECT,
    st.lists(TEXT, max_size=2).map(tuple),
    st.lists(st.floats(0, 1e9), max_size=2).map(tuple),
)
RELEASE = st.builds(
    Release,
    st.builds(ProductName, WORD, WORD),
    st.builds(Version, *[st.integers(0, 999)] * 4),
    MOMENT,
    st.builds(Actor, TEXT, st.lists(TEXT, max_size=2).map(tuple)),
    st.lists(st.builds(PortSnapshot, TEXT, SNAPSHOT, TEXT, TEXT), max_size=2).map(tuple),
    st.lists(st.builds(Pin, TABLE, ID, TEXT, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    st.lists(st.builds(ViewSnapshot, TABLE, TEXT, TEXT), max_size=2).map(tuple),
    st.none() | RUN,
    st.builds(VersionDecision, st.sampled_from(Change), st.lists(TEXT, max_size=2).map(tuple)),
    st.lists(CHECK, max_size=2).map(tuple),
    st.builds(
        Decision,
        st.lists(st.builds(Reason, TEXT, TEXT, st.booleans()), max_size=2).map(tuple),
    ),
    st.dictionaries(TEXT, TEXT, max_size=2),
    TEXT,
    TEXT,
    TEXT,
    TEXT,
)


@given(RELEASE)
def test_a_release_comes_back_exactly_from_its_record(release):
    record = to_record(release)
    assert from_record(record) == release
    assert from_record(json.loads(json.dumps(record))) == release
    assert digest(json.loads(canonical(record))) == digest(record)


@given(RELEASE, TEXT)
def test_the_digest_covers_everything_but_itself(release, text):
    record = to_record(release)
    assert digest({**record, "digest": text}) == digest(record)
    for key in record.keys() - {"digest"}:
        assert digest({**record, key: ["changed"]}) != digest(record)


@given(PLAIN)
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(value):
    def turned(part):
        if isinstance(part, dict):
            return {key: turned(part[key]) for key in reversed(part)}
        return [turned(item) for item in part] if isinstance(part, list) else part

    assert canonical(turned(value)) == canonical(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)


# From RFC 8785, appendix B: IEEE 754 bits and their one spelling.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "444b1ae4d6e2ef50": "1e+21",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "41b3de4355555553": "333333333.3333332",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_spelled_as_the_standard_says(bits, text):
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(value).decode() == text


def test_text_and_keys_are_spelled_and_sorted_as_the_standard_says():
    given_keys = ["€", "\r", "\ufb33", "1", "😀", "\x80", "ö"]
    expected = ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(given_keys, 1)))) == expected
    assert canonical('€$\x0f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


def test_a_record_holds_only_plain_values():
    check = CheckResult(
        "p",
        "r",
        Outcome.PASSED,
        "",
        observed=Decimal("1.20"),
        rows=({"at": date(2026, 1, 2), "share": float("nan"), "key": b"\x01"},),
    )
    release = Release(
        ProductName("a", "b"),
        Version(1, 0, 0),
        datetime(2026, 1, 2, tzinfo=UTC),
        Actor("ana"),
        (),
        checks=(check,),
    )
    (recorded,) = to_record(release)["checks"]
    assert recorded["observed"] == "1.20"
    assert recorded["rows"] == [{"at": "2026-01-02", "share": "NaN", "key": "01"}]
    assert canonical(to_record(release))


def test_the_state_is_no_part_of_the_record():
    from jupyter_mesh.model.runs import ReleaseState

    release = Release(
        ProductName("a", "b"),
        Version(1, 0, 0),
        datetime(2026, 1, 2, tzinfo=UTC),
        Actor("x"),
        (),
    )
    assert to_record(replace(release, state=ReleaseState.SUPERSEDED)) == to_record(release)


def test_other_formats_and_numbers_that_json_lacks_are_refused():
    with pytest.raises(InputError, match="not a release record"):
        from_record({"format": "something/else@1"})
    with pytest.raises(InputError, match="no number inf"):
        canonical([float("inf")])
