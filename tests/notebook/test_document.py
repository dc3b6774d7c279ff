import hashlib
import json

import pytest

from jupyter_mesh.errors import NotebookError
from jupyter_mesh.notebook import document
from jupyter_mesh.notebook.document import read


def test_cells_are_numbered_as_one_sees_them(bench, make_code, make_text):
    path = bench.write(
        make_text("# a"), make_code(["x = 1\n", "y = 2"], "tag"), make_code("  ")
    )
    found = read(path)
    assert [cell.number for cell in found.cells] == [1, 2, 3]
    assert [cell.number for cell in found.code] == [2]
    assert found.code[0].source == "x = 1\ny = 2"
    assert found.code[0].tags == ("tag",)
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_is_too_large_is_refused_unread(bench, monkeypatch):
    monkeypatch.setattr(document, "LIMIT", 10)
    with pytest.raises(NotebookError, match="limit") as caught:
        read(bench.write("x = 1"))
    assert "Clear its outputs" in caught.value.remedy


def test_a_folder_is_no_notebook(bench):
    with pytest.raises(NotebookError, match="cannot be read"):
        read(bench.folder)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 100_000, b'{"nbformat": 4}'])
def test_other_bytes_are_no_notebook(bench, content):
    path = bench.folder / "x.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError):
        read(path)


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"language": "R"}}, "r"),
        ({"kernelspec": None, "language_info": {"name": "julia"}}, "julia"),
        ({"kernelspec": {"name": "python3"}, "language_info": {"name": ""}}, "python"),
        ([], "python"),
    ],
)
def test_the_language_is_what_the_notebook_says(bench, metadata, language):
    path = bench.folder / "x.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": [], "metadata": metadata}))
    assert read(path).language == language
