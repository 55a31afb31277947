"""Makes what tests need, with sensible defaults. Everything is flushed, nothing committed."""

from __future__ import annotations

from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from learning.access.models import Role, RoleGrant
from learning.organisation.models import Agency, AgencyKind, Level, Person, Position, Unit

_numbers = count(1)
NUMBERS = ("999000118", "999000126", "999000134", "999000142", "999000150", "999000169", "999000177", "999000185")
SAMPLE_COURSE = Path(__file__).parent / "sample_course"


def make_agency(session: Session, **values: Any) -> Agency:
    number = next(_numbers)
    agency = Agency(
        **{
            "slug": f"agency-{number}",
            "name": f"Agency {number}",
            "kind": AgencyKind.MUNICIPALITY,
            "organisation_number": f"{number:09d}",
            **values,
        }
    )
    session.add(agency)
    session.flush()
    return agency


def make_unit(session: Session, agency: Agency, parent: Unit | None = None, **values: Any) -> Unit:
    number = next(_numbers)
    unit = Unit(agency_id=agency.id, parent_id=parent.id if parent else None, **{"name": f"Unit {number}", **values})
    session.add(unit)
    session.flush()
    return unit


def make_person(session: Session, **values: Any) -> Person:
    number = next(_numbers)
    person = Person(
        **{
            "given_name": "Given",
            "family_name": f"Family{number}",
            "email": f"person{number}@example.org",
            "language": "en",
            **values,
        }
    )
    session.add(person)
    session.flush()
    return person


def make_position(session: Session, person: Person, unit: Unit, **values: Any) -> Position:
    position = Position(
        person_id=person.id,
        agency_id=unit.agency_id,
        unit_id=unit.id,
        **{"title": "Manager", "level": Level.FIRST_LINE, "starts_on": date(2020, 1, 1), **values},
    )
    session.add(position)
    session.flush()
    return position


def grant(session: Session, person: Person, role: Role, agency: Agency | None) -> RoleGrant:
    granted = RoleGrant(person_id=person.id, agency_id=agency.id if agency else None, role=role)
    session.add(granted)
    session.flush()
    return granted
