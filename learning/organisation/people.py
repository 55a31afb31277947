"""People and positions: finding, adding, moving, ending."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Agency, AgencyKind, Level, Person, Position, Unit
from learning.organisation.units import subtree_ids

PAGE = 50


class AddressTaken(Exception):
    """The e-mail address belongs to somebody already."""


@dataclass(frozen=True)
class NewPerson:
    """What HR fills in for somebody new."""

    given_name: str
    family_name: str
    email: str
    language: str
    unit_id: int
    title: str
    level: Level
    starts_on: date


def find_people(
    session: Session, agency_id: int, *, query: str = "", unit_id: int | None = None, level: str | None = None,
    page: int = 1,
) -> Sequence[Row[Person, Position, Unit]]:  # fmt: skip
    """People with a current or coming position in the agency; one row more than a page when there are more."""
    today = clock.today()
    statement = (
        select(Person, Position, Unit)
        .join(Position, Position.person_id == Person.id)
        .join(Unit, Unit.id == Position.unit_id)
        .where(Position.agency_id == agency_id, or_(Position.ends_on.is_(None), Position.ends_on >= today))
        .order_by(Person.family_name, Person.given_name, Person.id, Position.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    for word in query.lower().split()[:5]:
        pattern = f"%{word}%"
        statement = statement.where(
            or_(
                func.lower(Person.given_name).like(pattern),
                func.lower(Person.family_name).like(pattern),
                Person.email.like(pattern),
                func.lower(Position.title).like(pattern),
            )
        )
    if unit_id is not None:
        statement = statement.where(Position.unit_id.in_(subtree_ids(agency_id, [unit_id])))
    if level:
        statement = statement.where(Position.level == Level(level))
    return session.execute(statement).all()


def person_in(session: Session, agency_id: int, person_id: int) -> Person | None:
    """A person who holds or held a position in the agency."""
    return session.scalar(
        select(Person).where(
            Person.id == person_id,
            Person.id.in_(select(Position.person_id).where(Position.agency_id == agency_id)),
        )
    )


def positions_in(session: Session, agency_id: int, person_id: int) -> Sequence[Position]:
    """The person's positions in this agency only, newest first."""
    return session.scalars(
        select(Position)
        .where(Position.agency_id == agency_id, Position.person_id == person_id)
        .order_by(Position.starts_on.desc())
    ).all()


def add_person(session: Session, agency_id: int, new: NewPerson) -> Person:
    """A new person with a position. Raises AddressTaken."""
    email = new.email.strip().lower()
    if session.scalar(select(Person.id).where(Person.email == email)) is not None:
        raise AddressTaken
    person = Person(given_name=new.given_name, family_name=new.family_name, email=email, language=new.language)
    session.add(person)
    session.flush()
    add_position(session, agency_id, person, new.unit_id, new.title, new.level, new.starts_on)
    return person


def add_position(
    session: Session, agency_id: int, person: Person, unit_id: int, title: str, level: Level, starts_on: date
) -> Position:
    position = Position(
        person_id=person.id, agency_id=agency_id, unit_id=unit_id, title=title, level=level, starts_on=starts_on
    )
    session.add(position)
    session.flush()
    return position


def position_in(session: Session, agency_id: int, position_id: int) -> Position | None:
    return session.scalar(select(Position).where(Position.id == position_id, Position.agency_id == agency_id))


def end_position(position: Position, on: date) -> None:
    """End a position with ``on`` as its last day. Raises ValueError when that is before it began."""
    if on < position.starts_on:
        raise ValueError("a position cannot end before it began")
    position.ends_on = on


def new_password() -> str:
    """A first password, to be changed: four groups that are easy to read aloud."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


def all_agencies(session: Session) -> Sequence[Agency]:
    return session.scalars(select(Agency).order_by(Agency.name)).all()


def add_agency(session: Session, *, slug: str, name: str, kind: AgencyKind, organisation_number: str) -> Agency:
    """A new agency with its root unit; the number is checked already."""
    agency = Agency(slug=slug, name=name, kind=kind, organisation_number=organisation_number)
    session.add(agency)
    session.flush()
    session.add(Unit(agency_id=agency.id, name=name))
    session.flush()
    return agency
