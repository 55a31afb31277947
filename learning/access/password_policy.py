"""Who may sign in with a password: an agency may leave it to its providers of identity.

Passwords are off for a person when every agency they belong to has switched them off. Platform administrators keep
theirs, so that somebody gets in when a provider fails. So do people who belong to several agencies and have connected
no sign-in themselves: a provider may not sign them in before that, and they connect it while signed in.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.access import audit
from learning.access.models import IdentityLink, IdentityProvider, RoleGrant, SignInPolicy
from learning.database import insert_once
from learning.organisation.models import Agency
from learning.organisation.people import agencies_of


class NoWayIn(Exception):
    """The administrator has not signed in through an enabled provider of the agency, so it may not work."""


def passwords_allowed(session: Session, agency_id: int) -> bool:
    """Whether the agency lets its people sign in with a password here."""
    allowed = session.scalar(select(SignInPolicy.passwords_allowed).where(SignInPolicy.agency_id == agency_id))
    return allowed is not False


def may_use_password(session: Session, person_id: int) -> bool:
    """Whether the person may sign in with a password."""
    granted_in = session.scalars(
        select(RoleGrant.agency_id).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
    ).all()
    if None in granted_in:
        return True  # a platform role
    agencies = agencies_of(session, person_id) | {agency_id for agency_id in granted_in if agency_id is not None}
    off = session.scalars(
        select(SignInPolicy.agency_id).where(
            SignInPolicy.agency_id.in_(agencies), SignInPolicy.passwords_allowed.is_(False)
        )
    ).all()
    if not agencies or len(off) < len(agencies):
        return True
    return len(agencies) > 1 and not _has_connected(session, person_id, agencies)


def _has_connected(session: Session, person_id: int, agencies: set[int]) -> bool:
    """Whether the person has connected a provider of an agency where they have a position."""
    found = session.scalar(
        select(IdentityLink.provider_id)
        .join(IdentityLink.provider)
        .where(
            IdentityLink.person_id == person_id,
            IdentityLink.confirmed.is_(True),
            IdentityProvider.enabled.is_(True),
            IdentityProvider.agency_id.in_(agencies & agencies_of(session, person_id)),
        )
        .limit(1)
    )
    return found is not None


def _has_way_in(session: Session, agency_id: int, person_id: int, without: int | None = None) -> bool:
    statement = (
        select(IdentityLink.provider_id)
        .join(IdentityLink.provider)
        .where(
            IdentityLink.person_id == person_id,
            IdentityProvider.agency_id == agency_id,
            IdentityProvider.enabled.is_(True),
        )
        .limit(1)
    )
    if without is not None:
        statement = statement.where(IdentityProvider.id != without)
    return session.scalar(statement) is not None


def _take_turns(session: Session, agency_id: int) -> None:
    """Hold back others who change how the agency signs in, until the commit."""
    session.scalar(select(Agency.id).where(Agency.id == agency_id).with_for_update())


def require_way_in(session: Session, agency_id: int, actor_id: int, without: int) -> None:
    """Before a provider is switched off or removed. Raises NoWayIn when passwords are off and nothing would be left."""
    _take_turns(session, agency_id)
    if not passwords_allowed(session, agency_id) and not _has_way_in(session, agency_id, actor_id, without):
        raise NoWayIn


def switch_off(session: Session, agency_id: int, actor_id: int) -> None:
    """The agency's people sign in with its providers only. Raises NoWayIn."""
    _take_turns(session, agency_id)
    if not _has_way_in(session, agency_id, actor_id):
        raise NoWayIn
    _set(session, agency_id, actor_id, allowed=False)


def switch_on(session: Session, agency_id: int, actor_id: int) -> None:
    """Passwords are good again for the agency's people."""
    _take_turns(session, agency_id)
    _set(session, agency_id, actor_id, allowed=True)


def _set(session: Session, agency_id: int, actor_id: int, *, allowed: bool) -> None:
    if passwords_allowed(session, agency_id) is allowed:
        return
    insert_once(session, SignInPolicy, agency_id=agency_id, passwords_allowed=allowed)
    policy = session.get(SignInPolicy, agency_id, populate_existing=True)
    assert policy is not None
    policy.passwords_allowed = allowed
    audit.record(
        session, "passwords.switched-on" if allowed else "passwords.switched-off", subject_type="agency",
        subject_id=agency_id, actor_id=actor_id, agency_id=agency_id,
    )  # fmt: skip
    session.flush()
