"""A programme in the demo's municipality: a cohort on its way, one gathering behind it and two ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Agency, Level, Person, Position
from learning.paths.models import LearningPath
from learning.programmes import attendance, cohorts, gatherings, participants
from learning.programmes.cohorts import CohortDraft
from learning.programmes.gatherings import GatheringFacts
from learning.programmes.models import Attended, Gathering, Reply
from learning.programmes.times import moment

NAME = "Ny som leder, høstkullet"
# Title, weeks from today, place, link and what to bring.
DAYS = (
    ("Rollen som leder", -3, "Kommunestyresalen, Fjordvik rådhus", "", "Ta med stillingsbeskrivelsen din."),
    ("Risiko i egen enhet", 3, "Kommunestyresalen, Fjordvik rådhus", "", "Ta kurset om risiko før du kommer."),
    ("Hva gjør vi videre?", 8, "", "https://video.example/fjordvik-ledere", ""),
)  # fmt: skip
BEGAN = timedelta(days=40)


def seed_programme(session: Session) -> None:
    """The cohort, with the first-line managers of the municipality. Nothing without a path there."""
    agency = session.scalars(select(Agency).where(Agency.slug == "fjordvik")).one()
    path = session.scalars(
        select(LearningPath).where(LearningPath.agency_id == agency.id).order_by(LearningPath.id)
    ).first()
    if path is None:
        return
    hr = session.scalars(select(Person).where(Person.email == "kari@fjordvik.example")).one()
    leader = session.scalars(select(Person).where(Person.email == "ingrid@fjordvik.example")).one()
    people = session.scalars(
        select(Position.person_id)
        .where(Position.agency_id == agency.id, Position.level == Level.FIRST_LINE)
        .order_by(Position.person_id)
    ).all()
    with clock.stopped_at(clock.now() - BEGAN):
        draft = CohortDraft(NAME, clock.today() + timedelta(days=14), 25, frozenset({leader.id}))
        cohort = cohorts.create(session, agency.id, path.id, draft, request_key="demo programme", actor_id=hr.id)
        participants.add(session, cohort, people, actor_id=hr.id)
        planned = gatherings.plan(session, cohort, _days(), request_key="demo gatherings", actor_id=hr.id)
        for place, person_id in enumerate(people):
            attendance.reply(session, planned[0], person_id, Reply.NO if place % 5 == 4 else Reply.YES)
            if place % 3 == 1:
                attendance.reply(session, planned[1], person_id, Reply.YES)
    _note(session, planned[0], people, leader.id)


def _days() -> list[GatheringFacts]:
    """The gatherings, on a weekday each, counted from the real today."""
    today = clock.today() + BEGAN
    return [
        GatheringFacts(
            title, moment(_weekday(today + timedelta(weeks=weeks)), time(9)),
            moment(_weekday(today + timedelta(weeks=weeks)), time(15)), place, link, notes,
        )
        for title, weeks, place, link, notes in DAYS
    ]  # fmt: skip


def _weekday(day: date) -> date:
    """The day, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() in (5, 6) else 0)


def _note(session: Session, gathering: Gathering, people: Sequence[int], leader_id: int) -> None:
    marks = {
        person_id: Attended.EXCUSED if place % 5 == 4 else Attended.PRESENT for place, person_id in enumerate(people)
    }
    attendance.note(session, gathering, marks, actor_id=leader_id)
