"""YAML as people write it, well and badly."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.documents import Document, dotted, render, write_text
from jupyter_mesh.errors import DescriptorError, StorageError
from jupyter_mesh.schemas.validation import shipped

TEXT = """\
# About this file.
name: demo   # what it is called

catalogs:
  lake:
    type: iceberg
  ops:   # the operations team's
    type: sqlite
    path: 'ops.db'
notes:
  - first
  # between
  - name: second
    at: 2013-01-01
"""


def refused(text):
    with pytest.raises(DescriptorError) as caught:
        Document.parse(text, "mesh.yaml")
    return caught.value


def test_content_comes_out_as_plain_values():
    assert Document.parse(TEXT, "f").plain() == {
        "name": "demo",
        "catalogs": {"lake": {"type": "iceberg"}, "ops": {"type": "sqlite", "path": "ops.db"}},
        "notes": ["first", {"name": "second", "at": "2013-01-01"}],
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("name",), 2),
        (("catalogs", "ops"), 7),
        (("catalogs", "ops", "path"), 9),
        (("catalogs", "ops", "missing"), 7),
        (("catalogs", "ops", "path", "too", "deep"), 9),
        (("notes", 0), 11),
        (("notes", 1, "at"), 14),
        (("notes", 9), 10),
    ],
)
def test_every_key_knows_its_line(path, line):
    assert Document.parse(TEXT, "f").line(path) == line


def test_a_path_reads_as_people_say_it():
    assert dotted(("schema", 0, "properties", 12, "name")) == "schema[0].properties[12].name"


def test_what_is_not_touched_stays_as_it_was():
    assert Document.parse(TEXT, "f").dump() == TEXT


def test_a_change_keeps_comments_order_and_unknown_keys():
    document = Document.parse(TEXT, "f")
    document.data["name"] = "flights"
    document.data["catalogs"]["lake"]["warehouse"] = "s3://b"
    # A remark keeps its column where it can.
    expected = TEXT.replace("name: demo   #", "name: flights #").replace(
        "    type: iceberg\n", "    type: iceberg\n    warehouse: s3://b\n"
    )
    assert document.dump() == expected


@pytest.mark.parametrize(
    "text",
    ["a:\n- x\n- y: 1\n  z: 2\n", "a:\n  - x\n", "a:\r\n  - x\r\nb: 1\r\n", "a: [1, 2]\n"],
)
def test_a_file_keeps_its_own_way_of_indenting(text):
    assert Document.parse(text, "f").dump() == text


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "found an empty file"),
        ("# only a remark\n", 1, "found an empty file"),
        ("- a\n", 1, "found a list"),
        ("just words", 1, "found 'just words'"),
        ("a: 1\nb: 2\na: 3\n", 3, "a is written twice"),
        ("a:\n\tb: 1\n", 2, "there is a tab where YAML wants spaces"),
        ("a: 1\n  b: 2\n", 2, "mapping values are not allowed"),
        ("a: [1, 2\nb: 3\n", 2, "this is not YAML"),
        ("a: 'open\n", 2, "unexpected end"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: 1\nb: \x07\n", 2, "U+0007"),
        ("ok: 1\nday: 2013-13-45\n", 2, "2013-13-45 is no date"),
        ("ok: 1\nx: .nan\n", 2, "finite number"),
        ("ok: 1\nx: -.inf\n", 2, "finite number"),
        ("ok: 1\nx: !!python/object/apply:os.system [id]\n", 2, "means nothing here"),
        ("ok: 1\nx: !!binary aGVsbG8=\n", 2, "means nothing here"),
        ("ok: 1\nx: !!set {a, b}\n", 2, "means nothing here"),
        ("ok: 1\nx: !secret abc\n", 2, "means nothing here"),
        ("1: one\n", 1, "expected a name as key"),
        ("? [a, b]\n: 1\n", 1, "expected a name as key"),
        ("ok: 1\nx: *nowhere\n", 2, "undefined alias"),
        ("ok: 1\nx: &a\n  y: *a\n", 2, "a part of itself"),
        ("a: " + "[" * 1000, 0, "nested too deeply"),
    ],
)
def test_a_broken_file_is_refused_at_its_line(text, line, words):
    error = refused(text)
    assert words in error.reason
    assert error.line == line
    assert error.file == "mesh.yaml"


def test_a_key_written_twice_does_not_show_its_values():
    assert "hunter2" not in str(refused("password: hunter2\npassword: hunter3\n"))


def test_a_few_anchors_are_no_harm():
    text = "base: &base {type: files}\na:\n  <<: *base\n  path: x\nb: *base\n"
    plain = Document.parse(text, "f").plain()
    assert plain["a"] == {"path": "x", "type": "files"}
    assert plain["b"] == {"type": "files"}


def test_anchors_that_multiply_are_refused_quickly():
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "unfolds to more values" in str(refused("\n".join(lines)))


def test_nesting_has_an_end():
    text = "a: " + "{b: " * 100 + "1" + "}" * 100
    assert "unfolds to more values" in str(refused(text))


def test_a_file_that_is_not_text_is_refused_at_its_line(tmp_path):
    path = tmp_path / "mesh.yaml"
    path.write_bytes("name: a\nowner: Zoë\n".encode("latin-1"))
    with pytest.raises(DescriptorError, match="not UTF-8") as caught:
        Document.read(path)
    assert caught.value.line == 2


def test_a_mark_of_byte_order_is_passed_over(tmp_path):
    path = tmp_path / "mesh.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: a\n")
    assert Document.read(path).plain() == {"name": "a"}


def test_a_file_too_large_for_people_is_refused(tmp_path):
    path = tmp_path / "mesh.yaml"
    path.write_text("a: 1\n" * 300_000)
    with pytest.raises(DescriptorError, match="more than 1,000,000 bytes"):
        Document.read(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(DescriptorError, match="there is no such file"):
        Document.read(tmp_path / "mesh.yaml")
    with pytest.raises(DescriptorError, match="cannot be read"):
        Document.read(tmp_path)


def test_faults_come_in_the_order_of_lines_with_their_keys():
    text = "catalogs:\n  a:\n    type: icberg\n  b:\n    type: files\nnmae: x\n"
    faults = Document.parse(text, "f").faults(shipped("mesh"))
    assert [(f.line, f.key) for f in faults] == [
        (3, "catalogs.a.type"),
        (4, "catalogs.b.path"),
        (6, "nmae"),
    ]
    with pytest.raises(DescriptorError, match=r"f:3: catalogs\.a\.type: expected one of"):
        Document.parse(text, "f").validate(shipped("mesh"))


def test_writing_replaces_the_file_and_keeps_its_rights(tmp_path):
    path = tmp_path / "mesh.yaml"
    path.write_text(TEXT)
    path.chmod(0o600)
    document = Document.read(path)
    document.data["name"] = "other"
    document.write()
    assert path.read_text() == TEXT.replace("demo   #", "other  #")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["mesh.yaml"]


def test_a_disk_that_refuses_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "mesh.yaml"
    path.write_text(TEXT)

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jupyter_mesh.documents.os.fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        write_text(path, "name: other\n")
    assert path.read_text() == TEXT
    assert os.listdir(tmp_path) == ["mesh.yaml"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        write_text(tmp_path / "file" / "mesh.yaml", "")


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | KEYS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(KEYS, below, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=5))
def test_what_is_rendered_reads_back(plain):
    assert Document.parse(render(plain), "f").plain() == plain


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    try:
        document = Document.parse(text, "f")
    except DescriptorError:
        return
    assert Document.parse(document.dump(), "f").plain() == document.plain()
