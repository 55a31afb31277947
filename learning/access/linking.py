"""From somebody at a provider to a person here: known subjects, verified addresses, and nobody else.

A provider is run by one agency. It may sign in people who have a position in that agency. Somebody who also belongs to
another agency, or holds a role there or on the platform, is signed in by it only when they have connected it
themselves: whoever runs the provider can say that anybody is anybody. Nobody is ever created.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.access.identity_providers import enabled_for, vouches_for
from learning.access.models import IdentityLink, IdentityProvider
from learning.access.oidc import Identity
from learning.access.password_policy import may_use_password
from learning.access.roles import has_role_outside
from learning.access.sign_in import without_password
from learning.database import insert_once
from learning.organisation.models import Person
from learning.organisation.people import agencies_of, belongs_elsewhere, member_at, works_in


class Refusal(StrEnum):
    """Why a provider's word does not sign somebody in here."""

    SWITCHED_OFF = "switched-off"
    NO_ADDRESS = "no-address"
    UNVERIFIED = "unverified"
    OTHER_DOMAIN = "other-domain"
    UNKNOWN = "unknown"
    DEACTIVATED = "deactivated"
    NO_POSITION = "no-position"
    CONNECT_FIRST = "connect-first"  # belongs to more than the provider's agency


class NotLetIn(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class BelongsToAnother(Exception):
    """Somebody else here is connected to the same user at the provider."""


class OnlyWayIn(Exception):
    """Without this sign-in the person could not get in again."""


def is_shared(session: Session, agency_id: int, person_id: int) -> bool:
    """Whether the person is more than this agency's: a position or a role elsewhere, or a role on the platform."""
    return belongs_elsewhere(session, agency_id, person_id) or has_role_outside(session, agency_id, person_id)


def sign_in(session: Session, provider_id: int, identity: Identity) -> int:
    """The id of the person who may be signed in, with their account made ready and the audit trail written.

    Raises NotLetIn.
    """
    provider = session.get(IdentityProvider, provider_id)
    if provider is None or not provider.enabled:
        raise NotLetIn(Refusal.SWITCHED_OFF)
    link = session.get(IdentityLink, (provider_id, identity.subject))
    person = session.get(Person, link.person_id) if link else _by_address(session, provider, identity)
    assert person is not None, "a link's foreign key names a person"
    _require_welcome(session, provider, person, confirmed=link is not None and link.confirmed)
    if link is None:
        person_id = _link(session, provider, person.id, identity.subject)
        if person_id != person.id:  # the same user was linked to somebody else a moment ago
            raise NotLetIn(Refusal.UNKNOWN)
    without_password(session, person.id)
    audit.record(
        session, "signed-in", subject_type="person", subject_id=person.id, actor_id=person.id,
        agency_id=provider.agency_id, provider=provider.name,
    )  # fmt: skip
    return person.id


def _require_welcome(session: Session, provider: IdentityProvider, person: Person, *, confirmed: bool) -> None:
    if person.deactivated_at is not None:
        raise NotLetIn(Refusal.DEACTIVATED)
    if not works_in(session, provider.agency_id, person.id):
        raise NotLetIn(Refusal.NO_POSITION)
    if not confirmed and is_shared(session, provider.agency_id, person.id):
        raise NotLetIn(Refusal.CONNECT_FIRST)


def _by_address(session: Session, provider: IdentityProvider, identity: Identity) -> Person:
    """The agency's person with the address that the provider has verified. Raises NotLetIn."""
    address = identity.email.strip()
    if not address:
        raise NotLetIn(Refusal.NO_ADDRESS)
    if address.isascii():  # lower() makes an ordinary k of a Kelvin sign: then two addresses would be one
        address = address.lower()
    trusted = provider.verifies_addresses and bool(provider.domains) and identity.email_verified is None
    if not (identity.email_verified or trusted):
        raise NotLetIn(Refusal.UNVERIFIED)
    if not vouches_for(provider, address):
        raise NotLetIn(Refusal.OTHER_DOMAIN)
    person = member_at(session, provider.agency_id, address)
    if person is None:
        raise NotLetIn(Refusal.UNKNOWN)
    return person


def _link(
    session: Session, provider: IdentityProvider, person_id: int, subject: str, *, confirmed: bool = False
) -> int:
    """Link a subject to a person; the id of whom it is linked to, which is another when it was linked already."""
    new = insert_once(
        session, IdentityLink, provider_id=provider.id, subject=subject, person_id=person_id, confirmed=confirmed,
        linked_at=clock.now(),
    )  # fmt: skip
    link = session.get(IdentityLink, (provider.id, subject), populate_existing=True)
    assert link is not None
    if new:
        audit.record(
            session, "sign-in.connected" if confirmed else "sign-in.linked", subject_type="person",
            subject_id=person_id, actor_id=person_id, agency_id=provider.agency_id, provider=provider.name,
        )  # fmt: skip
    return link.person_id


def connect(session: Session, provider: IdentityProvider, person: Person, subject: str) -> None:
    """Connect a user at a provider to a person who is signed in and has confirmed it.

    Raises NotLetIn when the person has no position in the provider's agency, and BelongsToAnother.
    """
    _require_welcome(session, provider, person, confirmed=True)
    if _link(session, provider, person.id, subject, confirmed=True) != person.id:
        raise BelongsToAnother
    link = session.get(IdentityLink, (provider.id, subject))
    if link is not None and not link.confirmed:
        link.confirmed = True
        audit.record(
            session, "sign-in.connected", subject_type="person", subject_id=person.id, actor_id=person.id,
            agency_id=provider.agency_id, provider=provider.name,
        )  # fmt: skip
    session.flush()


def links_of(session: Session, person_id: int) -> Sequence[IdentityLink]:
    """The person's links, with provider and agency."""
    return session.scalars(
        select(IdentityLink)
        .options(joinedload(IdentityLink.provider, innerjoin=True).joinedload(IdentityProvider.agency, innerjoin=True))
        .where(IdentityLink.person_id == person_id)
        .order_by(IdentityLink.linked_at, IdentityLink.provider_id)
    ).all()


def to_connect(session: Session, person_id: int) -> list[IdentityProvider]:
    """The providers that the person can connect: of agencies where they work, and not connected by them yet."""
    done = {each.provider_id for each in links_of(session, person_id) if each.confirmed}
    return [each for each in enabled_for(session, agencies_of(session, person_id)) if each.id not in done]


def disconnect(session: Session, person_id: int, provider_id: int) -> None:
    """End the person's links at a provider; nothing when there are none. Raises OnlyWayIn."""
    found = [each for each in links_of(session, person_id) if each.provider_id == provider_id]
    if not found:
        return
    provider = found[0].provider
    with session.begin_nested():
        session.execute(
            delete(IdentityLink).where(IdentityLink.person_id == person_id, IdentityLink.provider_id == provider_id)
        )
        if not may_use_password(session, person_id):
            raise OnlyWayIn
    audit.record(
        session, "sign-in.disconnected", subject_type="person", subject_id=person_id, actor_id=person_id,
        agency_id=provider.agency_id, provider=provider.name,
    )  # fmt: skip
