"""OpenID Connect, the protocol alone: the way to a provider and back, and who it says somebody is.

Authorization code with PKCE (S256), state and nonce. Nothing here touches the database; the ID token is believed when
signature, issuer, audience, times and nonce are right, and never because it came over HTTPS.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key
from pydantic import BaseModel, ConfigDict, ValidationError
from requests import RequestException

from learning import clock
from learning.access.provider_http import AddressRefused, ProviderSession, check_url

log = logging.getLogger(__name__)
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
KEY_TYPES = ("RSA", "EC", "OKP")  # never a shared secret
LEEWAY = 120  # seconds that two clocks may differ
KEPT = timedelta(minutes=10)  # how long a provider's documents are kept in memory
KEPT_BRIEFLY = timedelta(seconds=30)  # its keys, when a token is signed with one that is not among them
MOST_KEPT = 500
WELL_KNOWN = "/.well-known/openid-configuration"


class Fault(StrEnum):
    """Why a sign-in came to nothing on the provider's side."""

    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address-refused"
    NOT_A_PROVIDER = "not-a-provider"  # no discovery document, or one that lacks what is needed
    WRONG_ISSUER = "wrong-issuer"
    CREDENTIALS = "credentials"  # client ID or secret
    CANCELLED = "cancelled"
    DENIED = "denied"  # the provider says no, or gives another error than those above
    BAD_TOKEN = "bad-token"  # noqa: S105
    CLOCKS = "clocks"
    TOO_WEAK = "too-weak"  # not at a level that the agency asks for


class ProviderFault(Exception):
    """The provider cannot be used, or has not said who somebody is. ``detail`` is for administrators and the log."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True)
class Client:
    """What we are at a provider. ``scopes`` and ``acr_values`` have spaces between; ``return_to`` is the page to come
    back to from signing out there.
    """

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    return_to: str
    scopes: str = "openid profile email"
    acr_values: str = ""


class Metadata(BaseModel):
    """What is needed of a provider's discovery document."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False

    @property
    def auth_method(self) -> str:
        """How our secret is sent: in the body where that is allowed, for there its spelling has one reading only."""
        posts = "client_secret_post" in self.token_endpoint_auth_methods_supported
        return "client_secret_post" if posts else "client_secret_basic"


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: the address to send the browser to, and what its answer must fit."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who a provider says somebody is. ``email_verified`` is None when it does not say."""

    subject: str
    email: str
    email_verified: bool | None
    id_token: str


_kept: dict[str, tuple[datetime, dict[str, Any]]] = {}


def _document(url: str, at_most: timedelta = KEPT) -> dict[str, Any]:
    """A JSON object at an address, from memory when it was fetched less than ``at_most`` ago."""
    found = _kept.get(url)
    if found and timedelta(0) <= clock.now() - found[0] < at_most:
        return found[1]
    try:
        with ProviderSession() as session:
            answer = session.get(url, withhold_token=True, headers={"Accept": "application/json"})
        content = json.loads(answer.content) if answer.status_code == 200 else None
    except AddressRefused as fault:
        raise ProviderFault(Fault.ADDRESS_REFUSED, str(fault)) from fault
    except RequestException as fault:
        raise ProviderFault(Fault.UNREACHABLE, f"{url}: {fault}") from fault
    except (ValueError, RecursionError) as fault:
        raise ProviderFault(Fault.NOT_A_PROVIDER, f"{url} is not JSON") from fault
    if not isinstance(content, dict):
        kind = Fault.UNREACHABLE if answer.status_code >= 500 else Fault.NOT_A_PROVIDER
        raise ProviderFault(kind, f"{url} answers {answer.status_code} without a JSON object")
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[url] = (clock.now(), content)
    return content


