"""A server as others keep one: with logins, certificates, queues, and a catalog that is ill."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Thread
from urllib.parse import unquote, urlsplit

import boto3
import certifi
import pytest
import requests

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.engines.trino import TrinoEngine
from jupyter_mesh.errors import (
    ConfigError,
    EngineUnavailable,
    MeshError,
    QueryCancelled,
    QueryError,
)
from jupyter_mesh.model.health import Health
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session
from jupyter_mesh.settings import TrinoSettings
from jupyter_mesh.stack import network, trino_files
from jupyter_mesh.stack.storage import ACCESS_KEY, SECRET_KEY
from jupyter_mesh.testing import servers
from jupyter_mesh.testing.lakes import PlainSecrets
from tests.faults.identity import Provider
from tests.faults.roads import Store
from tests.waiting import LONGEST

pytestmark = pytest.mark.long
KEY = b"a key that only this server and these tests know"
GROUPS = {
    "rootGroups": [
        {
            "name": name,
            "softMemoryLimit": "80%",
            "hardConcurrencyLimit": running,
            "maxQueued": waiting,
        }
        for name, running, waiting in (("narrow", 1, 1), ("wide", 100, 100))
    ],
    "selectors": [{"clientTags": ["narrow"], "group": "narrow"}, {"group": "wide"}],
}
SLOW = (
    "SELECT sum(a * b % 7) FROM UNNEST(sequence(1, 10000)) AS x (a) "
    "CROSS JOIN UNNEST(sequence(1, 10000)) AS y (b) "
    "CROSS JOIN UNNEST(sequence(1, 1000)) AS z (c)"
)
MANY = (
    "SELECT a, b FROM UNNEST(sequence(1, 10000)) AS x (a) "
    "CROSS JOIN UNNEST(sequence(1, 400)) AS y (b)"
)
ANA = Session(Actor("ana"))


@pytest.fixture(scope="module")
def certificate():
    """A certificate of 127.0.0.1 that nobody knows, and its key, as one text each."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    known = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(known, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


@pytest.fixture(scope="module")
def store():
    with servers.moto() as service:
        store = Store(service.facts["endpoint"])
        direct = service.facts["endpoint"]
        store.facts = {**service.facts, "endpoint": store.url, "direct": direct}
        yield store
        store.close()


@pytest.fixture(scope="module")
def identity():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def guarded(certificate, store, identity):
    """A Trino with https, tokens and logins in a browser beside plain http, two queues, large
    results spooled.
    """
    port = network.free_port("127.0.0.1")
    spooling_key = base64.b64encode(hashlib.sha256(KEY).digest()).decode()
    config = {
        "catalog.store": "file",
        "http-server.https.enabled": "true",
        "http-server.https.port": str(port),
        "http-server.https.keystore.path": "etc/server.pem",
        "http-server.authentication.type": "JWT,OAUTH2",
        "http-server.authentication.jwt.key-file": "etc/jwt.key",
        "http-server.authentication.allow-insecure-over-http": "true",
        "internal-communication.shared-secret": "only for tests",
        **identity.config(),
        "protocol.spooling.enabled": "true",
        "protocol.spooling.shared-secret-key": spooling_key,
        "protocol.spooling.retrieval-mode": "STORAGE",
    }
    files = {
        "server.pem": "".join(certificate),
        "jwt.key": base64.b64encode(KEY).decode(),
        "resource-groups.properties": trino_files.properties(
            {
                "resource-groups.configuration-manager": "file",
                "resource-groups.config-file": "etc/resource-groups.json",
            }
        ),
        "resource-groups.json": json.dumps(GROUPS),
        "spooling-manager.properties": trino_files.properties(
            trino_files.spooling(store.facts)
        ),
        "catalog/sales.properties": "connector.name=postgresql\nconnection-address=wrong\n",
        "catalog/trial.properties": "connector.name=tpch\n",
    }
    environment = {trino_files.S3_SECRET: str(store.facts["secret_key"])}
    with servers.trino(
        config=config, files=files, environment=environment, alone=True
    ) as service:
        service.facts["https"] = f"https://127.0.0.1:{port}"
        yield service


@pytest.fixture
def engine(guarded, tmp_path):
    """Makes engines that ask that server, ended with the test."""
    made = []

    def make(secrets=None, **settings):
        given = TrinoSettings(**{"url": guarded.url, **settings})
        secrets = secrets or PlainSecrets()
        made.append(TrinoEngine(given, {}, {}, None, secrets, tmp_path / str(len(made))))
        return made[-1]

    yield make
    for one in made:
        one.close()


