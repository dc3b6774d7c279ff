"""Fixtures of the stack: a repository of packages on loopback, a folder others can reach."""

import hashlib
import http.server
import shutil
import tempfile
import threading
from pathlib import Path

import pytest

from jupyter_mesh.stack.packages import MIRROR, Package


class Repository:
    """Maven Central in small: files by path, and how each request for one is to end."""

    def __init__(self):
        self.files = {}
        self.asked = []
        self.breaks = 0

    def add(self, name, body, packaging="jar", published=None):
        """Publish a package, with its right digests unless another is given."""
        sha1 = hashlib.sha1(body).hexdigest()
        sha256 = hashlib.sha256(body).hexdigest()
        package = Package("org.example", name, "1.0", sha1, sha256, packaging)
        path = f"/org/example/{name}/1.0/{package.file}"
        self.files[path] = body
        self.files[f"{path}.sha1"] = (published or sha1).encode()
        return package

    def downloads(self, package):
        return sum(path.endswith(package.file) for path in self.asked)


@pytest.fixture
def repository(monkeypatch):
    """A repository that packages are fetched from instead of Maven Central."""
    found = Repository()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found.asked.append(self.path)
            body = found.files.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            if found.breaks and not self.path.endswith(".sha1"):
                found.breaks -= 1
                body = body[: len(body) // 2]
            self.wfile.write(body or b"")
            self.close_connection = True

        def log_message(self, *_words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        found.address = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setenv(MIRROR, found.address)
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def folder():
    """A folder that also a server can enter which gives up root's rights."""
    with tempfile.TemporaryDirectory(prefix="mesh-stack-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def told():
    """What was told meanwhile; call it as the one who is told."""

    class Told(list):
        __call__ = list.append

    return Told()


@pytest.fixture
def executable(tmp_path):
    """Write a program of the shell: its path."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!{shutil.which('sh')}\n{text}\n")
        path.chmod(0o755)
        return path

    return write
