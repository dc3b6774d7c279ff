"""Pairs in files: Trino text above the line of dashes, the DuckDB text for it below."""

from pathlib import Path

import pytest

PAIRS = sorted((Path(__file__).parent / "pairs").glob("*.sql"))


@pytest.mark.parametrize("file", PAIRS, ids=lambda file: file.stem)
def test_a_statement_is_written_as_in_its_file(file, duck):
    trino, _line, wanted = file.read_text("utf-8").partition("\n----\n")
    written = duck.translate(trino).sql
    for table in duck.tables:
        written = written.replace(f"read_parquet('{duck.path(table)}')", table)
    assert written == " ".join(wanted.split())
