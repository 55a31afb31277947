"""Views that are saved under a name, one's own or shared, and on which days they are mailed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, joinedload

from learning import clock, working_hours
from learning.database import insert_once
from learning.paths.saved_view_models import Every, SavedView, ViewPage, ViewSchedule

LONGEST_NAME = 100
HOURS = (7, 8, 9)  # Oslo


class InvalidView(ValueError):
    """Has no name, one that is too long, or one that another of the owner's views has: says which."""


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise InvalidView("missing")
    if len(name) > LONGEST_NAME:
        raise InvalidView("long")
    return name


def _named(session: Session, agency_id: int, owner_id: int, name: str) -> SavedView | None:
    return session.scalar(
        select(SavedView).where(
            SavedView.agency_id == agency_id, SavedView.owner_id == owner_id, SavedView.name == name
        )
    )


def save(
    session: Session,
    agency_id: int,
    owner_id: int,
    name: str,
    page: ViewPage,
    choices: dict[str, Any],
    *,
    is_shared: bool,
) -> SavedView:
    """A new view; saving the same one again gives back the one there is. Raises InvalidView."""
    name = _name(name)
    new = insert_once(
        session, SavedView, agency_id=agency_id, owner_id=owner_id, name=name, page=page, choices=choices,
        is_shared=is_shared, created_at=clock.now(),
    )  # fmt: skip
    found = _named(session, agency_id, owner_id, name)
    assert found is not None, "it was just inserted or was there"
    if not new and (found.page, found.choices) != (page, choices):
        raise InvalidView("taken")
    return found


def change(session: Session, view: SavedView, name: str, *, is_shared: bool) -> None:
    """Another name, and whether it is shared. Raises InvalidView. One that is no longer shared is mailed to its owner
    alone.
    """
    name = _name(name)
    other = _named(session, view.agency_id, view.owner_id, name)
    if other is not None and other.id != view.id:
        raise InvalidView("taken")
    view.name, view.is_shared = name, is_shared
    if not is_shared:
        session.execute(
            delete(ViewSchedule).where(ViewSchedule.view_id == view.id, ViewSchedule.person_id != view.owner_id)
        )
    session.flush()


def remove(session: Session, view: SavedView) -> None:
    session.execute(delete(ViewSchedule).where(ViewSchedule.view_id == view.id))
    session.delete(view)
    session.flush()


def _seen_by(agency_id: int, person_id: int) -> tuple[Any, ...]:
    return SavedView.agency_id == agency_id, or_(SavedView.owner_id == person_id, SavedView.is_shared)


def seen_by(session: Session, agency_id: int, person_id: int) -> Sequence[SavedView]:
    """The person's own views and those that others share, by name."""
    return session.scalars(
        select(SavedView)
        .options(joinedload(SavedView.owner, innerjoin=True))
        .where(*_seen_by(agency_id, person_id))
        .order_by(SavedView.name, SavedView.id)
    ).all()


def one_seen_by(session: Session, agency_id: int, view_id: int, person_id: int) -> SavedView | None:
    """None for another agency's, and for somebody else's that is not shared."""
    return session.scalar(
        select(SavedView)
        .options(joinedload(SavedView.owner, innerjoin=True))
        .where(SavedView.id == view_id, *_seen_by(agency_id, person_id))
    )


# When they are mailed


def is_due(every: Every, day: date) -> bool:
    """Whether a view is mailed that day. A Monday or a first of the month that is no working day gives way to the
    next one that is. Pure.
    """
    if not working_hours.is_working_day(day):
        return False
    match every:
        case Every.WORKING_DAY:
            return True
        case Every.MONDAY:
            return working_hours.working_day_from(day - timedelta(days=day.weekday())) == day
        case Every.MONTH:
            return working_hours.working_day_from(day.replace(day=1)) == day


def schedules_of(session: Session, agency_id: int, person_id: int) -> dict[int, ViewSchedule]:
    """The person's schedules in the agency, by view."""
    found = session.scalars(
        select(ViewSchedule)
        .join(SavedView, SavedView.id == ViewSchedule.view_id)
        .where(SavedView.agency_id == agency_id, ViewSchedule.person_id == person_id)
    )
    return {each.view_id: each for each in found}


def schedule(session: Session, view: SavedView, person_id: int, every: Every, hour: int, *, also_empty: bool) -> None:
    """Mail the view to the person from now on; when today's hour has passed, from the next day."""
    here = clock.now().astimezone(clock.OSLO)
    first = clock.today() if here.hour >= hour else None
    insert_once(
        session, ViewSchedule, view_id=view.id, person_id=person_id, every=every, hour=hour, also_empty=also_empty,
        created_at=clock.now(), last_on=first,
    )  # fmt: skip
    found = session.get_one(ViewSchedule, (view.id, person_id))
    found.every, found.hour, found.also_empty = every, hour, also_empty
    session.flush()


def stop(session: Session, view_id: int, person_id: int) -> bool:
    """Mail it no longer; whether it was mailed."""
    result = session.execute(
        delete(ViewSchedule).where(ViewSchedule.view_id == view_id, ViewSchedule.person_id == person_id)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]
