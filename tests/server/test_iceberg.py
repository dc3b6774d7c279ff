"""The Iceberg catalogs under Jupyter's own address, for Jupyter's own user."""

import json

import pytest
from tornado.httpclient import HTTPClientError


@pytest.fixture
def reach(jp_fetch):
    """Asks the catalog; answers status and parsed body."""

    async def asked(path, method="GET", body=None, **more):
        how = {"method": method, "request_timeout": 60, **more}
        if method == "POST":
            how["body"] = body if isinstance(body, bytes) else json.dumps(body or {})
        try:
            answer = await jp_fetch("mesh", "iceberg", *path.split("/"), **how)
        except HTTPClientError as error:
            answer = error.response
        return answer.code, json.loads(answer.body) if answer.body else None

    return asked


async def test_the_catalog_is_there_for_jupyters_user(reach, landed):
    status, config = await reach("v1/config", params={"warehouse": "lake"})
    assert (status, config["overrides"]) == (200, {"prefix": "lake"})
    assert (await reach("v1/lake/namespaces"))[1] == {"namespaces": [["raw"]]}
    status, table = await reach("v1/lake/namespaces/raw/tables/orders")
    assert status == 200
    assert table["metadata"]["format-version"] == 2
    assert (await reach("v1/lake/namespaces/raw/tables/orders", "HEAD"))[0] == 204
    status, answer = await reach("v1/lake/namespaces/raw/tables/nope")
    assert (status, answer["error"]["type"]) == (404, "NoSuchTableException")


async def test_a_schema_is_made_and_removed(reach, landed):
    body = {"namespace": ["new"]}
    assert (await reach("v1/lake/namespaces", "POST", body))[0] == 200
    assert (await reach("v1/lake/namespaces", "POST", body))[0] == 409
    assert (await reach("v1/lake/namespaces/new", "DELETE"))[0] == 204


async def test_a_products_table_changes_by_promotion_alone(reach, published):
    place = "v1/lake/namespaces/shop_orders/tables"
    [table] = (await reach(place))[1]["identifiers"]
    for method, path in (("DELETE", f"{place}/{table['name']}"), ("POST", place)):
        body = {"name": "new", "schema": {"type": "struct", "fields": []}}
        status, answer = await reach(path, method, body)
        assert status == 403
        assert "mesh promote shop/orders" in answer["error"]["message"]
    assert (await reach(f"{place}/{table['name']}"))[0] == 200


async def test_who_has_no_token_is_turned_away(reach, landed):
    nobody = {"headers": {"Authorization": "Bearer wrong"}}
    status, answer = await reach("v1/lake/namespaces", **nobody)
    assert status in {401, 403}
    assert answer["error"]["code"] == status


async def test_jupyters_token_is_taken_as_icebergs_clients_send_it(
    reach, landed, jp_auth_header
):
    token = jp_auth_header["Authorization"].split()[1]
    bearer = {"headers": {"Authorization": f"Bearer {token}"}}
    assert (await reach("v1/lake/namespaces", **bearer))[0] == 200


async def test_a_body_too_large_is_refused(reach, landed):
    assert (await reach("v1/lake/namespaces", "POST", b"x" * (16 * 2**20 + 1)))[0] == 413


async def test_a_name_with_a_slash_stays_one_name(
    http_server_client, jp_base_url, jp_auth_header, landed
):
    place = f"{jp_base_url}mesh/iceberg/v1/lake/namespaces/raw/tables/a%2Fb"
    answer = await http_server_client.fetch(
        place, headers=jp_auth_header, raise_error=False, request_timeout=60
    )
    assert answer.code == 404
    assert 'lake.raw."a/b"' in json.loads(answer.body)["error"]["message"]


class TestReaders:
    @pytest.fixture
    def jp_server_config(self, jp_server_config, reader):
        jp_server_config.ServerApp.authorizer_class = reader
        return jp_server_config

    async def test_who_may_only_look_changes_nothing(self, reach, landed):
        assert (await reach("v1/lake/namespaces"))[0] == 200
        status, answer = await reach("v1/lake/namespaces", "POST", {"namespace": ["x"]})
        assert (status, answer["error"]["type"]) == (403, "ForbiddenException")
        assert (await reach("v1/lake/namespaces/raw/tables/orders", "DELETE"))[0] == 403
