import socket

import pytest

from jupyter_mesh.errors import ConfigError, ConflictError
from jupyter_mesh.stack import network


@pytest.mark.parametrize("address", ["127.0.0.1", "127.3.2.1", "::1"])
def test_this_machine_may_be_listened_on(address):
    assert network.loopback(address) == address


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.4", "8.8.8.8", "host", ""])
def test_nothing_beyond_this_machine_is_listened_on(address):
    with pytest.raises(ConfigError, match="does not listen on"):
        network.loopback(address)


def test_a_port_that_is_taken_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        with pytest.raises(ConflictError, match=f"Port {port} for s3 is taken") as caught:
            network.reserve("127.0.0.1", port, "s3")
    assert "--port s3=0" in caught.value.remedy
    assert network.reserve("127.0.0.1", port, "s3") == port


def test_any_port_will_do_for_none():
    assert network.reserve("127.0.0.1", 0, "s3") > 0


def test_a_free_port_is_none_that_an_outgoing_connection_gets():
    with socket.socket() as outgoing:
        outgoing.bind(("127.0.0.1", 0))
        given = outgoing.getsockname()[1]
    assert network.free_port("127.0.0.1") < 32_000 < given


def test_silence_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        assert network.answer("127.0.0.1", port, "/", timeout=0.1) == (0, b"")
    assert network.answer("127.0.0.1", port, "/") == (0, b"")
    assert network.document("127.0.0.1", port, "/") == {}
