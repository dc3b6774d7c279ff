"""What a failure's code means, in words and with a remedy."""

from __future__ import annotations

import errno
import sqlite3
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from jupyter_mesh.catalog import failures
from jupyter_mesh.catalog.failures import explained, unreadable, unwritable
from jupyter_mesh.errors import ConflictError, StorageError


def failed(kind, code):
    class Failure(kind):
        pass

    Failure.sqlite_errorname = code if kind is sqlite3.Error else None
    Failure.sqlstate = code if kind is psycopg.Error else None
    return explained(DBAPIError("SELECT geheim", {}, Failure("words")), "/x/catalog.db")


@pytest.mark.parametrize(
    ("kind", "code", "error", "words"),
    [
        (sqlite3.Error, "SQLITE_CONSTRAINT_UNIQUE", ConflictError, "wrote the same"),
        (sqlite3.Error, "SQLITE_BUSY_SNAPSHOT", StorageError, "locked"),
        (sqlite3.Error, "SQLITE_READONLY_DBMOVED", StorageError, "read-only"),
        (sqlite3.Error, "SQLITE_IOERR_WRITE", StorageError, "answered with an error"),
        (sqlite3.Error, "SQLITE_CORRUPT", StorageError, "damaged"),
        (sqlite3.Error, "SQLITE_MISUSE", StorageError, r"failed \(SQLITE_MISUSE\)"),
        (psycopg.Error, "23505", ConflictError, "wrote the same"),
        (psycopg.Error, "40001", ConflictError, "faster"),
        (psycopg.Error, "40P01", ConflictError, "faster"),
        (psycopg.Error, "28P01", StorageError, "user or the password"),
        (psycopg.Error, "53100", StorageError, "no room"),
        (psycopg.Error, "57P01", StorageError, "shutting down"),
        (psycopg.Error, "42501", StorageError, "right"),
        (psycopg.Error, "XX000", StorageError, r"failed \(XX000\)"),
        (psycopg.Error, None, StorageError, "cannot be reached: words"),
    ],
)
def test_a_databases_code_becomes_a_sentence_with_a_remedy(kind, code, error, words):
    found = failed(kind, code)
    assert type(found) is error
    assert found.remedy
    with pytest.raises(error, match=words):
        raise found
    assert "geheim" not in str(found)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "this user may not"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_disks_code_becomes_a_sentence_with_a_remedy(number, words):
    error = OSError(number, "Input/output error")
    for told, verb in ((unreadable, "read"), (unwritable, "written")):
        found = told("file:///a", error)
        assert found.message.startswith(f"file:///a cannot be {verb}")
        assert words in found.message
        assert found.remedy


@pytest.mark.parametrize("code", ["SQLITE_IOERR_SHMSIZE", "SQLITE_CANTOPEN"])
@pytest.mark.parametrize(
    ("may_write", "free", "words"),
    [(False, 9, "read-only"), (True, 0, "the disk is full"), (True, 9, None)],
)
def test_behind_a_vague_code_stands_what_the_folder_tells(
    code, may_write, free, words, tmp_path, monkeypatch
):
    monkeypatch.setattr(failures.os, "access", lambda *_: may_write)
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr(failures.shutil, "disk_usage", lambda _: usage)
    error = sqlite3.OperationalError("vague")
    error.sqlite_errorname = code
    told = explained(DBAPIError("s", {}, error), str(tmp_path / "catalog.db"))
    assert isinstance(told, StorageError)
    if words is None:
        assert "read-only" not in str(told)
        assert "full" not in str(told)
    else:
        assert words in str(told)
