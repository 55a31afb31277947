"""A provider of identity on this machine that can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.serving import make_server

from learning import clock

CLIENT_ID = "handlingsrom"
SECRET = "a secret ~ of + the % client: here"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass
class FakeProvider:
    """``claims`` go into the ID token over the right ones (None takes one out); ``discovery`` likewise."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: KEY)
    published: list[Any] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    token_answer: Any = None  # (status, text) instead of a right answer
    discovery_answer: Any = None
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.published = [self.key.as_dict(private=False)]

    def authorize(self, url: str, subject: str = "subject-1", **claims: Any) -> str:
        """What a browser gets that follows ``url`` and signs in: the address it is sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        self.claims = {"sub": subject, **claims}
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def id_token(self, query: dict[str, str]) -> str:
        now = int(clock.now().timestamp())
        right = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "subject-1", "iat": now, "exp": now + 300,
            "nonce": query["nonce"],
        }  # fmt: skip
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        if self.algorithm == "none":
            parts = [{"alg": "none"}, claims]
            return ".".join(_b64(jwt.json.dumps(each).encode()) for each in parts) + "."
        key: Any = self.key
        if self.algorithm == "HS256":
            key = OctKey.import_key(SECRET)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _make_app(provider: FakeProvider) -> Flask:
    app = Flask(__name__)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Any:
        provider.asked.append("discovery")
        if provider.discovery_answer is not None:
            return provider.discovery_answer
        right = {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
            "userinfo_endpoint": f"{provider.issuer}/userinfo",
            "end_session_endpoint": f"{provider.issuer}/end",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }
        return jsonify({k: v for k, v in {**right, **provider.discovery}.items() if v is not None})

    @app.get("/keys")
    def keys() -> Response:
        provider.asked.append("keys")
        return jsonify(keys=provider.published)

    @app.post("/token")
    def token() -> Any:
        provider.asked.append("token")
        if provider.token_answer is not None:
            return provider.token_answer
        query = provider.codes.pop(request.form["code"], None)
        if request.form.get("client_secret") != SECRET or request.form["client_id"] != CLIENT_ID:
            return jsonify(error="invalid_client"), 401
        challenge = _b64(hashlib.sha256(request.form["code_verifier"].encode()).digest())
        if query is None or challenge != query["code_challenge"] or query["code_challenge_method"] != "S256":
            return jsonify(error="invalid_grant"), 400
        if request.form["redirect_uri"] != query["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        return jsonify(access_token="access", token_type="Bearer", expires_in=60, id_token=provider.id_token(query))

    @app.get("/userinfo")
    def userinfo() -> Response:
        provider.asked.append("userinfo")
        assert request.headers["Authorization"] == "Bearer access"
        return jsonify(provider.userinfo)

    return app


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    """A provider that answers on a free port."""
    provider = FakeProvider()
    server = make_server("127.0.0.1", 0, _make_app(provider), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
