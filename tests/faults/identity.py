"""Whom a server asks who somebody is: a provider of OpenID Connect, as small as one can be."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "trino-of-the-tests", "known to both of them"


class Provider:
    """Lets everybody in as `ana`, for `seconds`; nobody while `refuses`.

    Source: OpenID Connect Core 1.0, 3.1, the flow by an authorization code.
    """

    def __init__(self):
        self.seconds, self.refuses, self.logins = 600, False, 0
        self._key = RSAKey.generate_key(2048, {"use": "sig", "kid": "one"})
        self._asked = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def config(self):
        """What a Trino server is told of it."""
        prefix = "http-server.authentication.oauth2"
        return {
            f"{prefix}.issuer": self.url,
            f"{prefix}.auth-url": f"{self.url}/authorize",
            f"{prefix}.token-url": f"{self.url}/token",
            f"{prefix}.jwks-url": f"{self.url}/keys",
            f"{prefix}.oidc.discovery": "false",
            f"{prefix}.client-id": CLIENT,
            f"{prefix}.client-secret": SECRET,
            f"{prefix}.max-clock-skew": "1s",
        }

    def authorize(self, query):
        """Where the browser is sent on to."""
        back = {"state": query["state"]}
        if self.refuses:
            back["error"] = "access_denied"
        else:
            back["code"] = uuid4().hex
            self._asked[back["code"]] = query.get("nonce")
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token(self, form):
        """The tokens for a code, each of which is taken once."""
        nonce = self._asked.pop(form["code"])
        self.logins += 1
        now = int(time.time())
        claims = {"iss": self.url, "sub": "ana", "aud": CLIENT, "iat": now}
        claims["exp"] = now + self.seconds
        head = {"alg": "RS256", "kid": "one"}
        identity = {**claims, **({"nonce": nonce} if nonce else {})}
        return {
            "access_token": jwt.encode(head, claims, self._key),
            "id_token": jwt.encode(head, identity, self._key),
            "token_type": "bearer",
            "expires_in": self.seconds,
        }

    def keys(self):
        return {"keys": [self._key.as_dict(private=False)]}


def _handler(provider):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            place = urlsplit(self.path)
            if place.path == "/keys":
                self._answer(provider.keys())
                return
            query = {name: value[0] for name, value in parse_qs(place.query).items()}
            self.send_response(302)
            self.send_header("Location", provider.authorize(query))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: value[0] for name, value in parse_qs(body).items()}
            self._answer(provider.token(form))

        def _answer(self, content):
            text = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_given):
            """Say nothing: what matters is asserted."""

    return Handler
