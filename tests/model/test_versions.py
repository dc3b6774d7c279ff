import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.versions import Change, ReleaseRef, Version, VersionRange

numbers = st.integers(0, 10_000)
versions = st.builds(Version, numbers, numbers, numbers, numbers)


@given(versions)
def test_a_version_reads_back_as_written(version):
    assert Version.parse(str(version)) == version
    assert Version.parse(version.tag) == version


@given(versions, st.sampled_from(list(Change)))
def test_the_next_version_is_greater(version, change):
    assert version.after(change) > version


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        ("latest", ["0.0.1", "9.9.9+r9"], []),
        ("1.0.0", ["1.0.0"], ["1.0.0+r1", "1.0.1"]),
        ("1.0.0+r1", ["1.0.0+r1"], ["1.0.0", "1.0.0+r2"]),
        ("1.2", ["1.2.0", "1.2.7+r3"], ["1.3.0", "1.1.9"]),
        ("1", ["1.0.0", "1.9.9+r1"], ["2.0.0", "0.9.9"]),
        ("^1", ["1.0.0", "1.9.9+r1"], ["2.0.0"]),
        ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0"]),
        ("^0.2", ["0.2.0", "0.2.9"], ["0.3.0", "1.0.0"]),
        ("^0.0.3", ["0.0.3", "0.0.3+r1"], ["0.0.4"]),
        ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]),
        ("~1.0", ["1.0.0", "1.0.0+r1"], ["1.1.0"]),
    ],
)
def test_a_range_takes_what_it_says(wanted, inside, outside):
    wanted = VersionRange(wanted)
    assert all(Version.parse(text) in wanted for text in inside)
    assert not any(Version.parse(text) in wanted for text in outside)


@pytest.mark.parametrize("text", ["1.2.x", "one", "^", "1.2.3.4", "1.2.3+r", "-1.0.0", ">=1"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(InputError):
        VersionRange(text)


def test_a_reference_names_product_and_range():
    ref = ReleaseRef.parse("aviation/delays@^1")
    assert str(ref) == "aviation/delays@^1"
    assert ReleaseRef.parse("aviation/delays").range.is_latest
