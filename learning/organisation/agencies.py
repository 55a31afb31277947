"""The platform's agencies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.organisation.holding import held_on
from learning.organisation.models import Agency, AgencyKind, Position, Unit
from learning.organisation.organisation_number import normalise


class AgencyTaken(Exception):
    """The short name or the organisation number belongs to another agency."""


def all_agencies(session: Session) -> Sequence[Agency]:
    """Every agency, by name."""
    return session.scalars(select(Agency).order_by(Agency.name, Agency.id)).all()


def add_agency(session: Session, *, slug: str, name: str, kind: AgencyKind, organisation_number: str) -> Agency:
    """A new agency with its root unit. Raises ValueError for a wrong number, AgencyTaken for one in use."""
    agency = Agency(slug=slug, name=name, kind=kind, organisation_number=normalise(organisation_number))
    try:
        with session.begin_nested():
            session.add(agency)
    except IntegrityError as fault:
        raise AgencyTaken from fault
    session.add(Unit(agency_id=agency.id, name=name))
    session.flush()
    return agency


def working_in(session: Session, person_id: int, today: date) -> Sequence[Agency]:
    """The agencies where the person holds a position today, by name."""
    here = select(Position.agency_id).where(
        Position.person_id == person_id,
        held_on(today),
    )
    return session.scalars(select(Agency).where(Agency.id.in_(here)).order_by(Agency.name, Agency.id)).all()