def token(seconds):
    """A token that the server knows for its own, for so long."""

    def packed(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    parts = ({"alg": "HS256"}, {"sub": "ana", "exp": int(time.time()) + seconds})
    text = b".".join(packed(json.dumps(part).encode()) for part in parts)
    return (text + b"." + packed(hmac.digest(KEY, text, "sha256"))).decode()


class Tokens:
    """Secrets whose one value is changed in mid-session."""

    def __init__(self, value):
        self.value = value

    def resolve(self, _reference):
        return self.value


def rows(engine, sql, ticket=None):
    return engine.query(sql, ANA, None, ticket).rows()


# -- certificates and tokens -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "message", "remedy"),
    [("127.0.0.1", "is not trusted", "ca:"), ("localhost", "of another host", "the name")],
)
def test_a_wrong_certificate_is_refused_before_anything_is_said(
    engine, guarded, certificate, tmp_path, host, message, remedy
):
    """One that nobody vouches for, and one that is trusted but of another host."""
    url, ca = guarded.facts["https"].replace("127.0.0.1", host), ""
    if host == "localhost":
        (tmp_path / "ca.pem").write_text(certificate[0])
        ca = str(tmp_path / "ca.pem")
    said = Tokens(token(60))
    suspicious = engine(said, url=url, user="ana", auth="jwt", token="t", ca=ca)
    with pytest.raises(ConfigError, match=message) as caught:
        rows(suspicious, "SELECT 1")
    assert remedy in caught.value.remedy
    assert said.value not in str(caught.value)


def test_a_token_that_expires_in_mid_session_is_told_and_a_new_one_is_taken(
    engine, guarded, certificate, tmp_path, monkeypatch
):
    (tmp_path / "ca.pem").write_text(certificate[0])
    # What the system trusts counts for nothing where mesh.yaml names somebody.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    said = Tokens(token(5))
    how = {"url": guarded.facts["https"], "user": "ana", "auth": "jwt", "token": "t"}
    asked = engine(said, ca=str(tmp_path / "ca.pem"), spooling=False, **how)
    assert rows(asked, "SELECT current_user") == [("ana",)]
    unread = asked.query(MANY, ANA)
    with pytest.raises(ConfigError, match="did not accept the login") as caught:  # noqa: PT012
        while True:
            rows(asked, "SELECT 1")
            time.sleep(0.5)
    assert "expired" in caught.value.remedy
    assert said.value not in str(caught.value)
    # What was begun before goes on to its end, though it is asked for by the old token.
    state = (
        f"SELECT state FROM system.runtime.queries WHERE query_id = '{unread.stats.query_id}'"
    )
    assert rows(engine(), state) == [("RUNNING",)]
    assert len(unread.arrow()) == 4_000_000
    said.value = token(60)
    assert rows(asked, "SELECT current_user") == [("ana",)]


class Person:
    """Somebody who is told where to log in, and does."""

    def __init__(self, ca):
        self.heard, self._ca, self.answers = [], ca, []
        self.ticket = QueryTicket(self.hear)

    def hear(self, text, _percent):
        self.heard.append(text)
        if text.startswith("Log in"):
            self.go(text.partition(": ")[2])

    def go(self, url):
        answer = requests.get(url, verify=self._ca, timeout=LONGEST)
        self.answers.append(answer.status_code)


@pytest.fixture
def in_browser(engine, guarded, certificate, tmp_path, identity):
    """Makes engines that log in by a browser, beside the person in front of it."""
    (tmp_path / "ca.pem").write_text(certificate[0])
    ca = str(tmp_path / "ca.pem")
    identity.seconds, identity.refuses, identity.logins = 600, False, 0
    how = {"url": guarded.facts["https"], "auth": "oauth2", "ca": ca, "spooling": False}
    return lambda: (engine(**how), Person(ca))


def test_a_login_in_a_browser_is_asked_for_once_and_again_when_it_has_ended(
    in_browser, identity
):
    asked, person = in_browser()
    identity.seconds = 8
    assert rows(asked, "SELECT current_user", person.ticket) == [("ana",)]
    assert rows(asked, "SELECT 2", person.ticket) == [(2,)]
    assert (identity.logins, person.answers) == (1, [200])
    (told,) = [text for text in person.heard if text.startswith("Log in")]
    assert told.startswith("Log in to Trino in a browser: https://127.0.0.1:")
    while identity.logins == 1:
        assert rows(asked, "SELECT 3", person.ticket) == [(3,)]
        time.sleep(0.5)
    assert person.answers == [200, 200]


