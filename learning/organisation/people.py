"""People and positions: finding, adding, moving, ending."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Row, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.database import insert_once
from learning.organisation.holding import held_on, not_over
from learning.organisation.models import Level, Membership, Person, Position, Unit
from learning.organisation.searching import holds
from learning.organisation.signals import address_changed, positions_changed
from learning.organisation.units import subtree_ids

PAGE = 50


class AddressTaken(Exception):
    """The e-mail address belongs to somebody already."""


class PositionTaken(Exception):
    """The person has a position in that unit from that day already."""


class WrongOrder(ValueError):
    """A position would end before it began."""


class OwnManager(ValueError):
    """A person cannot be their own line manager."""


@dataclass(frozen=True)
class NewPosition:
    """What HR fills in about a position. ``reports_to_id`` is the line manager, when there is one."""

    unit_id: int
    title: str
    level: Level
    starts_on: date
    reports_to_id: int | None = None


@dataclass(frozen=True)
class PersonFacts:
    """What HR fills in about a person."""

    given_name: str
    family_name: str
    email: str
    language: str

    @property
    def address(self) -> str:
        """The e-mail address as it is stored."""
        return self.email.strip().lower()


def find_people(
    session: Session, agency_id: int, *, query: str = "", unit_id: int | None = None, level: Level | None = None,
    page: int = 1,
) -> Sequence[Row[Person, Position, Unit]]:  # fmt: skip
    """People with a current or coming position in the agency; one row more than a page when there are more."""
    statement = (
        select(Person, Position, Unit)
        .join(Position, Position.person_id == Person.id)
        .join(Unit, Unit.id == Position.unit_id)
        .where(Position.agency_id == agency_id, not_over(clock.today()), Person.merged_into_id.is_(None))
        .order_by(Person.family_name, Person.given_name, Person.id, Position.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    for word in query.split()[:5]:
        statement = statement.where(
            or_(
                holds(Person.given_name, word),
                holds(Person.family_name, word),
                holds(Person.email, word),
                holds(Position.title, word),
            )
        )
    if unit_id is not None:
        statement = statement.where(Position.unit_id.in_(subtree_ids(agency_id, [unit_id])))
    if level is not None:
        statement = statement.where(Position.level == level)
    return session.execute(statement).all()


def person_in(session: Session, agency_id: int, person_id: int) -> Person | None:
    """A person who holds or held a position in the agency; not an account that was merged into another."""
    return session.scalar(
        select(Person).where(
            Person.id == person_id,
            Person.merged_into_id.is_(None),
            Person.id.in_(select(Position.person_id).where(Position.agency_id == agency_id)),
        )
    )


def member(session: Session, agency_id: int, email: str) -> Person | None:
    """Somebody with a current position in the agency, by address."""
    today = clock.today()
    here = select(Position.person_id).where(Position.agency_id == agency_id, held_on(today))
    return session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.id.in_(here)))


def known_by_address(session: Session, agency_id: int, email: str) -> Person | None:
    """Somebody who holds or held a position in the agency, by address."""
    here = select(Position.person_id).where(Position.agency_id == agency_id)
    return session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.id.in_(here)))


def members_among(session: Session, agency_id: int, person_ids: Sequence[int]) -> set[int]:
    """Those of ``person_ids`` who hold a current position in the agency."""
    today = clock.today()
    return set(
        session.scalars(
            select(Position.person_id).where(
                Position.agency_id == agency_id,
                Position.person_id.in_(person_ids),
                held_on(today),
            )
        )
    )


def works_in(session: Session, agency_id: int, person_id: int) -> bool:
    """Whether the person has a current or coming position in the agency."""
    found = session.scalar(
        select(Position.id)
        .where(Position.person_id == person_id, Position.agency_id == agency_id, not_over(clock.today()))
        .limit(1)
    )
    return found is not None


def agencies_of(session: Session, person_id: int) -> set[int]:
    """The agencies where the person has a current or coming position."""
    return set(
        session.scalars(
            select(Position.agency_id).where(Position.person_id == person_id, not_over(clock.today())).distinct()
        )
    )


def member_at(session: Session, agency_id: int, email: str) -> Person | None:
    """Somebody known to the agency, now or before, by an address as it is stored."""
    return session.scalar(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.agency_id == agency_id, Person.email == email)
    )


def belongs_elsewhere(session: Session, agency_id: int, person_id: int) -> bool:
    """Whether the person has a current or coming position in another agency: then name and address are not
    this agency's to change.
    """
    found = session.scalar(
        select(Position.id)
        .where(Position.person_id == person_id, Position.agency_id != agency_id, not_over(clock.today()))
        .limit(1)
    )
    return found is not None


def known_elsewhere(session: Session, agency_id: int, person_id: int) -> bool:
    """Whether another agency knows the person, also from earlier."""
    found = session.scalar(
        select(Membership.person_id)
        .where(Membership.person_id == person_id, Membership.agency_id != agency_id)
        .limit(1)
    )
    return found is not None


def positions_in(session: Session, agency_id: int, person_id: int) -> Sequence[Position]:
    """The person's positions in this agency only, newest first."""
    return session.scalars(
        select(Position)
        .options(joinedload(Position.unit, innerjoin=True), joinedload(Position.reports_to))
        .where(Position.agency_id == agency_id, Position.person_id == person_id)
        .order_by(Position.starts_on.desc(), Position.id.desc())
    ).all()


