"""A calendar to subscribe to: due dates of assigned paths, gatherings, and the days on which plans come back.

The address holds a secret. Only its hash is kept, so that a copy of the database opens nobody's calendar.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

from flask_babel import force_locale, gettext
from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.database import insert_once
from learning.notifications import gathering_events
from learning.notifications.models import CalendarFeed
from learning.organisation.models import Person
from learning.paths.due_dates import Status
from learning.paths.learner import my_paths
from learning.practice import follow_ups
from learning.programmes import gatherings


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_address(session: Session, person_id: int) -> str:
    """A new secret for the person's calendar; an earlier one stops working."""
    token = secrets.token_urlsafe(24)
    values = {"token_hash": _hash(token), "created_at": clock.now()}
    if not insert_once(session, CalendarFeed, person_id=person_id, **values):
        feed = session.get_one(CalendarFeed, person_id)
        feed.token_hash, feed.created_at = values["token_hash"], clock.now()  # type: ignore[assignment]
        session.flush()
    return token


def has_address(session: Session, person_id: int) -> bool:
    return session.get(CalendarFeed, person_id) is not None


def stop(session: Session, person_id: int) -> None:
    """Take the calendar away; its address stops working."""
    feed = session.get(CalendarFeed, person_id)
    if feed is not None:
        session.delete(feed)


def person_of(session: Session, token: str) -> Person | None:
    """Whose calendar it is; None for an unknown address, or somebody who has left."""
    return session.scalar(
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(CalendarFeed.token_hash == _hash(token), Person.deactivated_at.is_(None))
    )


def _event(uid: str, summary: str, day: date, address: str) -> Event:
    event = Event()
    event.add("uid", f"{uid}@handlingsrom")
    event.add("summary", summary)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("dtstamp", clock.now())
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event


def feed(session: Session, person: Person, base_url: str) -> bytes:
    """The person's calendar as iCalendar (RFC 5545), in their language. No private words stand in it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Handlingsrom//learning//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Handlingsrom")
    calendar.add("refresh-interval;value=duration", "PT12H")
    with force_locale(person.language):
        for path in my_paths(session, person.id):
            if path.due_on is not None and path.status is not Status.DONE:
                summary = gettext("Due: %(title)s", title=path.title)
                calendar.add_component(_event(f"path-{path.path_id}", summary, path.due_on, base_url))
        for each in follow_ups.all_for(session, person.id):
            if not each.answers and each.due_on >= clock.today():
                title = str(next(iter(each.enrolment.version.titles.values()), ""))
                title = str(each.enrolment.version.titles.get(person.language, title))
                summary = gettext("How did it go? %(title)s", title=title)
                address = f"{base_url}/my/follow-ups/{each.id}"
                calendar.add_component(_event(f"follow-up-{each.id}", summary, each.due_on, address))
    coming = gatherings.of_person(session, person.id)
    if coming:
        calendar.add_component(gathering_events.oslo())
    for gathering in coming:
        calendar.add_component(gathering_events.event(gathering, f"{base_url}/my/programmes"))
    return bytes(calendar.to_ical())
