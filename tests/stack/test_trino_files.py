from pathlib import Path

import pytest

from jupyter_mesh.stack import trino_files

STORE = {
    "endpoint": "http://127.0.0.1:9000",
    "region": "us-east-1",
    "access_key": "mesh",
    "secret_key": "unheard-of",
    "spooling_bucket": "spooling",
}


def config(**more):
    given = {"address": "127.0.0.1", "port": 8080, "log": Path("/log"), "is_spooling": False}
    return trino_files.config(**{**given, **more})


def test_it_listens_on_this_machine_alone():
    found = config()
    assert found["node.bind-ip"] == found["node.internal-address"] == "127.0.0.1"
    assert found["discovery.uri"] == "http://127.0.0.1:8080"
    assert config(address="::1")["discovery.uri"] == "http://[::1]:8080"


def test_catalogs_are_never_written_to_disk():
    assert config()["catalog.store"] == "memory"


def test_spooling_holds_no_secret():
    assert not any(key.startswith("protocol.spooling") for key in config())
    texts = {**config(is_spooling=True), **trino_files.spooling(STORE)}
    assert texts["protocol.spooling.enabled"] == "true"
    assert texts["fs.location"] == "s3://spooling/"
    assert "unheard-of" not in str(texts)
    assert texts["s3.aws-secret-key"] == "${ENV:MESH_STACK_S3_SECRET}"


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("/home/ana/mesh", "k=/home/ana/mesh"),
        ("/home/zoë", "k=/home/zo\\u00eb"),
        ("C:\\mesh", "k=C:\\\\mesh"),
        (" begins with a blank", "k=\\ begins with a blank"),
        ("two\nlines", "k=two\\nlines"),
        ("😀", "k=\\ud83d\\ude00"),
    ],
)
def test_any_value_reads_back_in_java(value, line):
    assert trino_files.properties({"k": value}) == f"{line}\n"


def test_one_compiler_is_for_tests():
    brief = set(trino_files.flags(is_brief=True))
    assert brief - set(trino_files.flags(is_brief=False)) == {"-XX:TieredStopAtLevel=1"}
