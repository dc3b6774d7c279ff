import http.client
import threading
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from jupyter_mesh.catalog.gateway_server import LARGEST_BODY
from jupyter_mesh.errors import NameNotFound
from tests.waiting import LONGEST


def test_it_listens_on_loopback_only_when_needed_and_stops(gateway, ask):
    before = threading.active_count()
    gateway.close()
    assert threading.active_count() == before
    place = gateway.endpoint("lake")
    assert place.uri.startswith("http://127.0.0.1:")
    assert gateway.endpoint("lake", "lake~run").uri == place.uri
    assert ask("GET", "/v1/config?warehouse=lake")[0] == 200
    gateway.close()
    with pytest.raises(ConnectionRefusedError):
        opened(place).connect()
    again = gateway.endpoint("lake")
    assert again.token != place.token


def opened(place):
    return http.client.HTTPConnection("127.0.0.1", urlsplit(place.uri).port, timeout=LONGEST)


def test_a_closed_gateway_ends_the_conversations_it_has(gateway):
    place = gateway.endpoint("lake")
    with closing(opened(place)) as connection:
        headers = {"Authorization": f"Bearer {place.token}"}
        connection.request("HEAD", "/v1/lake/namespaces/raw", headers=headers)
        with connection.getresponse() as response:
            assert response.status == 204
        gateway.close()
        # A living one would answer for another gateway that gets the same port.
        assert connection.sock.recv(1) == b""


def test_the_token_shows_in_no_text(gateway):
    place = gateway.endpoint("lake")
    assert len(place.token) >= 32
    assert place.token not in repr(place)


def test_an_unknown_catalog_is_named(gateway):
    with pytest.raises(NameNotFound, match="There is no catalog lak"):
        gateway.endpoint("lak")


@pytest.mark.parametrize("given", ["", "Bearer wrong", "bearer", "Basic eDp5", "Bearer é"])
def test_whoever_has_no_token_is_turned_away(gateway, ask, given):
    headers = {"Authorization": given.encode()}
    status, answer = ask("GET", "/v1/config?warehouse=lake", headers=headers)
    assert status == 401
    assert answer["error"]["type"] == "NotAuthorizedException"
    assert gateway.endpoint("lake").token not in str(answer)


def test_a_body_too_large_is_not_read(ask):
    length = {"Content-Length": str(LARGEST_BODY + 1)}
    assert ask("POST", "/v1/lake/namespaces", headers=length)[0] == 413


@pytest.mark.parametrize("header", [{"Transfer-Encoding": "chunked"}, {"Content-Length": "x"}])
def test_a_body_without_length_is_refused(ask, header):
    assert ask("POST", "/v1/lake/namespaces", headers=header)[0] == 411
