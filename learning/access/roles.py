"""Granting and ending roles in an agency."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.access.models import Role, RoleGrant
from learning.database import insert_once
from learning.organisation.models import Agency, Person
from learning.organisation.people import belongs_elsewhere, members_among

GRANTABLE = (Role.HR, Role.AUTHOR, Role.AUDITOR, Role.AGENCY_ADMIN)


class OwnAdministration(Exception):
    """Nobody ends their own role as administrator: another administrator does it."""


class LastAdministrator(Exception):
    """The agency would be left without an administrator who works there."""


def grants_in(session: Session, agency_id: int) -> Sequence[RoleGrant]:
    """The roles held in the agency now."""
    return session.scalars(
        select(RoleGrant)
        .options(joinedload(RoleGrant.person, innerjoin=True))
        .where(RoleGrant.agency_id == agency_id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.role, RoleGrant.id)
    ).all()


def grant_role(session: Session, agency_id: int, person: Person, role: Role, actor_id: int) -> bool:
    """Give a role; whether it was new. Raises ValueError for a role that is not given in an agency."""
    if role not in GRANTABLE:
        raise ValueError(f"{role} is not granted in an agency")
    new = insert_once(
        session, RoleGrant, person_id=person.id, agency_id=agency_id, role=role, granted_by_id=actor_id,
        granted_at=clock.now(),
    )  # fmt: skip
    if new:
        audit.record(
            session, "role.granted", subject_type="person", subject_id=person.id, actor_id=actor_id,
            agency_id=agency_id, role=role.value,
        )  # fmt: skip
    return new


def grant_in(session: Session, agency_id: int, grant_id: int) -> RoleGrant | None:
    """A role held in the agency now; None for another agency's or an ended one."""
    return session.scalar(
        select(RoleGrant).where(
            RoleGrant.id == grant_id, RoleGrant.agency_id == agency_id, RoleGrant.revoked_at.is_(None)
        )
    )


def end_role(session: Session, held: RoleGrant, actor_id: int) -> None:
    """End a role from now; the row stays as a fact. Ending it again changes nothing.

    Raises OwnAdministration and LastAdministrator.
    """
    if held.role is Role.AGENCY_ADMIN and held.agency_id is not None:
        # Two administrators who end each other's role at the same moment take turns.
        session.scalar(select(Agency.id).where(Agency.id == held.agency_id).with_for_update())
        session.refresh(held)
        if held.revoked_at is not None:
            return
        if held.person_id == actor_id:
            raise OwnAdministration
        if not _administrators_but(session, held.agency_id, held.person_id):
            raise LastAdministrator
    held.revoked_at = clock.now()
    audit.record(
        session, "role.ended", subject_type="person", subject_id=held.person_id, actor_id=actor_id,
        agency_id=held.agency_id, role=held.role.value,
    )  # fmt: skip


def _administrators_but(session: Session, agency_id: int, person_id: int) -> set[int]:
    """The agency's other administrators who can sign in and hold a current position there."""
    others = session.scalars(
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.agency_id == agency_id,
            RoleGrant.role == Role.AGENCY_ADMIN,
            RoleGrant.revoked_at.is_(None),
            RoleGrant.person_id != person_id,
            Person.deactivated_at.is_(None),
        )
    ).all()
    return members_among(session, agency_id, others)


def has_role_outside(session: Session, agency_id: int, person_id: int) -> bool:
    """Whether the person holds a role in another agency or on the platform."""
    found = session.scalar(
        select(RoleGrant.id)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.agency_id.is_(None), RoleGrant.agency_id != agency_id),
        )
        .limit(1)
    )
    return found is not None


def belongs_here_alone(session: Session, agency_id: int, person_id: int) -> bool:
    """Whether no other agency and no role elsewhere has a say in the person's name and address.

    New passwords are mailed to the address, so whoever may change it could take over what the person may do.
    """
    return not (belongs_elsewhere(session, agency_id, person_id) or has_role_outside(session, agency_id, person_id))


def had_role_outside(session: Session, agency_id: int, person_id: int) -> bool:
    """Whether the person has ever held a role in another agency or on the platform."""
    found = session.scalar(
        select(RoleGrant.id)
        .where(RoleGrant.person_id == person_id, or_(RoleGrant.agency_id.is_(None), RoleGrant.agency_id != agency_id))
        .limit(1)
    )
    return found is not None


def roles_of(session: Session, person_id: int) -> Sequence[RoleGrant]:
    """The roles that a person holds now, in every agency and on the platform."""
    return session.scalars(
        select(RoleGrant)
        .options(joinedload(RoleGrant.agency))
        .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.agency_id, RoleGrant.role)
    ).all()
