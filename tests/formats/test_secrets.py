from __future__ import annotations

import pytest

from jupyter_mesh.formats.secrets import scan, scan_notebook, scan_value, scan_yaml

SECRETS = {
    "key = 'AKIAIOSFODNN7EXAMPLE'": "an AWS access key",
    "-----BEGIN RSA PRIVATE KEY-----": "a private key",
    "-----BEGIN PRIVATE KEY-----": "a private key",
    "git clone https://x:ghp_" + "a" * 36 + "@github.com/a/b": "a GitHub token",
    'headers = {"x": "xoxb-123456789012-abcdef"}': "a Slack token",
    "AIza" + "b" * 35: "a Google key",
    "t = 'eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2Q'": "a JSON web token",
    "create_engine('postgresql://ann:hunter2@host/db')": "a password in an address",
    'password = "hunter2"': "a password",
    'PG_PASSWORD: str = "hunter2"': "a password",
    "connect(user='ann', password='hunter2')": "a password",
    'conf = {"password": "hunter2"}': "a password",
    'os.environ["DB_PASSWORD"] = "hunter2"': "a password",
    'connect("host=x user=ann password=hunter2 port=1")': "a password",
    "api_key = 'kX93hdk2Lmd'": "a secret",
    "apiKey='kX93hdk2Lmd'": "a secret",
    "client_secret = 's3cr3t-9x'": "a secret",
    'auth_token := "a8f5f167f44f4964e6c998dee827110c"': "a secret",
    'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"': "a secret",
}

HARMLESS = [
    "password = os.environ['PG_PASSWORD']",
    "password = getpass('Password: ')",
    'password = "${env:PG_PASSWORD}"',
    "password = ''",
    "password = '********'",
    "password = '<your password>'",
    'f"postgresql://ann:{password}@host/db"',
    "'postgresql://ann@host:5432/db'",
    "'postgresql://ann:${env:PG}@host/db'",
    'columns = ["password", "user", "token"]',
    'rename({"password": "password"})',
    "next_token = 'name of the next page'",
    'tokenizer = "bert-base-v2"',
    'max_tokens = "12345678"',
    "class Login:\n    password: str",
    "df['token'] == 'a'",
    "SELECT carrier, count(*) FROM lake.raw.flights WHERE key = 'AA'",
    "primary_key = 'flight_2013_id'",
    "connect('a', password=pw, host='b')",
    "# the password's rules: it's long, it's odd",
]


@pytest.mark.parametrize(("text", "kind"), SECRETS.items(), ids=list(SECRETS.values()))
def test_a_credential_is_found_on_its_line(text, kind):
    found = scan(f"\n{text}\n")
    assert kind in {secret.kind for secret in found}
    assert {secret.line for secret in found} == {2}


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_one_is_left_alone(text):
    assert scan(text) == ()


def test_yaml_needs_no_quotes():
    text = "a: 1\npassword: hunter2 # hidden\ntoken: ${env:TOKEN}\n- name: password\n"
    (found,) = scan_yaml(text)
    assert (found.kind, found.place) == ("a password", "line 2")
    assert scan_yaml('password: "hunter2"\n')


def test_a_notebook_s_cells_count_from_one():
    cells = [
        {"cell_type": "markdown", "source": ["the password\n", "is secret"]},
        {"cell_type": "code", "source": ["a = 1\n", "pwd = 'hunter2'\n"]},
        {"cell_type": "code"},
        "not a cell",
    ]
    (found,) = scan_notebook({"cells": cells})
    assert found.place == "cell 2, line 2"
    assert scan_notebook({}) == ()


def test_a_named_value_is_judged_by_its_name():
    assert scan_value("db_password", "hunter2")[0].kind == "a password"
    assert (
        scan_value("note", "postgresql://a:hunter2@b/c")[0].kind == "a password in an address"
    )
    assert scan_value("conf", {"password": "hunter2"})[0].kind == "a password"
    assert scan_value("year", 2013) == ()
    assert scan_value("password", None) == ()


def test_nothing_found_ever_holds_the_credential():
    for text in SECRETS:
        assert "hunter2" not in repr(scan(text))


@pytest.mark.parametrize("noise", ["a", "a.", "-eyJ", "x ", "'", "a=", "://a:", "password: "])
def test_a_very_long_line_is_read_to_its_end(noise):
    # Whoever looks at it again from each of its places is not done within the day.
    line = noise * (1_000_000 // len(noise))
    kinds = [found.kind for found in scan_yaml(f"{line}\n")]
    assert kinds == (["a password"] if noise == "password: " else [])


def test_a_credential_is_found_wherever_a_long_line_is_cut():
    for at in range(3300, 4300, 37):
        line = "x " * (at // 2) + "AKIAIOSFODNN7EXAMPLE" + " y" * 3000
        assert [found.kind for found in scan(line)] == ["an AWS access key"]
