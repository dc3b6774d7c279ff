"""Promises about who may do what through the gateway."""

import pytest

from jupyter_mesh.catalog.gateway_access import Caller, Right
from jupyter_mesh.errors import AccessDenied, InputError
from jupyter_mesh.model.names import TableName

T = TableName("lake", "raw", "t")
OTHER = TableName("lake", "raw", "u")
RUN = "lake~run1"


def caller(*rights):
    owner = {"raw_shop": "raw/shop"}
    return Caller(
        "eve",
        tuple(Right.parse(right) for right in rights),
        owner_of=lambda table: owner.get(table.schema, ""),
    )


@pytest.mark.parametrize(
    "text",
    ["read:lake", "write:lake@lake~run1", "write:lake@*", 'read:lake:"raw"."T"'],
)
def test_a_right_reads_as_it_is_written(text):
    assert str(Right.parse(text)) == text


def test_a_right_may_be_typed_without_quotes():
    assert Right.parse("read:lake:raw.t") == Right("read", "lake", "", "raw", "t")


@pytest.mark.parametrize(
    "text", ["", "read", "read:", "own:lake", "read:lake@", "read:lake:a.b.c", "read:lake:a..b"]
)
def test_what_is_no_right_is_refused(text):
    with pytest.raises(InputError):
        Right.parse(text)


@pytest.mark.parametrize(
    ("rights", "reads", "writes"),
    [
        ((), set(), set()),
        (("read:lake",), {""}, set()),
        (("write:lake",), {""}, {""}),
        (("write:lake@lake~run1",), {RUN}, {RUN}),
        (("write:lake@lake~run2",), set(), set()),
        (("write:lake@*",), {RUN}, {RUN}),
        (("read:lake", "write:lake@*"), {"", RUN}, {RUN}),
        (("write:other", "write:other@*"), set(), set()),
        (("write:lake:raw.t",), {""}, {""}),
        (("write:lake:raw.u",), set(), set()),
    ],
)
def test_rights_hold_for_their_place_alone(rights, reads, writes):
    someone = caller(*rights)
    for branch in ("", RUN):
        assert allowed(someone.check_read, T, branch) == (branch in reads)
        assert allowed(someone.check_write, T, branch) == (branch in writes)


def allowed(check, *what):
    try:
        check(*what)
    except AccessDenied:
        return False
    return True


def test_a_right_on_one_table_is_none_on_its_schema():
    someone = caller("write:lake:raw.t")
    assert allowed(someone.check_write, T, "")
    assert not allowed(someone.check_write, OTHER, "")
    assert not allowed(someone.check_schema, "lake", "raw", "")
    assert someone.sees("lake", "", "raw")
    assert someone.sees("lake", "", "raw", "t")
    assert not someone.sees("lake", "", "raw", "u")
    assert not someone.sees("lake", "", "other")


def test_a_products_table_is_not_changed_on_main_whatever_a_token_allows():
    port = TableName("lake", "raw_shop", "orders")
    someone = caller("write:lake", "write:lake@*")
    assert allowed(someone.check_write, port, RUN)
    with pytest.raises(AccessDenied, match="mesh promote raw/shop"):
        someone.check_write(port, "")
    with pytest.raises(AccessDenied, match="mesh promote raw/shop"):
        someone.check_schema("lake", "raw_shop", "")
    assert allowed(Caller("engine", is_trusted=True).check_write, port, "")


def test_a_place_is_closed_to_who_has_nothing_there():
    someone = caller("write:lake@lake~run1:raw.t")
    someone.check_place("lake", RUN)
    for catalog, branch in (("lake", ""), ("lake", "lake~run2"), ("other", "")):
        with pytest.raises(AccessDenied, match="eve may not read"):
            someone.check_place(catalog, branch)
