"""Promises about the tokens that open the gateway."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.gateway_access import Right
from jupyter_mesh.catalog.gateway_tokens import LONGEST, OneKey, Tokens
from jupyter_mesh.errors import InputError, NameNotFound

READ = (Right("read", "lake"),)
HOUR = timedelta(hours=1)


@pytest.fixture
def tokens(lake):
    return Tokens("lake", lake.database)


def test_a_token_says_who_comes_and_what_they_may(tokens):
    issued = tokens.issue("eve", READ, HOUR)
    caller = tokens.caller(issued.text)
    assert (caller.actor, caller.rights, caller.is_trusted) == ("eve", READ, False)


def test_the_database_never_holds_a_token(tokens, lake):
    issued = tokens.issue("eve", READ, HOUR)
    with lake.database.reading() as connection:
        kept = connection.execute(select(rows.TOKENS)).one()
    assert issued.text not in str(kept)
    assert issued.text.rpartition("_")[2] not in str(kept)
    assert issued.text not in repr(issued)
    assert [one.text for one in tokens.all()] == [""]


@pytest.mark.parametrize(
    "text", ["", "mesh", "mesh_", "mesh_0_", "mesh__x", "x_y_z", "mesh_nobody_secret", "é_é_é"]
)
def test_what_is_no_token_opens_nothing(tokens, text):
    tokens.issue("eve", READ, HOUR)
    assert tokens.caller(text) is None


def test_the_name_of_a_token_is_not_the_token(tokens):
    issued = tokens.issue("eve", READ, HOUR)
    assert tokens.caller(f"mesh_{issued.id}_guess") is None
    assert tokens.caller(f"{issued.text}x") is None


def test_a_token_expires(tokens, lake):
    issued = tokens.issue("eve", READ, HOUR)
    with lake.database.writing() as connection:
        past = rows.to_text(issued.created - HOUR)
        connection.execute(update(rows.TOKENS).values(expires=past))
    assert tokens.caller(issued.text) is None


@pytest.mark.parametrize("lasts", [timedelta(), -HOUR, LONGEST + HOUR])
def test_a_token_without_an_end_is_refused(tokens, lasts):
    with pytest.raises(InputError, match="has to expire"):
        tokens.issue("eve", READ, lasts)
    with pytest.raises(InputError, match="without any right"):
        tokens.issue("eve", (), HOUR)


def test_a_token_is_taken_back_for_good(tokens):
    first, second = tokens.issue("eve", READ, HOUR), tokens.issue("bob", READ, HOUR)
    tokens.revoke(first.id)
    tokens.revoke(first.id)
    assert tokens.caller(first.text) is None
    assert tokens.caller(second.text).actor == "bob"
    assert {one.actor: one.is_revoked for one in tokens.all()} == {"eve": True, "bob": False}
    with pytest.raises(NameNotFound):
        tokens.revoke("nobody")


def test_another_mesh_in_the_database_has_tokens_of_its_own(tokens, lake):
    issued = tokens.issue("eve", READ, HOUR)
    other = Tokens("other", lake.database)
    assert other.caller(issued.text) is None
    assert other.all() == []


def test_the_engines_key_is_drawn_anew_and_opens_all():
    key = OneKey()
    assert key.caller(key.token).is_trusted
    assert key.caller(f"{key.token}x") is None
    assert key.caller("é\udcff") is None
    assert OneKey().token != key.token
