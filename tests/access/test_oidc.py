"""The protocol with a provider: what is believed, and all that is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import OctKey, RSAKey

from learning import clock, create_app
from learning.access import oidc, provider_http
from learning.access.oidc import Begun, Client, Fault, Identity, ProviderFault
from learning.access.provider_http import AddressRefused, ProviderSession, check_url, is_public
from tests.access.fake_provider import CLIENT_ID, SECRET, FakeProvider, running_provider

pytestmark = pytest.mark.one_database
WEAK_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def provider(app: Flask) -> Iterator[FakeProvider]:
    oidc._kept.clear()
    with running_provider() as running, app.app_context():
        yield running


def client_at(provider: FakeProvider, **values: Any) -> Client:
    return Client(
        **{
            "issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": SECRET,
            "redirect_uri": "http://here.example/sign-in/a/callback", "return_to": "http://here.example/", **values,
        }
    )  # fmt: skip


def come_back(
    provider: FakeProvider, client: Client, begun: Begun, subject: str = "subject-1", **claims: Any
) -> Identity:
    where = provider.authorize(begun.url, subject, **claims)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
    return oidc.finish(client, answer, nonce=begun.nonce, verifier=begun.verifier)


def sign_in(provider: FakeProvider, **claims: Any) -> Identity:
    client = client_at(provider)
    return come_back(provider, client, oidc.begin(client, "nb"), **claims)


def fault_of(provider: FakeProvider, **claims: Any) -> Fault:
    with pytest.raises(ProviderFault) as raised:
        sign_in(provider, **claims)
    return raised.value.fault


def test_a_right_answer_says_who_somebody_is(provider: FakeProvider) -> None:
    found = sign_in(provider, email="ada@example.org", email_verified=True)
    assert (found.subject, found.email, found.email_verified) == ("subject-1", "ada@example.org", True)
    assert "userinfo" not in provider.asked


def test_the_way_out_carries_pkce_state_nonce_and_language(provider: FakeProvider) -> None:
    begun = oidc.begin(client_at(provider, acr_values="high"), "nn")
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
    assert query["response_type"] == "code"
    assert query["scope"] == "openid profile email"
    assert (query["code_challenge_method"], len(query["code_challenge"])) == ("S256", 43)
    assert (query["state"], query["nonce"], query["ui_locales"]) == (begun.state, begun.nonce, "nn")
    assert query["acr_values"] == "high"
    assert SECRET not in begun.url
    assert begun.verifier not in begun.url


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"iss": "https://evil.example"}, Fault.BAD_TOKEN),
        ({"iss": None}, Fault.BAD_TOKEN),
        ({"aud": "somebody-else"}, Fault.BAD_TOKEN),
        ({"aud": ["somebody-else"]}, Fault.BAD_TOKEN),
        ({"aud": None}, Fault.BAD_TOKEN),
        ({"aud": [CLIENT_ID, "another"]}, Fault.BAD_TOKEN),  # several, without saying for whom
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, Fault.BAD_TOKEN),
        ({"azp": "another"}, Fault.BAD_TOKEN),
        ({"nonce": "another"}, Fault.BAD_TOKEN),
        ({"nonce": None}, Fault.BAD_TOKEN),
        ({"exp": None}, Fault.BAD_TOKEN),
        ({"exp": "soon"}, Fault.BAD_TOKEN),
        ({"exp": 1}, Fault.CLOCKS),
        ({"iat": None}, Fault.BAD_TOKEN),
        ({"iat": 99999999999}, Fault.CLOCKS),
        ({"nbf": 99999999999}, Fault.CLOCKS),
        ({"sub": None}, Fault.BAD_TOKEN),
        ({"sub": ""}, Fault.BAD_TOKEN),
        ({"sub": 7}, Fault.BAD_TOKEN),
        ({"sub": "x" * 256}, Fault.BAD_TOKEN),
        ({"sub": "a\x00b"}, Fault.BAD_TOKEN),
        ({"at_hash": "of another token"}, Fault.BAD_TOKEN),
        ({"at_hash": 5}, Fault.BAD_TOKEN),
    ],
)
def test_a_token_with_a_wrong_claim_is_not_believed(
    provider: FakeProvider, claims: dict[str, Any], fault: Fault
) -> None:
    client = client_at(provider)
    begun = oidc.begin(client, "nb")
    where = provider.authorize(begun.url)
    provider.claims |= claims
    answer = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
    with pytest.raises(ProviderFault) as raised:
        oidc.finish(client, answer, nonce=begun.nonce, verifier=begun.verifier)
    assert raised.value.fault is fault


def test_several_audiences_are_right_when_the_token_is_for_us(provider: FakeProvider) -> None:
    assert sign_in(provider, aud=[CLIENT_ID, "another"], azp=CLIENT_ID).subject == "subject-1"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_unsigned_tokens_and_ones_signed_with_the_client_secret_are_not_believed(
    provider: FakeProvider, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert fault_of(provider) is Fault.BAD_TOKEN
    provider.published.append({**OctKey.import_key(SECRET).as_dict(), "kid": "one", "alg": "HS256"})
    oidc._kept.clear()
    assert fault_of(provider) is Fault.BAD_TOKEN


def test_a_token_signed_with_a_key_that_is_not_published_is_not_believed(provider: FakeProvider) -> None:
    provider.key = WEAK_KEY
    assert fault_of(provider) is Fault.BAD_TOKEN


def test_new_keys_are_fetched_once_the_kept_ones_are_half_a_minute_old(provider: FakeProvider) -> None:
    begin = clock.now()
    with clock.stopped_at(begin):
        sign_in(provider)
        provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
        provider.published = [provider.key.as_dict(private=False)]
        assert fault_of(provider) is Fault.BAD_TOKEN
        assert provider.asked.count("keys") == 1
    with clock.stopped_at(begin + timedelta(seconds=31)):
        assert sign_in(provider).subject == "subject-1"
    assert provider.asked.count("keys") == 2


def test_documents_are_kept_for_a_while_only(provider: FakeProvider) -> None:
    begin = clock.now()
    with clock.stopped_at(begin):
        sign_in(provider)
        sign_in(provider)
        assert provider.asked.count("discovery") == provider.asked.count("keys") == 1
    with clock.stopped_at(begin + timedelta(minutes=11)):
        sign_in(provider)
    assert provider.asked.count("discovery") == provider.asked.count("keys") == 2


def test_clocks_may_differ_a_little(provider: FakeProvider) -> None:
    now = int(clock.now().timestamp())
    assert sign_in(provider, iat=now + 100).subject == "subject-1"
    assert sign_in(provider, iat=now - 400, exp=now - 100).subject == "subject-1"
    assert fault_of(provider, iat=now + 200) is Fault.CLOCKS
    assert fault_of(provider, exp=now - 200) is Fault.CLOCKS


def test_the_address_is_asked_for_when_the_token_does_not_hold_it(provider: FakeProvider) -> None:
    provider.userinfo = {"sub": "subject-1", "email": "ada@example.org", "email_verified": True}
    found = sign_in(provider)
    assert (found.email, found.email_verified) == ("ada@example.org", True)
    provider.userinfo["sub"] = "another"
    assert sign_in(provider).email == ""
    provider.userinfo = {"sub": "subject-1", "email": ["a"], "email_verified": "true"}
    assert (sign_in(provider).email, sign_in(provider).email_verified) == ("", None)


def test_a_level_that_is_asked_for_is_looked_at(provider: FakeProvider) -> None:
    client = client_at(provider, acr_values="substantial high")
    assert come_back(provider, client, oidc.begin(client, "nb"), acr="high").subject == "subject-1"
    for claims in ({"acr": "low"}, {}):
        with pytest.raises(ProviderFault) as raised:
            come_back(provider, client, oidc.begin(client, "nb"), **claims)
        assert raised.value.fault is Fault.TOO_WEAK


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"error": "access_denied"}, Fault.CANCELLED),
        ({"error": "server_error", "error_description": "<script>"}, Fault.DENIED),
        ({}, Fault.DENIED),
        ({"code": "never given"}, Fault.DENIED),
        ({"code": "x", "iss": "https://another.example"}, Fault.BAD_TOKEN),
    ],
)
def test_what_the_browser_brings_back_may_be_wrong(
    provider: FakeProvider, answer: dict[str, str], fault: Fault
) -> None:
    with pytest.raises(ProviderFault) as raised:
        oidc.finish(client_at(provider), answer, nonce="n", verifier="v" * 48)
    assert raised.value.fault is fault


def test_another_secret_is_told_apart(provider: FakeProvider) -> None:
    client = client_at(provider, client_secret="wrong")
    with pytest.raises(ProviderFault) as raised:
        come_back(provider, client, oidc.begin(client, "nb"))
    assert raised.value.fault is Fault.CREDENTIALS


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (("nothing", 200), Fault.NOT_A_PROVIDER),
        (("[]", 200), Fault.NOT_A_PROVIDER),
        (("[" * 100_000, 200), Fault.NOT_A_PROVIDER),
        (("{}", 200), Fault.NOT_A_PROVIDER),
        (("", 404), Fault.NOT_A_PROVIDER),
        (("", 503), Fault.UNREACHABLE),
        (("", 302, {"Location": "http://127.0.0.1:1/"}), Fault.NOT_A_PROVIDER),
        (("x" * (600 * 1024), 200), Fault.UNREACHABLE),
    ],
)
def test_a_bad_discovery_document_is_a_fault_in_words(provider: FakeProvider, answer: Any, fault: Fault) -> None:
    provider.discovery_answer = answer
    with pytest.raises(ProviderFault) as raised:
        oidc.discover(provider.issuer)
    assert raised.value.fault is fault


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"issuer": "https://another.example"}, Fault.WRONG_ISSUER),
        ({"token_endpoint": None}, Fault.NOT_A_PROVIDER),
        ({"token_endpoint": 7}, Fault.NOT_A_PROVIDER),
        ({"token_endpoint": "ftp://example.org/"}, Fault.ADDRESS_REFUSED),
        ({"jwks_uri": "http://10.0.0.1/"}, Fault.ADDRESS_REFUSED),
        ({"authorization_endpoint": "javascript:alert(1)"}, Fault.ADDRESS_REFUSED),
        ({"end_session_endpoint": "http://example.org/"}, Fault.ADDRESS_REFUSED),
        ({"userinfo_endpoint": "https://user:pass@example.org/"}, Fault.ADDRESS_REFUSED),
    ],
)
def test_a_discovery_document_with_a_wrong_field_is_refused(
    provider: FakeProvider, document: dict[str, Any], fault: Fault
) -> None:
    provider.discovery = document
    with pytest.raises(ProviderFault) as raised:
        oidc.discover(provider.issuer)
    assert raised.value.fault is fault


@pytest.mark.parametrize(
    "answer", [("no JSON", 200), ("[]", 200), ("{}", 200), ("", 500), ("", 302, {"Location": "/x"}),
               ('{"id_token": 5}', 200), ('{"id_token": "a.b.c"}', 200), ('{"expires_in": "x", "id_token": "a"}', 200)],
)  # fmt: skip
def test_a_bad_answer_at_the_token_endpoint_is_a_fault(provider: FakeProvider, answer: Any) -> None:
    provider.token_answer = answer
    assert fault_of(provider) in (Fault.NOT_A_PROVIDER, Fault.UNREACHABLE, Fault.BAD_TOKEN, Fault.DENIED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=10),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["id_token", "error", "expires_in", "expires_at", "token_type", "keys"]),
                        inner, max_size=4), max_leaves=6))  # fmt: skip
def test_no_answer_of_a_provider_is_more_than_a_fault(provider: FakeProvider, answer: Any) -> None:
    from flask import json

    provider.token_answer = (json.dumps(answer), 200, {"Content-Type": "application/json"})
    fault_of(provider)
    provider.token_answer, provider.published = None, answer
    oidc._kept.clear()
    fault_of(provider)
    provider.published = [provider.key.as_dict(private=False)]
    provider.discovery_answer = (json.dumps(answer), 200)
    oidc._kept.clear()
    fault_of(provider)
    provider.discovery_answer = None


def test_a_provider_that_is_gone_is_told(provider: FakeProvider) -> None:
    with pytest.raises(ProviderFault) as raised:
        oidc.discover("http://127.0.0.1:9")
    assert raised.value.fault is Fault.UNREACHABLE


def test_a_provider_that_says_nothing_is_waited_for_no_longer_than_is_set(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr(provider_http, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ProviderFault) as raised:
        oidc.discover(f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert raised.value.fault is Fault.UNREACHABLE


def test_signing_out_at_the_provider(provider: FakeProvider) -> None:
    address = oidc.end_session_url(client_at(provider), "token")
    assert address is not None
    assert parse_qs(urlsplit(address).query) == {
        "client_id": [CLIENT_ID], "post_logout_redirect_uri": ["http://here.example/"], "id_token_hint": ["token"],
    }  # fmt: skip
    provider.discovery = {"end_session_endpoint": None}
    oidc._kept.clear()
    assert oidc.end_session_url(client_at(provider), "token") is None
    assert oidc.end_session_url(client_at(provider, issuer="http://127.0.0.1:9"), None) is None


@pytest.fixture
def real(app: Flask) -> Iterator[Flask]:
    """The application outside demo mode."""
    made = create_app(app.config["SETTINGS"].model_copy(update={"demo": False}), TESTING=True)
    with made.app_context():
        yield made


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://127.0.0.1/", "https://localhost/", "https://a.localhost/", "https://10.1.2.3/",
        "https://169.254.169.254/latest", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://[fe80::1]/",
        "https://192.168.0.1:8443/", "https://[fd00::1]/", "https://0.0.0.0/", "https://100.64.0.1/", "file:///etc/passwd",
        "https://user@example.org/", "https://example.org:x/", "https://[::1/", "https:///", "", "https://224.0.0.1/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_not_asked(real: Flask, url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url)


def test_public_addresses_are_asked(real: Flask) -> None:
    check_url("https://login.microsoftonline.com/tenant/v2.0")
    check_url("https://idporten.no")
    assert is_public("93.184.215.14")
    assert not is_public("fe80::1%eth0")


def test_a_public_name_that_leads_to_a_private_address_is_not_asked(
    real: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    private = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: private)
    with pytest.raises(AddressRefused), ProviderSession() as session:
        session.get("https://id.example.org/", withhold_token=True)


def test_a_name_that_changes_its_mind_is_found_out_before_anything_is_said(
    real: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    asked = []

    def resolve(*_: Any, **__: Any) -> Any:
        asked.append(1)
        where = ("93.184.215.14", port) if len(asked) == 1 else ("127.0.0.1", port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", where)]

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with pytest.raises(AddressRefused), ProviderSession() as session:
            session.get(f"https://id.example.org:{port}/", withhold_token=True)
        heard, _ = server.accept()
        assert heard.recv(100) == b""
        heard.close()