def positions_of(session: Session, person_id: int) -> Sequence[Position]:
    """The person's positions in every agency, newest first."""
    return session.scalars(
        select(Position)
        .options(joinedload(Position.unit, innerjoin=True), joinedload(Position.agency, innerjoin=True))
        .where(Position.person_id == person_id)
        .order_by(Position.starts_on.desc(), Position.id.desc())
    ).all()


def add_person(
    session: Session, agency_id: int, facts: PersonFacts, position: NewPosition, *, may_join: bool = False
) -> tuple[Person, bool]:
    """A person with a position, and whether the person is new.

    With ``may_join`` somebody who is known already, by address, gets the position and keeps their name and
    password. Raises AddressTaken without it, PositionTaken and OwnManager.
    """
    person = session.scalar(select(Person).where(Person.email == facts.address))
    is_new = person is None
    if person is None:
        person = save_person(session, facts)
    elif not may_join:
        raise AddressTaken
    add_position(session, agency_id, person, position)
    return person, is_new


def save_person(session: Session, facts: PersonFacts) -> Person:
    """A new person, without a position yet. Raises AddressTaken."""
    person = Person(
        given_name=facts.given_name, family_name=facts.family_name, email=facts.address, language=facts.language
    )
    try:
        with session.begin_nested():  # another request may have taken the address a moment ago
            session.add(person)
    except IntegrityError as fault:
        raise AddressTaken from fault
    return person


def change_person(session: Session, person: Person, facts: PersonFacts) -> list[str]:
    """Change name, address and language; the names of the fields that changed. Raises AddressTaken."""
    other = session.scalar(select(Person.id).where(Person.email == facts.address, Person.id != person.id))
    if other is not None:
        raise AddressTaken
    wanted = {
        "given_name": facts.given_name,
        "family_name": facts.family_name,
        "email": facts.address,
        "language": facts.language,
    }
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    before = person.email
    try:
        with session.begin_nested():
            for name in changed:
                setattr(person, name, wanted[name])
    except IntegrityError as fault:
        raise AddressTaken from fault
    if "email" in changed:
        address_changed.send(session, person=person, before=before)
    return changed


def add_position(
    session: Session, agency_id: int, person: Person, new: NewPosition, *, replaces: Position | None = None
) -> Position:
    """A position in the agency. ``replaces`` ends the day before it begins: the person has moved.

    Raises PositionTaken, OwnManager, and WrongOrder when the replaced one began no earlier.
    """
    if new.reports_to_id == person.id:
        raise OwnManager
    if replaces is not None and (replaces.person_id != person.id or replaces.agency_id != agency_id):
        raise ValueError("only the person's own position in the agency can be replaced")
    if replaces is not None and new.starts_on <= replaces.starts_on:
        raise WrongOrder
    position = Position(
        person_id=person.id, agency_id=agency_id, unit_id=new.unit_id, title=new.title, level=new.level,
        starts_on=new.starts_on, reports_to_id=new.reports_to_id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(position)
    except IntegrityError as fault:
        raise PositionTaken from fault
    insert_once(session, Membership, agency_id=agency_id, person_id=person.id, created_at=clock.now())
    if replaces is not None:
        day_before = new.starts_on - timedelta(days=1)
        replaces.ends_on = min(replaces.ends_on or day_before, day_before)
        session.flush()
    positions_changed.send(session, agency_id=agency_id)
    return position


def position_in(session: Session, agency_id: int, position_id: int) -> Position | None:
    """A position in the agency; None for another agency's."""
    return session.scalar(select(Position).where(Position.id == position_id, Position.agency_id == agency_id))


def amend_position(session: Session, position: Position, facts: NewPosition, *, reopen: bool = False) -> None:
    """Correct a position where it stands: one that began today, is to come, or has the wrong first day.

    With ``reopen`` it has no last day any more. Raises PositionTaken, OwnManager, and WrongOrder when it would end
    before it began.
    """
    ends_on = None if reopen else position.ends_on
    if facts.reports_to_id == position.person_id:
        raise OwnManager
    if ends_on is not None and ends_on < facts.starts_on:
        raise WrongOrder
    try:
        with session.begin_nested():
            position.unit_id, position.title, position.level = facts.unit_id, facts.title, facts.level
            position.starts_on, position.ends_on = facts.starts_on, ends_on
            position.reports_to_id = facts.reports_to_id
    except IntegrityError as fault:
        raise PositionTaken from fault
    positions_changed.send(session, agency_id=position.agency_id)


def end_all_positions(session: Session, agency_id: int, person_id: int) -> list[Position]:
    """The person leaves the agency: yesterday is the last day, today for a position that began today.

    A position that was to come is taken away, or ends on its first day if something hangs on it already. Those ended.
    """
    today = clock.today()
    ended = []
    for position in positions_in(session, agency_id, person_id):
        if position.ends_on is not None and position.ends_on < today:
            continue
        if position.starts_on > today and _take_away(session, position):
            continue
        position.ends_on = max(today - timedelta(days=1), position.starts_on)
        ended.append(position)
    session.flush()
    positions_changed.send(session, agency_id=agency_id)
    return ended


def _take_away(session: Session, position: Position) -> bool:
    try:
        with session.begin_nested():
            session.delete(position)
    except IntegrityError:
        return False
    return True


def end_position(session: Session, position: Position, on: date) -> None:
    """End a position with ``on`` as its last day. Raises WrongOrder when that is before it began."""
    if on < position.starts_on:
        raise WrongOrder
    position.ends_on = on
    session.flush()
    positions_changed.send(session, agency_id=position.agency_id)


def new_password() -> str:
    """A first password, to be changed: four groups that are easy to read aloud."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))