def test_a_login_that_is_refused_is_told(in_browser, identity):
    asked, person = in_browser()
    identity.refuses = True
    with pytest.raises(ConfigError, match="did not accept the login") as caught:
        rows(asked, "SELECT 1", person.ticket)
    assert "Log in again" in caught.value.remedy
    assert identity.logins == 0


def test_who_does_not_log_in_can_stop_waiting(in_browser, identity):
    asked, person = in_browser()
    person.go = lambda _url: person.ticket.cancel()
    with pytest.raises(QueryCancelled):
        rows(asked, "SELECT 1", person.ticket)
    assert identity.logins == 0


# -- queues ------------------------------------------------------------------------------------


class Asking(Thread):
    """A statement on its way in a thread: what it told, and how it ended."""

    def __init__(self, engine, sql):
        super().__init__()
        self.engine, self.sql, self.heard, self.error = engine, sql, [], None
        self.ticket = QueryTicket(lambda text, _percent: self.heard.append(text))
        self.start()

    def run(self):
        try:
            rows(self.engine, self.sql, self.ticket)
        except MeshError as error:
            self.error = error

    def until(self, word):
        while not any(text.startswith(word) for text in self.heard):
            assert self.is_alive(), self.error
            time.sleep(0.05)


def test_a_queued_statement_says_so_can_be_stopped_and_a_full_queue_is_told(engine):
    narrow, wide = engine(client_tags=("narrow",)), engine()
    narrow.catalogs()
    first = Asking(narrow, SLOW)
    first.until("running")
    second = Asking(narrow, "SELECT 'the second'")
    second.until("queued")
    with pytest.raises(QueryError, match=r"(?i)too many queued queries") as caught:
        rows(narrow, "SELECT 'the third'")
    assert "try again later" in caught.value.remedy
    second.ticket.cancel()
    second.join(LONGEST)
    assert isinstance(second.error, QueryCancelled)
    assert not any(text.startswith("running") for text in second.heard)
    sql = "SELECT state, error_code FROM system.runtime.queries WHERE query = '{}'"
    found = sql.format("SELECT ''the second''")
    assert rows(wide, found) == [("FAILED", "USER_CANCELED")]
    first.ticket.cancel()
    first.join(LONGEST)
    assert isinstance(first.error, QueryCancelled)
    assert rows(narrow, "SELECT 1") == [(1,)]


# -- spooled segments, catalogs ----------------------------------------------------------------


def test_a_spooled_segment_that_is_gone_ends_the_statement_with_a_remedy(
    engine, store, monkeypatch
):
    asked = engine()
    sql = "SELECT n, cast(n AS varchar) FROM UNNEST(sequence(1, 10000)) AS t (n)"
    many = f"{sql} CROSS JOIN UNNEST(sequence(1, 100))"
    assert len(asked.query(many, ANA).arrow()) == 1_000_000
    bucket, stolen = store.facts["spooling_bucket"], []
    keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
    where = {"endpoint_url": store.facts["direct"], "region_name": "us-east-1"}
    thief = boto3.client("s3", **where, **keys)

    def steal(request):
        """Take away what our reader is about to fetch."""
        if request.headers["User-Agent"].startswith("python-requests"):
            key = unquote(urlsplit(request.path).path).removeprefix(f"/{bucket}/")
            thief.delete_object(Bucket=bucket, Key=key)
            stolen.append(key)

    monkeypatch.setattr(store, "before", steal)
    with pytest.raises(
        EngineUnavailable, match="gone from the server's object store"
    ) as caught:
        asked.query(many, ANA).arrow()
    assert "Run the statement again" in caught.value.remedy
    assert stolen
    monkeypatch.undo()
    ours = "SELECT count(*) FROM system.runtime.queries WHERE state IN ('QUEUED', 'RUNNING')"
    assert rows(asked, f"{ours} AND query LIKE '%sequence(1, 100)%'") == [(1,)]
    assert len(asked.query(many, ANA).arrow()) == 1_000_000


def test_a_server_with_a_catalog_that_failed_to_load_answers_for_the_others(engine):
    asked = engine()
    assert {"sales", "trial"} <= set(asked.catalogs())
    assert rows(asked, "SELECT count(*) FROM trial.tiny.nation") == [(25,)]
    with pytest.raises(QueryError, match="'sales' failed to initialize") as caught:
        rows(asked, "SELECT * FROM sales.public.orders")
    assert "log" in caught.value.remedy
    found = {one.subject: one for one in asked.health(ANA)}
    assert found["engine trino"].health is Health.GOOD
    assert found["catalog sales on trino"].health is Health.BAD
    assert "failed to initialize" in found["catalog sales on trino"].text
    assert "catalog trial on trino" not in found
