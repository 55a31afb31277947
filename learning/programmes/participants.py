"""Who takes part in a cohort: joining, leaving, and who may be chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select, update
from sqlalchemy.orm import Session, aliased

from learning import clock
from learning.access import audit
from learning.database import insert_once
from learning.organisation.holding import not_over
from learning.organisation.models import Person, Position, Unit
from learning.programmes.models import Attendance, Cohort, CohortMember, Gathering, Reply
from learning.programmes.signals import participants_joined, participants_left


class CohortCancelled(Exception):
    """The cohort has been cancelled: nothing in it can change any more."""


class NotHere(LookupError):
    """Somebody who was chosen does not work in the agency."""


class TooFewSeats(Exception):
    """There would be ``wanted`` participants, and there are ``seats`` seats."""

    def __init__(self, wanted: int, seats: int) -> None:
        super().__init__(f"{wanted} participants, {seats} seats")
        self.wanted, self.seats = wanted, seats


@dataclass(frozen=True)
class Participant:
    """``unit`` is where they work now in the agency; empty when they have left it."""

    person_id: int
    name: str
    email: str
    unit: str
    joined_at: datetime
    left_at: datetime | None


def works_in(agency_id: SQLColumnExpression[int] | int, person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether somebody has a current or coming position in the agency and has not been deactivated, as SQL."""
    held, holder = aliased(Position), aliased(Person)  # the statement around may have a person of its own
    return (
        select(held.id)
        .join(holder, holder.id == held.person_id)
        .where(
            held.person_id == person_id,
            held.agency_id == agency_id,
            not_over(clock.today(), held),
            holder.deactivated_at.is_(None),
        )
        .exists()
    )


def here(session: Session, agency_id: int, person_ids: Collection[int]) -> set[int]:
    """Those of ``person_ids`` who work in the agency, today or from a coming day: they may be chosen."""
    return set(session.scalars(select(Person.id).where(Person.id.in_(person_ids), works_in(agency_id, Person.id))))


def by_address(session: Session, agency_id: int, addresses: Collection[str]) -> dict[str, int]:
    """Address -> person, for those of the addresses (in small letters) whose owners may be chosen."""
    found = session.execute(
        select(Person.email, Person.id).where(Person.email.in_(addresses), works_in(agency_id, Person.id))
    )
    return dict(iter(found))


def lock(session: Session, cohort: Cohort) -> None:
    """Let other requests wait until this one is done with the cohort. Raises CohortCancelled."""
    session.refresh(cohort, with_for_update=True)
    if cohort.cancelled_at is not None:
        raise CohortCancelled


def member_ids(session: Session, cohort_id: int) -> set[int]:
    """The people who take part now."""
    live = select(CohortMember.person_id).where(CohortMember.cohort_id == cohort_id, CohortMember.left_at.is_(None))
    return set(session.scalars(live))


def to_tell(session: Session, cohort: Cohort, only: Collection[int] | None = None) -> Sequence[Person]:
    """Participants who get mail: those who take part and work in the agency; of the people in ``only``, if given."""
    wanted = (
        select(Person)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(
            CohortMember.cohort_id == cohort.id,
            CohortMember.left_at.is_(None),
            works_in(cohort.agency_id, CohortMember.person_id),
        )
        .order_by(Person.id)
    )
    return session.scalars(wanted if only is None else wanted.where(Person.id.in_(only))).all()


def listing(session: Session, cohort: Cohort) -> list[Participant]:
    """Everybody who takes part or has left, by name. Two queries."""
    members = session.execute(
        select(Person, CohortMember)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort.id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    ).all()
    units = _units(session, cohort.agency_id, [person.id for person, _ in members])
    return [
        Participant(person.id, person.name, person.email, units.get(person.id, ""), member.joined_at, member.left_at)
        for person, member in members
    ]