def discover(issuer: str, *, at_most: timedelta = KEPT) -> Metadata:
    """What the provider says of itself. Raises ProviderFault."""
    document = _document(issuer.rstrip("/") + WELL_KNOWN, at_most)
    try:
        metadata = Metadata.model_validate(document)
    except ValidationError as fault:
        names = ", ".join(sorted({str(each["loc"][0]) for each in fault.errors() if each["loc"]}))
        raise ProviderFault(Fault.NOT_A_PROVIDER, f"missing or wrong: {names}") from fault
    if metadata.issuer != issuer:
        raise ProviderFault(Fault.WRONG_ISSUER, metadata.issuer[:300])
    addresses = (
        metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri, metadata.userinfo_endpoint,
        metadata.end_session_endpoint,
    )  # fmt: skip
    try:
        for address in addresses:
            if address is not None:
                check_url(address)
    except AddressRefused as fault:
        raise ProviderFault(Fault.ADDRESS_REFUSED, str(fault)) from fault
    return metadata


def signing_keys(metadata: Metadata, at_most: timedelta = KEPT) -> KeySet:
    """The provider's public keys. Raises ProviderFault when there is none that can be used."""
    listed = _document(metadata.jwks_uri, at_most).get("keys")
    keys: list[Key] = []
    for each in listed if isinstance(listed, list) else []:
        if not isinstance(each, dict) or each.get("kty") not in KEY_TYPES or each.get("use", "sig") != "sig":
            continue
        try:
            keys.append(import_key(each))
        except (JoseError, ValueError, TypeError, KeyError):
            log.warning("a key of %s cannot be read", metadata.issuer)
    if not keys:
        raise ProviderFault(Fault.NOT_A_PROVIDER, f"{metadata.jwks_uri} holds no public key")
    return KeySet(keys)


def begin(client: Client, language: str) -> Begun:
    """Begin a sign-in. Raises ProviderFault."""
    metadata = discover(client.issuer)
    state, nonce, verifier = generate_token(32), generate_token(32), generate_token(48)
    more = {"acr_values": client.acr_values} if client.acr_values else {}
    with ProviderSession(
        client_id=client.client_id, scope=client.scopes, redirect_uri=client.redirect_uri, code_challenge_method="S256"
    ) as session:
        url, _ = session.create_authorization_url(
            metadata.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce, ui_locales=language,
            **more,
        )  # fmt: skip
    return Begun(url, state, nonce, verifier)


def finish(client: Client, answer: dict[str, str], *, nonce: str, verifier: str) -> Identity:
    """Who has come back from the provider. ``answer`` holds the parameters of the address they came back to; its
    ``state`` has been checked.

    Raises ProviderFault.
    """
    metadata = discover(client.issuer)
    told = answer.get("iss")
    if told != client.issuer and (told is not None or metadata.authorization_response_iss_parameter_supported):
        raise ProviderFault(Fault.BAD_TOKEN, "the answer names another issuer")  # RFC 9207
    if "error" in answer:
        cancelled = answer["error"] in ("access_denied", "user_cancelled", "login_required", "interaction_required")
        detail = f"{answer['error']} {answer.get('error_description', '')}"[:300]
        raise ProviderFault(Fault.CANCELLED if cancelled else Fault.DENIED, detail)
    if not answer.get("code"):
        raise ProviderFault(Fault.DENIED, "no code in the answer")
    with ProviderSession(
        client_id=client.client_id, client_secret=client.client_secret, redirect_uri=client.redirect_uri,
        token_endpoint_auth_method=metadata.auth_method, leeway=0,
    ) as session:  # fmt: skip
        token = _token(session, metadata, answer["code"], verifier)
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise ProviderFault(Fault.BAD_TOKEN, "no ID token")
        claims = _claims(client, metadata, id_token, nonce, token.get("access_token"))
        about = claims if "email" in claims else {**_userinfo(session, metadata, claims["sub"]), "sub": claims["sub"]}
    email, verified = about.get("email"), about.get("email_verified")
    return Identity(
        claims["sub"], email if isinstance(email, str) else "", verified if isinstance(verified, bool) else None,
        id_token,
    )  # fmt: skip


