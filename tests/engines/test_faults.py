import duckdb
import pytest

from jupyter_mesh.engines.faults import explained, scrubbed
from jupyter_mesh.errors import (
    ConflictError,
    QueryCancelled,
    QueryError,
    StatementNotSupported,
    StorageError,
)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), QueryCancelled, "stopped"),
        (OSError("INTERRUPT Error: Interrupted!"), QueryCancelled, "stopped"),
        (OSError("Invalid Input Error: boom"), QueryError, "boom"),
        (
            duckdb.ConversionException(
                "Conversion Error: Could not convert string 'x/y' to INT32\n\nLINE 1: SELECT 1"
            ),
            QueryError,
            "Cannot cast 'x/y' to integer",
        ),
        (
            duckdb.OutOfRangeException(
                "Out of Range Error: Overflow in multiplication of INT64 (1 * 2)!"
            ),
            QueryError,
            r"Overflow in multiplication of bigint \(1 \* 2\)!",
        ),
        (duckdb.IOException("IO Error: No space left on device"), StorageError, "no room"),
        (
            duckdb.IOException('IO Error: No files found that match "/w/secret/t.parquet"'),
            StorageError,
            '"t.parquet"',
        ),
        (
            duckdb.HTTPException("HTTP Error: HTTP GET to 'http://127.0.0.1:9/v1?token=abc'"),
            StorageError,
            "read or written",
        ),
        (
            duckdb.TransactionException("TransactionContext Error: Failed: (Conflict_409)"),
            ConflictError,
            "somebody else",
        ),
        (
            duckdb.BinderException("Binder Error: No function matches\nCandidates: a(b)"),
            StatementNotSupported,
            "No function matches",
        ),
        (MemoryError(), StorageError, "memory"),
        (duckdb.Error("something else"), QueryError, "something else"),
    ],
)
def test_each_fault_has_its_kind_and_words(error, kind, text):
    found = explained(error)
    assert type(found) is kind
    with pytest.raises(kind, match=f"(?i){text}"):
        raise found
    assert "/w/" not in found.message
    assert "127.0.0.1" not in found.message
    assert "LINE" not in found.message


def test_a_stopped_statement_is_cancelled_whatever_it_says():
    assert isinstance(explained(OSError("gone"), was_stopped=True), QueryCancelled)


def test_places_are_taken_out_of_texts():
    assert scrubbed("see s3://bucket/a/b.parquet and /tmp/x/y.db, file:///c") == (
        "see b.parquet and y.db, c"
    )


def test_a_value_that_a_macro_refuses_is_a_refusal_and_no_fault():
    raised = "Conversion Error: Could not convert string 'mesh: {}' to INT32"
    told = "not supported by the embedded engine: this number"
    error = explained(duckdb.ConversionException(raised.format(told)))
    assert isinstance(error, StatementNotSupported)
    assert error.construct == "this number"
    other = explained(duckdb.ConversionException(raised.format("Division by zero")))
    assert type(other) is QueryError
