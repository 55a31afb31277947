"""Tokens with which an agency's other systems come in: making, finding and revoking them.

A token is ``hr_`` and 43 characters. The database holds its SHA-256: the token is as long as a key, so a slow hash
would add nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.access.models import ApiToken, TokenPurpose
from learning.access.sign_in import throttle
from learning.database import insert_once, writing

PREFIX = 11  # "hr_" and eight characters: enough to tell tokens apart, far too little to guess the rest
LONGEST = timedelta(days=5 * 366)
USE_IS_NEWS_AFTER = timedelta(hours=1)
SHOWN_AGAIN_FOR = timedelta(minutes=10)


class MadeLongAgo(Exception):
    """The form was sent before, and its token is no longer shown."""


def new_key() -> str:
    """A random key for the form that makes a token: the same form sent twice makes, and shows, the same token."""
    return secrets.token_urlsafe(32)


def _secret_for(agency_id: int, person_id: int, key: str) -> str:
    """The token that a form's key stands for; nobody without the application's secret key can work it out."""
    secret_key = current_app.config["SETTINGS"].effective_secret_key
    digest = hmac.digest(secret_key.encode(), f"api token {agency_id} {person_id} {key}".encode(), "sha256")
    return "hr_" + urlsafe_b64encode(digest).decode().rstrip("=")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def make(
    session: Session, agency_id: int, actor_id: int, key: str, *, name: str, purpose: TokenPurpose, expires_on: date,
    sends_invitations: bool,
) -> tuple[ApiToken, str]:  # fmt: skip
    """A new token and its secret, which is not stored. Sent again with the same key, the same ones.

    Raises MadeLongAgo when the first time was more than ten minutes ago.
    """
    secret = _secret_for(agency_id, actor_id, key)
    is_new = insert_once(
        session, ApiToken, agency_id=agency_id, name=name, purpose=purpose, prefix=secret[:PREFIX],
        token_hash=_hash(secret), sends_invitations=sends_invitations, created_by_id=actor_id, created_at=clock.now(),
        expires_on=expires_on,
    )  # fmt: skip
    token = session.scalars(select(ApiToken).where(ApiToken.token_hash == _hash(secret))).one()
    if is_new:
        audit.record(
            session, "token.made", subject_type="token", subject_id=token.id, actor_id=actor_id, agency_id=agency_id,
            name=name, purpose=purpose.value, prefix=token.prefix, expires_on=expires_on.isoformat(),
        )  # fmt: skip
    elif token.revoked_at is not None or clock.now() - token.created_at > SHOWN_AGAIN_FOR:
        raise MadeLongAgo
    return token, secret


def in_agency(session: Session, agency_id: int) -> Sequence[ApiToken]:
    """The agency's tokens, the newest first, revoked and expired ones too."""
    return session.scalars(
        select(ApiToken)
        .options(joinedload(ApiToken.created_by, innerjoin=True))
        .where(ApiToken.agency_id == agency_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    ).all()


def token_in(session: Session, agency_id: int, token_id: int) -> ApiToken | None:
    """A token of the agency; None for another agency's."""
    return session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.agency_id == agency_id))


def revoke(session: Session, token: ApiToken, actor_id: int) -> None:
    """Make the token open nothing from now on. Doing it again changes nothing."""
    if token.revoked_at is not None:
        return
    token.revoked_at = clock.now()
    audit.record(
        session, "token.revoked", subject_type="token", subject_id=token.id, actor_id=actor_id,
        agency_id=token.agency_id, name=token.name, prefix=token.prefix,
    )  # fmt: skip


def is_open(token: ApiToken) -> bool:
    """Whether the token opens anything today."""
    return token.revoked_at is None and token.expires_on >= clock.today()


def find(session: Session, secret: str, purpose: TokenPurpose) -> ApiToken | None:
    """The token that opens with ``secret`` now, for this purpose."""
    if not secret.startswith("hr_") or not secret.isascii() or "\x00" in secret:
        return None
    alike = session.scalars(
        select(ApiToken).options(joinedload(ApiToken.agency, innerjoin=True)).where(ApiToken.prefix == secret[:PREFIX])
    ).all()
    wanted = _hash(secret)
    right = [token for token in alike if hmac.compare_digest(token.token_hash, wanted)]
    return next((token for token in right if token.purpose is purpose and is_open(token)), None)


def count_failure(secret: str, *, address: str, tries: int) -> None:
    """Count a request that no token opened. A valid token is never held up by others' failures.

    Raises sign_in.TooManyTries after many from the same network address or with the same beginning.
    """
    with writing() as session:
        throttle(session, "token", secret[:PREFIX], address=address, tries=tries)


def use_is_news(token: ApiToken) -> bool:
    """Whether the token's use should be noted: at most once an hour."""
    return token.last_used_at is None or clock.now() - token.last_used_at >= USE_IS_NEWS_AFTER


def note_use(token_id: int) -> None:
    """Note that the token was used now, in a transaction of its own."""
    with writing() as session:
        token = session.get(ApiToken, token_id)
        if token is not None:
            token.last_used_at = clock.now()
