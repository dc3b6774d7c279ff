"""Promises of the route table: each route answers, says no in one form, and lets nobody in."""

import json

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_mesh.server.routes import ROUTES, pattern, table

QUESTIONS = {
    "status": {},
    "tree": {},
    "search": {"q": "orders"},
    "preview": {"table": "lake.raw.orders"},
    "table": {"name": "lake.raw.orders"},
    "product": {"name": "shop/orders"},
    "releases": {"product": "shop/orders"},
    "release": {"ref": "shop/orders@latest"},
    "diff": {"before": "shop/orders@1.0.0", "after": "shop/orders@latest"},
    "lineage": {"name": "shop/orders"},
    "completions": {"text": "SELECT 1", "line": 0, "column": 8},
    "promotions": {},
    "openapi.json": {},
}
HOSTILE = [
    "",
    " ",
    "'",
    '"',
    '"""',
    ".",
    "..",
    "/",
    "a/b",
    "a.b.c",
    "lake.raw.orders; DROP TABLE lake.raw.orders",
    '"lake"."raw"."or""ders"',
    "lake.information_schema.tables",
    "shop/orders@",
    "shop/orders@^^1",
    "@",
    "../../../etc/passwd",
    "<script>alert(1)</script>",
    "%",
    "_",
    "\\",
    "\u202e\u0000",
    "\u0000",
    "ünïcödé/ß",
    "\U0001d4b3" * 300,
    "x" * 5000,
    "-1",
    "99999999999999999999999",
    "NaN",
    "table:",
    "table:a",
    "column:lake.raw.orders.id",
    "port:shop/orders",
    "product:shop/none",
    "schema:lake",
    "catalog:a.b",
    "domain:",
    "product:../..",
]


def test_every_question_is_asked_here():
    asked = {route.path for route in table("/") if route.method == "GET" and not route.in_path}
    assert asked - {"notebook"} == set(QUESTIONS)


@pytest.mark.parametrize("path", QUESTIONS)
async def test_nobody_comes_in_without_the_token(ask, path):
    answer = await ask(path, headers={"Authorization": "token wrong"}, **QUESTIONS[path])
    assert answer.status == 403
    assert answer.error["type"] == "SessionExpired"
    assert "Log in again" in answer.error["remedy"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_no_verb_is_open_to_strangers(ask, route):
    path = route.path.replace("{id}", "x")
    answer = await ask(path, route.method, headers={"Authorization": "token wrong"})
    assert answer.status == 403


async def test_every_question_has_an_answer(ask, published):
    for path, values in QUESTIONS.items():
        answer = await ask(path, **values)
        assert answer.status == 200, (path, answer.content)
        assert answer.headers["Cache-Control"] == "no-store"


async def test_whatever_is_asked_gets_a_sentence(ask, published):
    routes = [route for route in ROUTES if route.method == "GET"]
    for route in routes:
        names = [one.name for one in route.asked]
        for text in HOSTILE:
            for name in names:
                values = {**QUESTIONS.get(route.path, {}), name: text}
                path = route.path.replace("{id}", "x")
                answer = await ask(path, **values)
                assert answer.status < 500, (path, values, answer.content)
                if answer.status >= 400:
                    assert answer.error["message"], (path, values)
                    assert "Traceback" not in str(answer.content)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "1",
        "{",
        "\ufeff{}",
        '{"product": 1}',
        '{"product": "shop/orders", "parameters": []}',
        '{"product": "shop/orders", "parameters": {"spoil": NaN}}',
        '{"product": "shop/orders", "parameters": {"a\\nb": 1}}',
        '{"product": "\\ud800/x"}',
        '{"product": "shop/\\u0000"}',
        '{"product": "shop/orders", "notebook": "x.ipynb"}',
        '{"notebook": "../../etc/passwd"}',
        '{"notebook": "mesh.yaml"}',
        "[" * 100_000,
        '{"a": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '{"product": "shop/orders", "parameters": {"spoil": ' + "9" * 5_000 + "}}",
        '{"product": "' + "x" * 2_000_000 + '"}',
    ],
)
async def test_whatever_is_sent_gets_a_sentence(ask, body):
    for path in ("plan", "scaffold", "promotions"):
        answer = await ask(path, "POST", body=body)
        assert answer.status < 500, (path, answer.content)
        if answer.status >= 400:
            assert answer.error["message"]


async def test_an_address_that_is_none_is_told_as_such(ask):
    answer = await ask("nonsense/here")
    assert answer.status == 404
    assert answer.error["type"] == "NameNotFound"


async def test_a_verb_that_a_path_has_not_is_told_as_such(ask):
    for path, method in [("tree", "DELETE"), ("plan", "GET"), ("promotions/x", "POST")]:
        answer = await ask(path, method)
        assert answer.status == 405
        assert answer.error["remedy"]


async def test_letters_that_are_no_utf8_find_nothing(jp_fetch):
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("mesh", "api", "table", params={"name": b"\xff\xfe"})
    assert caught.value.code == 400


async def test_numbers_that_a_browser_would_round_come_as_text(ask, published):
    release = (await ask("release", ref="shop/orders@1.0.0")).json
    assert release["tables"][0]["snapshot_id"].isdigit()


async def test_an_unexpected_fault_is_told_without_its_innards(ask, landed, monkeypatch):
    from jupyter_mesh.catalog.names import Names

    def broken(*_any):
        raise RuntimeError("the secret innards")

    monkeypatch.setattr(Names, "search", broken)
    answer = await ask("search", q="orders")
    assert answer.status == 500
    assert "innards" not in answer.content.decode()
    assert "log" in answer.error["remedy"]


async def test_a_database_that_is_away_is_told_with_its_remedy(ask, landed):
    database = landed / ".mesh" / "catalog.db"
    database.write_bytes(b"this is no database at all, nor was it ever one" * 100)
    for extra in database.parent.glob("catalog.db-*"):
        extra.unlink()
    answer = await ask("releases")
    assert answer.status == 503
    assert answer.error["type"] == "StorageError"
    assert answer.error["remedy"]


def test_a_path_is_matched_whole():
    assert pattern("promotions/{id}") == "promotions/(?P<id>[^/]+)"
    assert json.dumps([route.path for route in ROUTES]).count("{") == 2


async def test_an_error_tells_files_from_the_meshs_folder_on(ask, small_folder):
    path = small_folder / "products" / "shop" / "orders" / "product.odps.yaml"
    path.write_text(path.read_text().replace("kind: DataProduct", "kind: Nonsense"))
    answer = await ask("product", name="shop/orders")
    assert answer.status == 400
    place = "products/shop/orders/product.odps.yaml"
    assert answer.error["file"] == place
    assert answer.error["message"].startswith(f"{place}:2: kind")
    assert str(small_folder) not in answer.content.decode()
