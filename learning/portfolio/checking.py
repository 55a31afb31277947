"""Whether a badge from elsewhere is what it says: signed by an issuer that the agency trusts, in time, not revoked."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from learning import clock
from learning.portfolio import badges
from learning.portfolio.fetching import NotFetched
from learning.portfolio.models import BadgeKind, TrustedIssuer

ALGORITHMS = ["RS256", "ES256"]
Fetch = Callable[[str], dict[str, Any]]


class Verdict(StrEnum):
    GOOD = "good"
    UNREADABLE = "unreadable"
    UNKNOWN_ISSUER = "unknown-issuer"
    NO_KEYS = "no-keys"
    BAD_SIGNATURE = "bad-signature"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


def _plain(value: object) -> object:
    """A text without what cannot be stored."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


def _many(value: object) -> object:
    return value if isinstance(value, list) else [value]


Text = Annotated[str, BeforeValidator(_plain), Field(min_length=1)]


class _Member(BaseModel):
    """Names are in camel case where they come from."""

    model_config = ConfigDict(alias_generator=to_camel)


class _Alignment(_Member):
    target_code: str | None = Field(None, max_length=50)


class _Achievement(_Member):
    name: Annotated[Text, Field(max_length=300)]
    alignment: Annotated[list[_Alignment], BeforeValidator(_many), Field(max_length=100)] = []


class _Identity(_Member):
    identity_hash: str
    identity_type: str
    hashed: bool
    salt: str = ""


class _Result(_Member):
    value: str | None = None


class _Subject(_Member):
    achievement: _Achievement
    identifier: Annotated[list[_Identity], BeforeValidator(_many)] = []
    result: Annotated[list[_Result], BeforeValidator(_many)] = []


class _Issuer(_Member):
    id: str = Field(max_length=300)


class _Status(_Member):
    id: str = Field(max_length=300)


class _Credential(_Member):
    """What is read of an OpenBadgeCredential; the rest may be anything."""

    id: Annotated[Text, Field(max_length=200)]
    type: Annotated[list[str], BeforeValidator(_many)]
    issuer: Annotated[_Issuer, BeforeValidator(lambda value: {"id": value} if isinstance(value, str) else value)]
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = None
    awarded_date: AwareDatetime | None = None
    credential_subject: _Subject
    credential_status: _Status | None = None


@dataclass(frozen=True)
class Checked:
    """A badge as it was read. All but ``verdict`` and ``issuer`` mean nothing unless it is good.

    ``revocation_known``: the issuer's list could be fetched, so that it is certain that it is not revoked.
    """

    verdict: Verdict
    issuer: str = ""
    issuer_name: str = ""
    credential_id: str = ""
    kind: BadgeKind = BadgeKind.COMPLETION
    title: str = ""
    codes: Sequence[str] = ()
    level: int | None = None
    happened_on: date | None = None
    until: date | None = None
    same_email: bool = False
    revocation_known: bool = False


