"""Promises of the lookup: it finds what a plain look at every line finds, best first."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.catalog.lookup import Line, Lookup

WORD = st.text("ab_", min_size=1, max_size=3)


def lookup(*names, more=""):
    return Lookup({name: Line(name.encode(), f"{name}\t{more}".encode()) for name in names})


def ids(found):
    return [one.id for one in found]


def test_the_very_name_comes_before_its_beginning_and_the_rest():
    found = lookup("my_orders", "orders_daily", "orders", "other").find([["orders"]], 10)
    assert ids(found) == ["orders", "orders_daily", "my_orders"]
    assert [one.rank for one in found] == [0, 1, 2]


def test_no_common_word_hides_the_very_name():
    names = [f"x_order_{number}" for number in range(20_000)]
    found = lookup(*names, "order").find([["order"]], 3)
    assert found[0].id == "order"


def test_words_beside_the_name_are_found_last():
    lines = {"a": Line(b"a", b"a\tthe big carrier"), "carrier": Line(b"carrier", b"carrier")}
    found = Lookup(lines).find([["carrier"]], 5)
    assert [(one.id, one.rank) for one in found] == [("carrier", 0), ("a", 3)]


def test_no_hit_runs_over_a_line_end():
    assert lookup("ab", "cd").find([["bc"]], 5) == []
    assert Lookup({}).find([["x"]], 5) == []


@given(st.lists(WORD, unique=True, max_size=12), st.lists(WORD, min_size=1, max_size=3))
def test_it_finds_what_a_look_at_every_line_finds(names, words):
    found = lookup(*names, more="b_a").find([[word] for word in words], 100)
    plain = {name for name in names if all(word in f"{name}\tb_a" for word in words)}
    assert set(ids(found)) == plain
    assert len(found) == len(plain)
