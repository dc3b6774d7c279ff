"""Roads that can be made worse: a wire of one's own, and a store that fails now and then."""

from __future__ import annotations

import ctypes
import http.client
import os
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.waiting import LONGEST

_NEW_NETWORK = 0x40000000
_HOPS = frozenset({"connection", "keep-alive", "transfer-encoding", "date", "server"})
BUSY = (
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)


# -- a wire that can be cut --------------------------------------------------------------------


class Wire:
    """A cable into a network namespace of its own; at its far end a server is listened for.

    `url` is the far end's. While it is cut every packet is lost without a word, as where
    somebody pulls a plug. Making one needs root's rights: PermissionError without.
    """

    def __init__(self, target):
        self._near, self._far = f"mw{os.getpid()}a", f"mw{os.getpid()}b"
        self._target = (urlsplit(target).hostname, urlsplit(target).port)
        self._begun, self._left = threading.Event(), threading.Event()
        self._failure = None
        # What a thread does to its network is its own affair, and ends with it.
        self._space = threading.Thread(target=self._live, daemon=True)
        self._space.start()
        self._begun.wait(LONGEST)
        if self._failure is not None:
            raise self._failure
        here, self._there = f"198.18.{os.getpid() % 200}.1", f"198.18.{os.getpid() % 200}.2"
        task = str(self._space.native_id)
        _ip("link", "add", self._near, "type", "veth", "peer", "name", self._far)
        try:
            _ip("link", "set", self._far, "netns", task)
            _ip("addr", "add", f"{here}/30", "dev", self._near)
            _ip("link", "set", self._near, "up")
            self._inside("ip", "addr", "add", f"{self._there}/30", "dev", self._far)
            self.mend()
            self._listener = self._listening()
        except BaseException:
            self.close()
            raise
        self.url = f"http://{self._there}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Lose whatever is sent from now on."""
        self._inside("ip", "link", "set", self._far, "down")

    def mend(self):
        """Carry packets again."""
        self._inside("ip", "link", "set", self._far, "up")

    def close(self):
        """Take the cable away."""
        self._left.set()
        with suppress(AttributeError):
            self._listener.close()
        _ip("link", "del", self._near)
        self._space.join(LONGEST)

    def _live(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_NEW_NETWORK) != 0:
            number = ctypes.get_errno()
            self._failure = OSError(number, os.strerror(number))
        self._begun.set()
        if self._failure is None:
            self._left.wait()

    def _inside(self, *command):
        _run("nsenter", f"--net={self._path}", *command)

    @property
    def _path(self):
        return f"/proc/{os.getpid()}/task/{self._space.native_id}/ns/net"

    def _listening(self):
        """A socket that listens over there, for threads that live here."""
        found = []

        def listen():
            libc = ctypes.CDLL(None, use_errno=True)
            with open(self._path) as space:
                if libc.setns(space.fileno(), _NEW_NETWORK) == 0:
                    found.append(socket.create_server((self._there, 0)))

        thread = threading.Thread(target=listen)
        thread.start()
        thread.join(LONGEST)
        (listener,) = found
        return listener

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                server = socket.create_connection(self._target)
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=_carry, args=pair, daemon=True).start()


def _carry(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def _ip(*words):
    _run("ip", *words)


def _run(*command):
    subprocess.run(command, check=True, capture_output=True, timeout=LONGEST)


# -- a store that fails now and then -----------------------------------------------------------


class Store:
    """Passes requests on to an object store: slowly, and every so many a 503 instead.

    `failed` counts those; `every` and `delay` may be changed at any time, 0 is never. `before`
    is called with each request that is passed on.
    """

    def __init__(self, target):
        self.every, self.delay = 0, 0.0
        self.before = lambda _request: None
        self.asked = self.failed = 0
        self._lock = threading.Lock()
        self.place = urlsplit(target)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _passing(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def fails(self):
        """Whether the next request is one that fails."""
        time.sleep(self.delay)
        with self._lock:
            self.asked += 1
            failing = bool(self.every) and self.asked % self.every == 0
            self.failed += failing
        return failing

    @contextmanager
    def ill(self, every=0, delay=0.0):
        """Fail every so many requests and be slow, until the block is left."""
        self.every, self.delay = every, delay
        try:
            yield
        finally:
            self.every, self.delay = 0, 0.0

    def close(self):
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


def _passing(store):
    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self):
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            if store.fails():
                self._say(503, [("Content-Type", "application/xml")], BUSY)
                return
            store.before(self)
            connection = http.client.HTTPConnection(store.place.netloc, timeout=30)
            try:
                headers = {key: value for key, value in self.headers.items() if key != "Host"}
                connection.request(self.command, self.path, body or None, headers)
                answer = connection.getresponse()
                found = answer.read()
            finally:
                connection.close()
            self._say(answer.status, answer.getheaders(), found)

        def _say(self, status, headers, body):
            self.send_response(status)
            size = str(len(body))
            for key, value in headers:
                if key.lower() == "content-length":
                    size = value if self.command == "HEAD" else size
                elif key.lower() not in _HOPS:
                    self.send_header(key, value)
            self.send_header("Content-Length", size)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815

        def log_message(self, *_):
            return

    return Passing