def _token(session: ProviderSession, metadata: Metadata, code: str, verifier: str) -> dict[str, Any]:
    try:
        return dict(
            session.fetch_token(
                metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
            )
        )
    except OAuthError as fault:
        wrong = fault.error in ("invalid_client", "unauthorized_client")
        detail = f"{fault.error} {fault.description or ''}"[:300]
        raise ProviderFault(Fault.CREDENTIALS if wrong else Fault.DENIED, detail) from fault
    except AddressRefused as fault:
        raise ProviderFault(Fault.ADDRESS_REFUSED, str(fault)) from fault
    except RequestException as fault:
        raise ProviderFault(Fault.UNREACHABLE, f"{metadata.token_endpoint}: {fault}") from fault
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise ProviderFault(Fault.NOT_A_PROVIDER, f"{metadata.token_endpoint}: {fault}"[:300]) from fault


def _claims(client: Client, metadata: Metadata, id_token: str, nonce: str, access_token: Any) -> dict[str, Any]:
    """The claims of an ID token that is right in every respect."""
    token = _signed(metadata, id_token)
    claims = CodeIDToken(
        token.claims, token.header,
        {
            "iss": {"essential": True, "value": client.issuer},
            "aud": {"essential": True, "value": client.client_id},
            "sub": {"essential": True},
        },
        {"nonce": nonce, "client_id": client.client_id, "access_token": access_token},
    )  # fmt: skip
    try:
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
    except ExpiredTokenError as fault:
        raise ProviderFault(Fault.CLOCKS, "the ID token has expired") from fault
    except InvalidClaimError as fault:
        late = fault.claim in ("iat", "nbf")
        raise ProviderFault(Fault.CLOCKS if late else Fault.BAD_TOKEN, str(fault)) from fault
    except (JoseError, ValueError, TypeError, AttributeError) as fault:
        raise ProviderFault(Fault.BAD_TOKEN, str(fault)) from fault
    if not 0 < len(claims["sub"]) <= 255 or "\x00" in claims["sub"]:
        raise ProviderFault(Fault.BAD_TOKEN, "the subject is empty or too long")
    if client.acr_values and claims.get("acr") not in client.acr_values.split():
        raise ProviderFault(Fault.TOO_WEAK, str(claims.get("acr"))[:100])
    return dict(claims)


def _signed(metadata: Metadata, id_token: str) -> jwt.Token:
    """The token, when one of the provider's keys has signed it; new keys are looked for once."""
    for at_most in (KEPT, KEPT_BRIEFLY):
        try:
            return jwt.decode(id_token, signing_keys(metadata, at_most), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, BadSignatureError) as fault:
            if at_most is KEPT_BRIEFLY:
                raise ProviderFault(Fault.BAD_TOKEN, str(fault)) from fault
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as fault:
            raise ProviderFault(Fault.BAD_TOKEN, str(fault)) from fault
    raise AssertionError("the second turn returns or raises")


def _userinfo(session: ProviderSession, metadata: Metadata, subject: str) -> dict[str, Any]:
    """What the provider tells of its user apart from the ID token; nothing when it does not answer.

    Somebody who is known already needs no address, so a fault here ends no sign-in.
    """
    if metadata.userinfo_endpoint is None:
        return {}
    try:
        found = json.loads(session.get(metadata.userinfo_endpoint).content)
    except (OAuthError, RequestException, ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        log.warning("no userinfo from %s: %s", metadata.issuer, fault)
        return {}
    # OpenID Connect Core 5.3.4: what is said of another subject is not to be used.
    return found if isinstance(found, dict) and found.get("sub") == subject else {}


def end_session_url(client: Client, id_token: str | None) -> str | None:
    """Where to end the session at the provider too; None when it has no such address or does not answer."""
    try:
        endpoint = discover(client.issuer).end_session_endpoint
    except ProviderFault:
        return None
    if endpoint is None:
        return None
    values = {"client_id": client.client_id, "post_logout_redirect_uri": client.return_to}
    if id_token:
        values["id_token_hint"] = id_token
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(values)}"
