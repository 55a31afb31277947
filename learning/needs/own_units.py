"""A line manager's own part of an agency: units where they are a manager, if somebody reports to them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from learning import clock
from learning.needs.resolving import MANAGERS
from learning.needs.tallies import Leader
from learning.organisation.holding import held_on
from learning.organisation.models import Agency, Position


@dataclass(frozen=True)
class OwnUnit:
    """``leader`` says whom of the agency they may see."""

    agency: Agency
    unit_id: int
    leader: Leader


def own_units(session: Session, person_id: int) -> list[OwnUnit]:
    """The units that the person leads in today, in all agencies, the longest held first. One query."""
    today = clock.today()
    theirs = aliased(Position)
    leads = exists().where(
        theirs.agency_id == Position.agency_id, theirs.reports_to_id == person_id, held_on(today, theirs)
    )
    found = session.execute(
        select(Agency, Position.unit_id)
        .join(Agency, Agency.id == Position.agency_id)
        .where(Position.person_id == person_id, Position.level.in_(MANAGERS), held_on(today), leads)
        .order_by(Position.starts_on, Position.id)
    ).all()
    units: dict[int, set[int]] = {}
    for agency, unit_id in found:
        units.setdefault(agency.id, set()).add(unit_id)
    return [
        OwnUnit(agency, unit_id, Leader(person_id, frozenset(units[agency.id])))
        for agency, unit_id in dict.fromkeys((agency, unit_id) for agency, unit_id in found)
    ]
