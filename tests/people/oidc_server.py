"""A small OpenID Connect provider on the loopback address: honest, until it is made to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "openanpr", "a secret & of ours"


@dataclass(slots=True)
class Provider:
    """The provider as it stands: whom it signs in, and how it lies."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}))
    signs_with: ECKey | None = None
    mangle: Callable[[str], str] = lambda token: token
    discovery: dict[str, Any] = field(default_factory=dict)
    now: Callable[[], int] = lambda: 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorise",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.discovery,
        }

    def authorise(self, asked: dict[str, str]) -> str:
        """A person has signed in: where their browser is sent back to."""
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = os.urandom(12).hex()
        self.codes[code] = asked
        told = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(told)}"

    def tokens(self, form: dict[str, str], header: str) -> dict[str, str] | None:
        """What a code is worth: nothing for a wrong client, verifier or address, or twice."""
        said = base64.b64decode(header.removeprefix("Basic ")).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        right = asked is not None and [unquote(part) for part in said.split(":")] == [CLIENT, SECRET]
        if not right or proof.decode().rstrip("=") != asked["code_challenge"]:
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = self.now()
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (told | self.claims).items() if value is not None}
        token = jwt.encode({"alg": "ES256", "kid": "one"}, claims, self.signs_with or self.key)
        return {"id_token": self.mangle(token), "access_token": "none", "token_type": "Bearer"}


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """The provider on a free port."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            if path.path == "/.well-known/openid-configuration":
                self.say(200, provider.document())
            elif path.path == "/keys":
                self.say(200, KeySet([provider.key]).as_dict(private=False))
            elif path.path == "/authorise":
                self.send_response(302)
                asked = {name: values[0] for name, values in parse_qs(path.query).items()}
                self.send_header("Location", provider.authorise(asked))
                self.end_headers()
            else:
                self.say(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            found = None
            if self.path == "/token":
                found = provider.tokens(form, self.headers.get("Authorization", ""))
            self.say(200 if found else 400, found or {"error": "invalid_grant"})

        def say(self, status: int, what: object) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
