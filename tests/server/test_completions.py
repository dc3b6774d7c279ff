"""Promises of completion from the server."""

import pytest


async def texts(ask, text):
    """What is offered at the mark."""
    before, _mark, _after = text.partition("|")
    answer = await ask(
        "completions",
        text=text.replace("|", ""),
        line=before.count("\n"),
        column=len(before.rpartition("\n")[2]),
    )
    assert answer.status == 200, answer.content
    return [item["text"] for item in answer.json["items"]]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("SELECT * FROM |", "lake"),
        ("SELECT * FROM |", "raw"),
        ("SELECT * FROM la|", "lake"),
        ("SELECT * FROM lake.|", "lake.raw"),
        ("SELECT * FROM lake.raw.|", "lake.raw.orders"),
        ("SELECT * FROM raw.o|", "raw.orders"),
        ("SELECT cu|\nFROM lake.raw.orders", "customer"),
        ("SELECT o.|\nFROM lake.raw.orders AS o", "o.amount"),
        ("SELECT appr| FROM lake.raw.orders", "approx_percentile"),
        ("SEL|", "SELECT"),
    ],
)
async def test_offers_what_may_stand_there(ask, landed, text, offered):
    assert offered in await texts(ask, text)


@pytest.mark.parametrize(
    "text", ["SELECT 'FROM |", "SELECT 1 -- FROM |", "SELECT /* FROM |", "SELECT * FROM none.|"]
)
async def test_offers_nothing_where_nothing_may_stand(ask, landed, text):
    assert await texts(ask, text) == []


async def test_offers_the_versions_of_products(ask, published):
    assert await texts(ask, "shop/|") == ["shop/orders@1.0.0"]


async def test_a_place_beyond_the_text_is_its_end(ask, landed):
    answer = await ask("completions", text="SELECT * FROM la", line=99, column=99)
    assert [item["text"] for item in answer.json["items"]] == ["lake"]