def _units(session: Session, agency_id: int, person_ids: Collection[int]) -> dict[int, str]:
    """Where people work; of several places the one where they began last."""
    found = session.execute(
        select(Position.person_id, Unit.name)
        .join(Unit, Unit.id == Position.unit_id)
        .where(
            Position.agency_id == agency_id,
            Position.person_id.in_(person_ids),
            not_over(clock.today()),
        )
        .order_by(Position.starts_on, Position.id.desc())
    )
    return dict(iter(found))


def add(
    session: Session, cohort: Cohort, person_ids: Collection[int], *, actor_id: int | None, beyond_seats: bool = False
) -> list[int]:
    """Let people take part; those who have joined now, in order. Who takes part already is left as they are.

    Raises CohortCancelled, NotHere, and TooFewSeats unless ``beyond_seats``; then nothing is written.
    """
    lock(session, cohort)
    if here(session, cohort.agency_id, person_ids) != set(person_ids):
        raise NotHere
    present = member_ids(session, cohort.id)
    wanted = sorted(set(person_ids) - present)
    if cohort.seats is not None and wanted and len(present) + len(wanted) > cohort.seats and not beyond_seats:
        raise TooFewSeats(len(present) + len(wanted), cohort.seats)
    now = clock.now()
    returned = False
    for person_id in wanted:
        if not insert_once(session, CohortMember, cohort_id=cohort.id, person_id=person_id, joined_at=now):
            session.execute(
                update(CohortMember)
                .where(CohortMember.cohort_id == cohort.id, CohortMember.person_id == person_id)
                .values(joined_at=now, left_at=None)
            )
            returned = True
    if returned:
        _raise_sequences(session, cohort.id)
    if wanted:
        _record(session, cohort, "programme.joined", actor_id, people=", ".join(map(str, wanted)))
        session.flush()
        participants_joined.send(session, cohort=cohort, person_ids=wanted)
    return wanted


def remove(session: Session, cohort: Cohort, person_id: int, *, actor_id: int | None) -> bool:
    """Let somebody leave; whether they took part until now. What was noted of gatherings held stays.

    Raises CohortCancelled.
    """
    lock(session, cohort)
    left = session.execute(
        update(CohortMember)
        .where(CohortMember.cohort_id == cohort.id, CohortMember.person_id == person_id, CohortMember.left_at.is_(None))
        .values(left_at=clock.now())
    )
    if not left.rowcount:  # type: ignore[attr-defined]
        return False
    session.execute(
        update(Attendance)
        .where(Attendance.person_id == person_id, Attendance.gathering_id.in_(_ahead(cohort.id)))
        .values(reply=Reply.NONE, replied_at=None)
        .execution_options(synchronize_session=False)
    )
    _raise_sequences(session, cohort.id)
    _record(session, cohort, "programme.left", actor_id, person=person_id)
    session.flush()
    participants_left.send(session, cohort=cohort, person_ids=[person_id])
    return True


def _ahead(cohort_id: int) -> Any:
    return select(Gathering.id).where(
        Gathering.cohort_id == cohort_id, Gathering.cancelled_at.is_(None), Gathering.ends_at > clock.now()
    )


def _raise_sequences(session: Session, cohort_id: int) -> None:
    """The next calendar mail about a gathering ahead is newer than what any leaver has been sent."""
    session.execute(
        update(Gathering)
        .where(Gathering.id.in_(_ahead(cohort_id)))
        .values(sequence=Gathering.sequence + 1)
        .execution_options(synchronize_session="fetch")
    )


def count(session: Session, cohort_id: int) -> int:
    return (
        session.scalar(select(func.count()).where(CohortMember.cohort_id == cohort_id, CohortMember.left_at.is_(None)))
        or 0
    )


def _record(session: Session, cohort: Cohort, action: str, actor_id: int | None, **detail: object) -> None:
    audit.record(
        session, action, subject_type="programme", subject_id=cohort.id, actor_id=actor_id,
        agency_id=cohort.agency_id, name=cohort.name, **detail,
    )  # fmt: skip