@dataclass
class Checker:
    """Checks badges for one agency and one person; asks each issuer once."""

    trusted: Mapping[str, TrustedIssuer]  # by address
    email: str
    fetch: Fetch
    now: datetime
    _keys: dict[str, KeySet | None] = field(default_factory=dict)
    _revoked: dict[str, frozenset[str] | None] = field(default_factory=dict)

    def check(self, token: str) -> Checked:
        """What is to be said of a badge."""
        try:
            read = _Credential.model_validate(_claims(token))
        except (ValueError, ValidationError, RecursionError):
            return Checked(Verdict.UNREADABLE)
        about = self._about(read)
        if "OpenBadgeCredential" not in read.type and "AchievementCredential" not in read.type:
            return Checked(Verdict.UNREADABLE, read.issuer.id)
        trusted = self._issuer(read.issuer.id)
        if trusted is None:
            return about(Verdict.UNKNOWN_ISSUER)
        keys = self._keys_of(trusted)
        if keys is None:
            return about(Verdict.NO_KEYS, trusted)
        try:
            # What was read before is what was signed: it is the same text.
            jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError, TypeError):
            return about(Verdict.BAD_SIGNATURE, trusted)
        if read.valid_from > self.now:
            return about(Verdict.NOT_YET, trusted)
        if read.valid_until is not None and read.valid_until < self.now:
            return about(Verdict.EXPIRED, trusted)
        revoked = self._revoked_by(trusted, read.credential_status)
        if revoked is not None and read.id in revoked:
            return about(Verdict.REVOKED, trusted)
        return about(Verdict.GOOD, trusted, revocation_known=revoked is not None or read.credential_status is None)

    def _about(self, read: _Credential) -> Callable[..., Checked]:
        subject = read.credential_subject
        level = next((int(each.value) for each in subject.result if each.value in badges.LEVEL_NAMES), None)
        awarded = (read.awarded_date or read.valid_from).astimezone(clock.OSLO).date()

        def made(verdict: Verdict, trusted: TrustedIssuer | None = None, *, revocation_known: bool = False) -> Checked:
            return Checked(
                verdict,
                issuer=read.issuer.id,
                issuer_name=trusted.name if trusted else "",
                credential_id=read.id,
                kind=BadgeKind.COMPLETION if level is None else BadgeKind.LEVEL,
                title=subject.achievement.name,
                codes=sorted({each.target_code for each in subject.achievement.alignment if each.target_code}),
                level=level,
                happened_on=min(awarded, self.now.astimezone(clock.OSLO).date()),
                until=read.valid_until.astimezone(clock.OSLO).date() if read.valid_until else None,
                same_email=any(self._is_mine(each) for each in subject.identifier),
                revocation_known=revocation_known,
            )

        return made

    def _is_mine(self, identity: _Identity) -> bool:
        if identity.identity_type != "emailAddress":
            return False
        mine = badges.hashed_address(self.email, identity.salt) if identity.hashed else self.email
        return hmac.compare_digest(identity.identity_hash.encode(), mine.encode())

    def _issuer(self, issuer: str) -> TrustedIssuer | None:
        """The trusted issuer at whose address this one lives: a name in the badge counts for nothing."""
        return next((each for address, each in self.trusted.items() if issuer.startswith(f"{address}/")), None)

    def _keys_of(self, trusted: TrustedIssuer) -> KeySet | None:
        if trusted.address not in self._keys:
            self._keys[trusted.address] = self._find_keys(trusted)
        return self._keys[trusted.address]

    def _find_keys(self, trusted: TrustedIssuer) -> KeySet | None:
        try:
            return key_set(trusted.keys or self.fetch(f"{trusted.address}/.well-known/jwks.json"))
        except (NotFetched, ValueError):
            return None

    def _revoked_by(self, trusted: TrustedIssuer, status: _Status | None) -> frozenset[str] | None:
        """The issuer's revoked badges; None when they cannot be known. Asked of the issuer's own address only."""
        if status is None or not status.id.startswith(f"{trusted.address}/"):
            return None
        if status.id not in self._revoked:
            try:
                listed = self.fetch(status.id).get("revokedCredential")
            except NotFetched:
                listed = None
            self._revoked[status.id] = (
                frozenset(str(each.get("id")) for each in listed if isinstance(each, dict))
                if isinstance(listed, list)
                else None
            )
        return self._revoked[status.id]


def key_set(content: Any) -> KeySet:
    """A set of public keys. Raises ValueError for what is none, and for private or shared keys."""
    listed = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(listed, list) or not 1 <= len(listed) <= 50:
        raise ValueError("no set of keys")
    if any(not isinstance(each, dict) or each.get("kty") not in ("RSA", "EC") or "d" in each for each in listed):
        raise ValueError("only public RSA and EC keys")
    try:
        return KeySet.import_key_set({"keys": listed})
    except (JoseError, KeyError, TypeError) as fault:
        raise ValueError("no set of keys") from fault


def _claims(token: str) -> Any:
    """What a JWT says, before it is known whether that holds. Raises ValueError."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
