"""The installation's keys: made once, kept sealed, the older ones still published."""

from __future__ import annotations

import json
from typing import Any

from joserfc.jwk import RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.database import insert_once
from learning.portfolio.models import SigningKey
from learning.sealing import open_text, seal_text

ALGORITHM = "RS256"  # the one that every reader of Open Badges 3.0 must know
BITS = 2048


def _newest(session: Session) -> SigningKey | None:
    return session.scalar(select(SigningKey).order_by(SigningKey.number.desc()).limit(1))


def _make(session: Session, number: int) -> None:
    """Make a key with the number, unless there is one. Two at the same moment end with one."""
    made = RSAKey.generate_key(BITS)
    insert_once(
        session,
        SigningKey,
        number=number,
        thumbprint=made.thumbprint(),
        public={**made.as_dict(private=False), "use": "sig", "alg": ALGORITHM},
        sealed=seal_text(json.dumps(made.as_dict(private=True))),
        made_at=clock.now(),
    )


def current(session: Session) -> SigningKey:
    """The key that signs; made when it is first needed."""
    found = _newest(session)
    if found is None:
        _make(session, 1)
        found = _newest(session)
    assert found is not None
    return found


def private_part(key: SigningKey) -> RSAKey:
    """The key to sign with. Raises sealing.CannotOpen after a change of secret key that forgot the previous one."""
    return RSAKey.import_key(json.loads(open_text(key.sealed)))


def rotate(session: Session) -> SigningKey:
    """Sign with a new key from now on. What earlier keys signed still holds."""
    _make(session, current(session).number + 1)
    return current(session)


def address_of(thumbprint: str, base_url: str) -> str:
    return f"{base_url}/open-badges/keys/{thumbprint}"


def published(session: Session, base_url: str) -> list[dict[str, Any]]:
    """The public keys, newest first; each with its address for an id."""
    found = session.scalars(select(SigningKey).order_by(SigningKey.number.desc()))
    return [{**each.public, "kid": address_of(each.thumbprint, base_url)} for each in found]
