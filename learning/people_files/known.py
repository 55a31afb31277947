"""What the database holds of an agency's people, read in a handful of statements however many they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import RoleGrant
from learning.organisation.holding import not_over
from learning.organisation.models import Agency, Level, Membership, MembershipTag, Person, Position, Unit
from learning.people_files.unit_names import UnitFacts, UnitNames

AT_ONCE = 10_000  # values a statement, below SQLite's 32,766


@dataclass
class KnownPosition:
    """A position in the agency, over ones too."""

    id: int
    person_id: int
    unit_id: int
    title: str
    level: Level
    starts_on: date
    ends_on: date | None
    reports_to_id: int | None

    def is_over(self, today: date) -> bool:
        return self.ends_on is not None and self.ends_on < today


@dataclass
class KnownPerson:
    """Somebody with a position or a membership in the agency, or elsewhere alone (``is_member`` is False)."""

    id: int
    given_name: str
    family_name: str
    email: str
    language: str
    number: str | None = None
    is_member: bool = False
    has_membership: bool = False
    belongs_elsewhere: bool = False
    has_role_outside: bool = False
    has_role_here: bool = False
    tags: frozenset[str] = frozenset()
    positions: list[KnownPosition] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def works_here(self, today: date) -> bool:
        """Whether a position here is current or coming."""
        return any(not each.is_over(today) for each in self.positions)


@dataclass(frozen=True)
class Known:
    """One agency's people by id, address and number; ``outside`` are those of the asked addresses who are not here.

    ``managers`` has the line managers of positions here who have no position here themselves.
    """

    agency_id: int
    language: str
    units: UnitNames
    people: dict[int, KnownPerson]
    by_email: dict[str, KnownPerson]
    by_number: dict[str, KnownPerson]
    outside: dict[str, KnownPerson]
    managers: dict[int, KnownPerson]


def batches(values: Collection[str]) -> Iterator[list[str]]:
    """The values in order, as many at a time as a statement takes."""
    iterator = iter(sorted(values))
    while batch := list(islice(iterator, AT_ONCE)):
        yield batch


def unit_names(session: Session, agency_id: int) -> UnitNames:
    """The agency's units, to be found by what people write."""
    rows = session.execute(
        select(Unit.id, Unit.parent_id, Unit.name, Unit.code).where(Unit.agency_id == agency_id).order_by(Unit.id)
    )
    return UnitNames(UnitFacts(*row) for row in rows)


def load(session: Session, agency: Agency, emails: Collection[str], *, lock: bool = False) -> Known:
    """The agency's people, and who else has one of ``emails``. ``lock`` holds other changes back until the commit."""
    people = {each.id: each for each in _members(session, agency.id, lock=lock)}
    for position in _positions(session, agency.id, lock=lock):
        people[position.person_id].positions.append(position)
    _add_tags(session, agency.id, people)
    by_email = {each.email: each for each in people.values()}
    outside: dict[str, KnownPerson] = {}
    for batch in batches(set(emails) - set(by_email)):
        outside |= {each.email: each for each in _people(session, Person.email.in_(batch))}
    _add_bonds(session, agency.id, people)
    return Known(
        agency.id,
        agency.language,
        unit_names(session, agency.id),
        people,
        by_email,
        {each.number: each for each in people.values() if each.number},
        outside,
        _managers_elsewhere(session, agency.id),
    )


_FACTS = (Person.id, Person.given_name, Person.family_name, Person.email, Person.language)


def _people(session: Session, whose: ColumnElement[bool]) -> Iterator[KnownPerson]:
    for row in session.execute(select(*_FACTS).where(whose)):
        yield KnownPerson(*row)


def _members(session: Session, agency_id: int, *, lock: bool) -> Iterator[KnownPerson]:
    here = select(Position.person_id).where(Position.agency_id == agency_id)
    statement = (
        select(*_FACTS, Membership.employee_number, Membership.person_id)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, Membership.agency_id == agency_id))
        .where(or_(Membership.person_id.is_not(None), Person.id.in_(here)))
        .order_by(Person.id)
    )
    if lock:
        statement = statement.with_for_update(of=Person)
    for person_id, given, family, email, language, number, membership in session.execute(statement):
        yield KnownPerson(person_id, given, family, email, language, number, True, membership is not None)


def _positions(session: Session, agency_id: int, *, lock: bool) -> Iterator[KnownPosition]:
    statement = (
        select(
            Position.id,
            Position.person_id,
            Position.unit_id,
            Position.title,
            Position.level,
            Position.starts_on,
            Position.ends_on,
            Position.reports_to_id,
        )
        .where(Position.agency_id == agency_id)
        .order_by(Position.starts_on, Position.id)
    )
    if lock:
        statement = statement.with_for_update()
    for row in session.execute(statement):
        yield KnownPosition(*row)


def _add_tags(session: Session, agency_id: int, people: dict[int, KnownPerson]) -> None:
    tags: dict[int, set[str]] = {}
    rows = session.execute(
        select(MembershipTag.person_id, MembershipTag.tag).where(MembershipTag.agency_id == agency_id)
    )
    for person_id, tag in rows:
        tags.setdefault(person_id, set()).add(tag)
    for person_id, theirs in tags.items():
        people[person_id].tags = frozenset(theirs)


def _add_bonds(session: Session, agency_id: int, people: dict[int, KnownPerson]) -> None:
    """Who belongs to another agency as well, and who holds a role: their facts are not any adviser's to change."""
    here = select(Position.person_id).where(Position.agency_id == agency_id)
    elsewhere = (
        select(Position.person_id)
        .where(
            Position.agency_id != agency_id,
            Position.person_id.in_(here),
            not_over(clock.today()),
        )
        .distinct()
    )
    for person_id in session.scalars(elsewhere):
        people[person_id].belongs_elsewhere = True
    held = select(RoleGrant.person_id, RoleGrant.agency_id).where(
        RoleGrant.revoked_at.is_(None), RoleGrant.person_id.in_(here)
    )
    for person_id, granted_in in session.execute(held):
        if granted_in == agency_id:
            people[person_id].has_role_here = True
        else:
            people[person_id].has_role_outside = True


def _managers_elsewhere(session: Session, agency_id: int) -> dict[int, KnownPerson]:
    here = select(Position.person_id).where(Position.agency_id == agency_id)
    named = select(Position.reports_to_id).where(Position.agency_id == agency_id, Position.reports_to_id.is_not(None))
    return {each.id: each for each in _people(session, Person.id.in_(named) & Person.id.not_in(here))}
