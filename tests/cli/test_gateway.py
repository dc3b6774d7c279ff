"""The verbs of the gateway on a real mesh, and the gateway as a process that others ask."""

import json
import os
import re
import signal
import ssl
import subprocess
import sys
from contextlib import chdir, contextmanager
from http.client import RemoteDisconnected
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from jupyter_mesh.cli.app import mesh
from tests.waiting import LONGEST

MESH = Path(sys.executable).parent / "mesh"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("shop")
    run(root, "init")
    (root / "orders.csv").write_text("id,name\n1,a\n2,b\n")
    run(root, "land", "orders.csv", "lake.raw.orders")
    return root


def run(root, *words, code=0):
    with chdir(root):
        done = CliRunner().invoke(mesh, words)
    assert done.exit_code == code, done.stderr
    return done


@contextmanager
def serving(folder, *options):
    """The gateway as a process of its own; its address."""
    process = subprocess.Popen(
        [MESH, "--json", "gateway", "--port", "0", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        told = ""
        while not told.endswith("}\n"):
            line = process.stdout.readline()
            assert line, "it ended before it listened"
            told += line
        yield json.loads(told)["url"]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LONGEST)


def test_a_token_is_shown_once_and_listed_by_its_name(folder):
    made = run(folder, "gateway", "token", "--read", "lake", "--for", "eve", "--hours", "1")
    text = made.stdout.strip()
    assert text.startswith("mesh_")
    assert "read:lake for eve" in made.stderr
    listed = run(folder, "gateway", "tokens")
    assert text not in listed.stdout
    [key] = re.findall(r"mesh_(\w{12})_", text)
    assert key in listed.stdout
    assert "opens nothing" in run(folder, "gateway", "revoke", key).stdout
    assert "taken back" in run(folder, "gateway", "tokens").stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("token",), 2),
        (("token", "--read", "lak"), 3),
        (("token", "--read", "lake@lake~gone"), 3),
        (("token", "--read", "lake:a.b.c"), 2),
        (("token", "--read", "lake", "--hours", "0"), 2),
        (("token", "--read", "lake", "--hours", "100000"), 2),
        (("revoke", "nobody"), 3),
        (("--host", "0.0.0.0", "--port", "0"), 2),
        (("--host", "example.org", "--port", "0"), 2),
    ],
)
def test_what_makes_no_sense_is_refused(folder, words, code):
    run(folder, "gateway", *words, code=code)


def test_beyond_this_machine_it_wants_a_certificate(folder):
    refused = run(folder, "gateway", "--host", "0.0.0.0", "--port", "0", code=2)
    assert "--certificate FILE" in refused.stderr


@pytest.mark.long
def test_it_serves_whoever_has_a_token_until_it_is_stopped(folder):
    made = json.loads(run(folder, "gateway", "token", "--read", "lake", "--json").stdout)
    with serving(folder) as url:
        assert url.startswith("http://127.0.0.1:")
        place = f"{url}/v1/lake/namespaces/raw/tables"
        headers = {"Authorization": f"Bearer {made['token']}"}
        with urlopen(Request(place, headers=headers), timeout=LONGEST) as answer:
            assert json.load(answer)["identifiers"] == [
                {"namespace": ["raw"], "name": "orders"}
            ]
        with pytest.raises(HTTPError, match="401"):
            urlopen(place, timeout=LONGEST)
        # Taken back by another process, and closed at once.
        run(folder, "gateway", "revoke", made["id"])
        with pytest.raises(HTTPError, match="401"):
            urlopen(Request(place, headers=headers), timeout=LONGEST)


@pytest.mark.long
def test_with_a_certificate_it_speaks_tls(folder, certificate):
    made = json.loads(run(folder, "gateway", "token", "--read", "lake", "--json").stdout)
    options = ("--host", "0.0.0.0", "--certificate", certificate[0], "--key", certificate[1])
    with serving(folder, *options) as url:
        port = url.rpartition(":")[2]
        place = f"https://127.0.0.1:{port}/v1/lake/namespaces"
        context = ssl.create_default_context(cafile=certificate[0])
        headers = {"Authorization": f"Bearer {made['token']}"}
        request = Request(place, headers=headers)
        with urlopen(request, timeout=20, context=context) as answer:
            assert json.load(answer) == {"namespaces": [["raw"]]}
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            urlopen(Request(place.replace("https", "http"), headers=headers), timeout=5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = str(folder / "certificate.pem"), str(folder / "key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-out", files[0], "-keyout", files[1]),
        ],
        check=True,
        capture_output=True,
    )
    return files


def test_a_key_that_does_not_fit_is_said(folder, tmp_path):
    for name in ("certificate.pem", "key.pem"):
        (tmp_path / name).write_text("nothing of the kind")
    words = ("--certificate", str(tmp_path / "certificate.pem"), "--port", "0")
    refused = run(folder, "gateway", *words, code=2)
    assert "cannot be used" in refused.stderr
