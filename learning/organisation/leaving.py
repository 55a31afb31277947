"""Somebody leaves an agency: every position they hold there ends in one step, which can be taken back for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from learning import clock
from learning.organisation.holding import not_over
from learning.organisation.models import Departure, EndedPosition, Person, Position
from learning.organisation.signals import positions_changed

DAYS_TO_TAKE_BACK = 1  # after the last day, or after the step when that came later


class NothingToEnd(Exception):
    """The person holds nothing in the agency that would go on after that day."""


class TooLate(Exception):
    """The departure can no longer be taken back: new positions are added instead."""


def going_on(session: Session, agency_id: int, person_id: int, last_day: date) -> Sequence[Position]:
    """The positions in the agency that have begun by ``last_day`` and go on after it."""
    return session.scalars(
        select(Position)
        .options(joinedload(Position.unit, innerjoin=True))
        .where(
            Position.agency_id == agency_id,
            Position.person_id == person_id,
            Position.starts_on <= last_day,
            or_(Position.ends_on.is_(None), Position.ends_on > last_day),
        )
        .order_by(Position.starts_on, Position.id)
    ).all()


def led_by(session: Session, agency_id: int, person_id: int) -> int:
    """How many people in the agency have the person as line manager now or later."""
    found = session.scalar(
        select(func.count(Position.person_id.distinct())).where(
            Position.agency_id == agency_id,
            Position.reports_to_id == person_id,
            not_over(clock.today()),
        )
    )
    return int(found or 0)


def leave(
    session: Session, agency_id: int, person: Person, last_day: date, *, by_id: int | None, reason: str = ""
) -> Departure:
    """End every position of the person in the agency with ``last_day``; asked for twice, it is one step.

    Positions that begin later are left alone. Raises NothingToEnd.
    """
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())  # a double click takes turns
    positions = going_on(session, agency_id, person.id, last_day)
    if not positions:
        before = newest(session, agency_id, person.id)
        if before is not None and before.last_day == last_day:
            return before
        raise NothingToEnd
    departure = Departure(agency_id=agency_id, person_id=person.id, last_day=last_day, by_id=by_id, reason=reason)
    session.add(departure)
    session.flush()
    for position in positions:
        session.add(EndedPosition(departure_id=departure.id, position_id=position.id, ends_on_before=position.ends_on))
        position.ends_on = last_day
    session.flush()
    positions_changed.send(session, agency_id=agency_id)
    return departure


def newest(session: Session, agency_id: int, person_id: int) -> Departure | None:
    """The person's last departure from the agency, unless it was taken back."""
    found = session.scalar(
        select(Departure)
        .where(Departure.agency_id == agency_id, Departure.person_id == person_id)
        .order_by(Departure.id.desc())
        .limit(1)
    )
    return found if found is not None and found.taken_back_at is None else None


def departure_in(session: Session, agency_id: int, person_id: int, departure_id: int) -> Departure | None:
    """A departure of the person from the agency; None for another's."""
    return session.scalar(
        select(Departure)
        .options(selectinload(Departure.ended).joinedload(EndedPosition.position, innerjoin=True))
        .where(Departure.id == departure_id, Departure.agency_id == agency_id, Departure.person_id == person_id)
    )


def last_day_to_take_back(departure: Departure) -> date:
    """Until and with this day in Norway the departure may be taken back."""
    done_on = departure.at.astimezone(clock.OSLO).date()
    return max(departure.last_day, done_on) + timedelta(days=DAYS_TO_TAKE_BACK)


def take_back(session: Session, departure: Departure, *, by_id: int | None) -> int:
    """Give the positions the ends they had before; how many. One whose end was changed since is left alone.

    Taking it back again changes nothing. Raises TooLate.
    """
    session.refresh(departure, ["taken_back_at"], with_for_update=True)
    if departure.taken_back_at is not None:
        return 0
    if clock.today() > last_day_to_take_back(departure):
        raise TooLate
    departure.taken_back_at, departure.taken_back_by_id = clock.now(), by_id
    restored = 0
    for each in departure.ended:
        if each.position.ends_on == departure.last_day:
            each.position.ends_on = each.ends_on_before
            restored += 1
    session.flush()
    positions_changed.send(session, agency_id=departure.agency_id)
    return restored
