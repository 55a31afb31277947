"""What the tests of this room share: an agency with a path, a cohort, and days to meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.catalogue.models import Course
from learning.organisation.models import Agency, Person, Unit
from learning.paths.models import LearningPath
from learning.programmes import cohorts, gatherings, participants
from learning.programmes.cohorts import CohortDraft
from learning.programmes.gatherings import GatheringFacts
from learning.programmes.models import Cohort, Gathering
from tests.factories import grant, make_agency, make_person, make_position, make_unit, publish_sample
from tests.paths.scene import make_course, make_path

_numbers = count(1)


@dataclass
class Scene:
    """HR, a facilitator, two leaders who may take part, and a cohort of a path with two courses."""

    agency: Agency
    unit: Unit
    hr: Person
    facilitator: Person
    ada: Person
    bo: Person
    courses: list[Course]
    path: LearningPath
    cohort: Cohort


def works(session: Session, unit: Unit, name: str, **values: Any) -> Person:
    given, _, family = name.partition(" ")
    person = make_person(session, given_name=given, family_name=family)
    make_position(session, person, unit, **values)
    return person


def set_up(session: Session, *, seats: int | None = None, sample: bool = False) -> Scene:
    """``sample`` takes the sample course into the path, for pages that show what is in a course."""
    agency = make_agency(session)
    unit = make_unit(session, agency, name="Schools")
    hr, facilitator = works(session, unit, "Hedda Rud"), works(session, unit, "Fredrik Lie")
    grant(session, hr, Role.HR, agency)
    ada, bo = works(session, unit, "Ada Aas"), works(session, unit, "Bo Bakke")
    courses = (
        [publish_sample(session).course] if sample else [make_course(session, name) for name in ("Risk", "Change")]
    )
    path = make_path(session, agency, *courses)
    draft = CohortDraft("New leaders", date(2026, 9, 1), seats, frozenset({facilitator.id}))
    cohort = cohorts.create(session, agency.id, path.id, draft, request_key=key(), actor_id=hr.id)
    return Scene(agency, unit, hr, facilitator, ada, bo, courses, path, cohort)


def key() -> str:
    return f"request-key-{next(_numbers):08d}"


def facts(title: str = "First day", *, days: float = 30, hours: float = 6, **values: Any) -> GatheringFacts:
    """A gathering so many days from now."""
    starts_at = values.pop("starts_at", None) or (clock.now() + timedelta(days=days)).replace(second=0, microsecond=0)
    known = {"place": "Town hall", "link": "", "notes": "", **values}
    return GatheringFacts(title, starts_at, starts_at + timedelta(hours=hours), **known)


def plan(session: Session, cohort: Cohort, *wanted: GatheringFacts) -> list[Gathering]:
    return gatherings.plan(session, cohort, wanted or [facts()], request_key=key(), actor_id=None)


def join(session: Session, cohort: Cohort, *people: Person) -> None:
    participants.add(session, cohort, [person.id for person in people], actor_id=None, beyond_seats=True)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
