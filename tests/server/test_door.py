"""Promises of the door: who comes in, as whom, and what they may do."""

import pytest
from jupyter_server.auth import User
from traitlets.config import Config

from jupyter_mesh.server.door import actor_of, exact


def test_who_has_only_the_token_acts_as_the_meshs_own_user():
    assert actor_of(User("0" * 32, "Anonymous Io")) is None
    assert actor_of(User("0" * 32, "Somebody")).user == "0" * 32
    assert actor_of(User("bo", "Bo")).user == "bo"


def test_numbers_stay_exact():
    value = {"a": [2**53 - 1, 2**53, -(2**60), True, 1.5, None]}
    assert exact(value) == {
        "a": [2**53 - 1, str(2**53), str(-(2**60)), True, 1.5, None],
    }


class TestReadOnly:
    @pytest.fixture
    def jp_server_config(self, jp_server_config, reader):
        return Config(
            {
                **jp_server_config,
                "ServerApp": {**jp_server_config["ServerApp"], "authorizer_class": reader},
            }
        )

    async def test_a_reader_looks_and_does_not_touch(self, ask, landed):
        assert (await ask("tree")).status == 200
        for path, values in {
            "plan": {"product": "shop/orders"},
            "scaffold": {"product": "shop/new"},
            "promotions": {"product": "shop/orders"},
            "init": {},
        }.items():
            answer = await ask(path, "POST", **values)
            assert answer.status == 403, path
            assert "not change anything" in answer.error["message"]
            assert "Ask whoever runs" in answer.error["remedy"]
        assert (await ask("promotions/x", "DELETE")).status == 403
        assert not (landed / "products" / "shop" / "new").exists()


class TestTwoUsers:
    @pytest.fixture
    def jp_server_config(self, jp_server_config, named):
        return Config(
            {
                **jp_server_config,
                "ServerApp": {
                    **jp_server_config["ServerApp"],
                    "identity_provider_class": named,
                    # This provider knows no tokens, which spare a program the cookie.
                    "disable_check_xsrf": True,
                },
            }
        )

    async def test_each_acts_under_their_own_name(self, ask, landed, ended):
        ana, bo = {"X-Name": "ana"}, {"X-Name": "bo"}
        assert (await ask("status", headers=ana)).json["user"] == "ana"
        assert (await ask("status", headers=bo)).json["user"] == "bo"
        assert (await ask("status")).status == 403
        await ask("preview", headers=bo, table="lake.raw.orders")
        await ask("preview", headers=ana, table="lake.raw.orders")
        from jupyter_mesh.mesh import Mesh

        with Mesh.open(landed) as mesh:
            actors = [e.actor for e in mesh.parts.home.audit() if e.action == "query"]
        assert actors == ["ana", "bo"]
        started = await ask("plan", "POST", headers=bo, product="shop/orders")
        assert started.json["actor"] == "bo"
