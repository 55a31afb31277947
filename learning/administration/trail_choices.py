"""The choices that narrow the audit trail, read from an address or a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext
from sqlalchemy.orm import Session

from learning.access import trail
from learning.access.trail import TrailFilter, Word
from learning.administration import trail_wording
from learning.administration.trail_wording import Kind

FIELDS = ("since", "until", "who", "whom", "kind", "q")
MOST_WORDS = 5
LONGEST = 100
_WORD = re.compile(r"\w(?:[\w@.+-]*\w)?")


@dataclass(frozen=True)
class Choices:
    """``fields`` are the choices as they stand in an address; ``faults`` what is wrong, by field."""

    wanted: TrailFilter
    fields: dict[str, str]
    faults: dict[str, str]


def _day(fields: Mapping[str, str], name: str, faults: dict[str, str]) -> date | None:
    if name not in fields:
        return None
    try:
        return date.fromisoformat(fields[name])
    except ValueError:
        faults[name] = gettext("Write a date as 2027-03-01.")
        return None


def _people(
    session: Session, agency_id: int, fields: Mapping[str, str], name: str, faults: dict[str, str]
) -> tuple[int, ...] | None:
    if name not in fields:
        return None
    try:
        found = trail.people_called(session, agency_id, fields[name])
    except trail.TooManyPeople:
        faults[name] = gettext("Too many people fit. Write more of the name, or the address.")
        return None
    if not found:
        faults[name] = gettext("Nobody known in the agency is called that or has that address.")
    return found


def _word(session: Session, agency_id: int, text: str) -> Word:
    try:
        people = trail.people_called(session, agency_id, text, by_address=False)
    except trail.TooManyPeople:
        people = ()
    return Word(text, people, trail_wording.actions_called(text) if len(text) > 2 else ())


def read(session: Session, agency_id: int, values: Mapping[str, str]) -> Choices:
    """The choices; where one is wrong, nothing is to be shown until it is mended."""
    fields = {name: text for name in FIELDS if (text := values.get(name, "").strip()[:LONGEST])}
    faults: dict[str, str] = {}
    since, until = _day(fields, "since", faults), _day(fields, "until", faults)
    if since and until and since > until:
        faults["until"] = gettext("The last day is before the first.")
    actions = None
    if "kind" in fields:
        if fields["kind"] in set(Kind):
            actions = trail_wording.actions_of(Kind(fields["kind"]))
        else:
            faults["kind"] = gettext("Choose one of the kinds.")
    wanted = TrailFilter(
        since=since,
        until=until,
        actor_ids=_people(session, agency_id, fields, "who", faults),
        person_ids=_people(session, agency_id, fields, "whom", faults),
        actions=actions,
        words=tuple(_word(session, agency_id, each) for each in _WORD.findall(fields.get("q", ""))[:MOST_WORDS]),
    )
    return Choices(wanted, fields, faults)
