"""Gatherings as iCalendar (RFC 5545), and as invitations that calendars act on (RFC 5546)."""

from __future__ import annotations

from email.utils import parseaddr

from icalendar import Calendar, Event, Timezone, vCalAddress

from learning import clock
from learning.organisation.models import Person
from learning.programmes.models import Gathering, Reply
from learning.programmes.times import local

# The rule of the European Union since 1996, written as calendars know it. What the library makes of the zone is a list
# of days until 2038, an hour late in spring.
OSLO = """BEGIN:VTIMEZONE
TZID:Europe/Oslo
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
_STANDING = {Reply.NONE: "NEEDS-ACTION", Reply.YES: "ACCEPTED", Reply.NO: "DECLINED"}


def oslo() -> Timezone:
    """The zone that the times of gatherings are written in."""
    return Timezone.from_ical(OSLO)  # type: ignore[return-value]


def event(gathering: Gathering, address: str) -> Event:
    """A gathering as an event; ``address`` is where to read more of it."""
    made = Event()
    made.add("uid", f"{gathering.uid}@handlingsrom")
    made.add("sequence", gathering.sequence)
    made.add("dtstamp", clock.now())
    made.add("dtstart", local(gathering.starts_at))
    made.add("dtend", local(gathering.ends_at))
    made.add("summary", gathering.title)
    made.add("location", gathering.place or gathering.link)
    words = (gathering.cohort.name, gathering.link, gathering.notes, address)
    made.add("description", "\n\n".join(each for each in words if each))
    made.add("url", address)
    return made


def invitation(gathering: Gathering, person: Person, reply: Reply, *, sender: str, address: str, method: str) -> str:
    """What goes with a mail to one participant. ``method`` is REQUEST or CANCEL, ``sender`` the sender of all mail."""
    made = event(gathering, address)
    made.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    name, organizer = parseaddr(sender)
    made.add("organizer", vCalAddress(f"mailto:{organizer}"), parameters={"CN": name or organizer})
    parameters = {
        "CN": person.name,
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": _STANDING[reply],
        "RSVP": "FALSE" if method == "CANCEL" else "TRUE",
    }
    made.add("attendee", vCalAddress(f"mailto:{person.email}"), parameters=parameters)
    calendar = Calendar()
    calendar.add("prodid", "-//Handlingsrom//learning//")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(oslo())
    calendar.add_component(made)
    return str(calendar.to_ical().decode())
