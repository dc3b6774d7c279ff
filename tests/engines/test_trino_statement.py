"""What can happen on the way to a Trino server and back, played by a server of a few lines."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.engines.trino_connection import Connection
from jupyter_mesh.engines.trino_statement import RemoteStatement, told
from jupyter_mesh.errors import (
    AccessDenied,
    ConfigError,
    EngineUnavailable,
    MeshError,
    NameNotFound,
    QueryCancelled,
    QueryError,
    StatementInvalid,
    StorageError,
)
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session
from jupyter_mesh.settings import TrinoSettings
from jupyter_mesh.testing.lakes import PlainSecrets

COLUMNS = [
    {
        "name": "n",
        "type": "bigint",
        "typeSignature": {"rawType": "bigint", "arguments": []},
    }
]


class Script:
    """Answers each request with the next of its lines; `asked` is what came."""

    def __init__(self):
        self.lines, self.asked = [], []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                size = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(size)
                script.asked.append((self.command, self.path, dict(self.headers)))
                if self.command == "DELETE":
                    status, body = 204, b""
                else:
                    status, body = script.lines.pop(0) if script.lines else (500, b"")
                if status is None:
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815

            def log_message(self, *_):
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def say(self, status=200, more=True, **body):
        if status == 200:
            body = {"id": "q1", "infoUri": "", "stats": {"state": "RUNNING"}, **body}
            if more:
                body["nextUri"] = f"{self.url}/v1/statement/executing/q1/{len(self.lines)}"
        self.lines.append((status, json.dumps(body).encode()))

    def fail(self, name, kind, message="went wrong", place=None):
        error = {"message": message, "errorName": name, "errorType": kind, "errorCode": 1}
        self.say(more=False, error={**error, "errorLocation": place})


@pytest.fixture
def script():
    script = Script()
    yield script
    script.server.shutdown()
    script.server.server_close()


@pytest.fixture
def ask(script):
    def run(sql="SELECT 1", **settings):
        connection = Connection(TrinoSettings(url=script.url, **settings), PlainSecrets())
        session = Session(Actor("ana"), run_id="r7")
        statement = RemoteStatement(connection.request(session, "lake", {"a": "b"}), script.url)
        statement.patience = 2
        statement.start(sql)
        rows = [row for batch in statement.rows for row in batch.column(0).to_pylist()]
        statement.finish()
        return rows

    return run


def test_a_statement_says_who_asks_and_from_where(script, ask):
    script.say()
    script.say(columns=COLUMNS, data=[[1], [2]])
    script.say(more=False)
    assert ask(client_tags=("etl",), session={"c": "d"}) == [1, 2]
    _method, _path, headers = script.asked[0]
    assert headers["X-Trino-User"] == "ana"
    assert headers["X-Trino-Source"] == "jupyter-mesh/r7"
    assert headers["X-Trino-Client-Tags"] == "etl"
    assert headers["X-Trino-Session"] == "c=d,a=b"


@pytest.mark.parametrize("interruption", [(503, b""), (502, b""), (None, b"")])
def test_a_road_that_is_cut_for_a_while_is_waited_for(script, ask, interruption):
    script.say()
    script.lines += [interruption] * 3
    script.say(columns=COLUMNS, data=[[1]])
    script.say(more=False)
    assert ask() == [1]


def test_a_road_that_stays_cut_is_told(script, ask):
    script.say()
    script.lines += [(None, b"")] * 100
    with pytest.raises(EngineUnavailable) as caught:
        ask()
    assert caught.value.remedy


def test_a_server_that_forgot_the_statement_says_run_it_again(script, ask):
    script.say()
    script.lines.append((404, b""))
    with pytest.raises(EngineUnavailable, match="no longer knows") as caught:
        ask()
    assert "run the statement again" in caught.value.remedy


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_has_expired_is_told(script, ask, status):
    script.say()
    script.lines.append((status, b"token abc expired"))
    with pytest.raises(ConfigError, match="did not accept the login") as caught:
        ask()
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("SYNTAX_ERROR", "USER_ERROR", StatementInvalid),
        ("DIVISION_BY_ZERO", "USER_ERROR", QueryError),
        ("TABLE_NOT_FOUND", "USER_ERROR", NameNotFound),
        ("PERMISSION_DENIED", "USER_ERROR", AccessDenied),
        ("USER_CANCELED", "USER_ERROR", QueryCancelled),
        ("ADMINISTRATIVELY_KILLED", "USER_ERROR", QueryCancelled),
        ("EXCEEDED_TIME_LIMIT", "INSUFFICIENT_RESOURCES", QueryError),
        ("QUERY_QUEUE_FULL", "INSUFFICIENT_RESOURCES", QueryError),
        ("ICEBERG_CATALOG_ERROR", "EXTERNAL", StorageError),
        ("GENERIC_INTERNAL_ERROR", "INTERNAL_ERROR", QueryError),
    ],
)
def test_every_failure_is_one_of_ours(script, ask, name, kind, error):
    script.say()
    script.fail(name, kind, "Table 'lake.raw.x' went wrong")
    with pytest.raises(MeshError) as caught:
        ask()
    assert type(caught.value) is error


def test_the_innermost_reason_of_a_source_is_told_and_a_full_disk_is_known(script, ask):
    script.say()
    script.fail("ICEBERG_WRITER_CLOSE_ERROR", "EXTERNAL", "Error committing write")
    _status, body = script.lines.pop()
    told = json.loads(body)
    inner = {"message": "No space left on device"}
    told["error"]["failureInfo"] = {"message": "Error", "cause": {"cause": inner}}
    script.lines.append((200, json.dumps(told).encode()))
    with pytest.raises(StorageError, match=r"committing write \(No space left") as caught:
        ask()
    assert "no room left" in caught.value.remedy


def test_a_catalog_that_its_server_could_not_load_is_told_with_a_remedy(script, ask):
    script.say()
    script.fail("CATALOG_UNAVAILABLE", "USER_ERROR", "Catalog 'x' is disabled")
    with pytest.raises(QueryError, match="'x' is disabled") as caught:
        ask()
    assert "log" in caught.value.remedy


def test_a_part_of_the_answer_that_is_gone_is_told(script, ask):
    segment = {
        "type": "spooled",
        "uri": f"{script.url}/segment",
        "ackUri": f"{script.url}/ack",
        "headers": {},
        "metadata": {"rowsCount": 1, "uncompressedSize": 5, "segmentSize": 5},
    }
    script.say()
    script.say(columns=COLUMNS, data={"encoding": "json", "segments": [segment]})
    script.lines.append((404, b""))
    with pytest.raises(EngineUnavailable, match="gone from the server's object store"):
        ask()
    assert any(method == "DELETE" for method, _path, _headers in script.asked)


def test_an_answer_that_was_cut_is_no_answer(script, ask):
    script.say()
    script.lines.append((200, b'{"id":"q1","columns":[],"data":[[1],[2'))
    with pytest.raises(QueryError):
        ask()


def test_a_secret_is_never_sent_in_clear(ask):
    with pytest.raises(ConfigError, match="in clear"):
        ask(auth="password", user="ana", password="${env:PW}")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"auth": "password"}, "needs a password"),
        ({"auth": "jwt"}, "needs a token"),
        ({"auth": "certificate"}, "needs certificate and key"),
    ],
)
def test_what_a_login_lacks_is_named(settings, words):
    connection = Connection(TrinoSettings(url="https://x", **settings), PlainSecrets())
    with pytest.raises(ConfigError, match=words):
        connection.request(Session(Actor("ana")), "", {})


def test_how_far_it_is_is_told_in_words():
    stats = {
        "state": "RUNNING",
        "processedRows": 1234567,
        "processedBytes": 5_000_000,
        "completedSplits": 3,
        "totalSplits": 8,
        "progressPercentage": 37.5,
    }
    assert told(stats) == ("running, 1,234,567 rows, 5 MB, 3/8 splits", 37.5)
    assert told({"state": "QUEUED"}) == ("queued", None)


def test_who_watches_hears_which_query_it_is(script):
    script.say(columns=COLUMNS, data=[[1]])
    script.say(more=False)
    heard = []
    connection = Connection(TrinoSettings(url=script.url), PlainSecrets())
    request = connection.request(Session(Actor("ana")), "lake", {})
    ticket = QueryTicket(lambda text, _percent: heard.append(text))
    RemoteStatement(request, script.url, ticket).start("SELECT 1").finish()
    assert set(heard) == {"running, Trino, query q1"}
