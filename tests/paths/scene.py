"""What the tests of this room share: courses and completions as plain rows, an agency with a tree, a query counter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.models import Course, CourseVersion
from learning.organisation.models import Agency, Level, Person, Position, Unit
from learning.paths import assigning, building
from learning.paths.audience_rules import AudienceSpec, UnitChoice
from learning.paths.building import PathDraft, StepDraft
from learning.paths.due_dates import DueRule
from learning.paths.models import Assignment, DueKind, LearningPath
from learning.progress.models import Completion, Enrolment
from tests.factories import make_agency, make_person, make_position, make_unit

_numbers = count(1)
NO_DUE_DATE = DueRule(DueKind.NONE)


def make_course(session: Session, title: str = "", **titles: str) -> Course:
    """A published course without content: this room looks only at who completed it."""
    number = next(_numbers)
    course = Course(slug=f"course-{number}")
    session.add(course)
    session.flush()
    version = CourseVersion(
        course_id=course.id,
        number=1,
        digest=f"{number:064x}",
        titles={"en": title or f"Course {number}", **titles},
        minutes=30,
        document={},
    )
    session.add(version)
    session.flush()
    course.current_version_id = version.id
    session.flush()
    return course


def begin(session: Session, person: Person, course: Course, *, again: int = 1) -> Enrolment:
    assert course.current_version_id is not None
    enrolment = Enrolment(
        person_id=person.id, course_id=course.id, version_id=course.current_version_id, round=again, language="en"
    )
    session.add(enrolment)
    session.flush()
    return enrolment


def complete(session: Session, person: Person, course: Course, *, again: int = 1) -> Completion:
    enrolment = begin(session, person, course, again=again)
    completion = Completion(
        enrolment_id=enrolment.id,
        person_id=person.id,
        course_id=course.id,
        version_id=enrolment.version_id,
        language="en",
        course_title="A course",
        minutes=30,
        completed_at=clock.now(),
        previous_hash="0" * 64,
        hash=f"{next(_numbers):064x}",
    )
    session.add(completion)
    session.flush()
    return completion


@dataclass
class Town:
    """top -> health -> (home care, nursing); top -> school."""

    agency: Agency
    top: Unit
    health: Unit
    home_care: Unit
    nursing: Unit
    school: Unit


def make_town(session: Session) -> Town:
    agency = make_agency(session)
    top = make_unit(session, agency, name="Town", code="1")
    health = make_unit(session, agency, top, name="Health", code="1.1")
    return Town(
        agency,
        top,
        health,
        make_unit(session, agency, health, name="Home care", code="1.1.1"),
        make_unit(session, agency, health, name="Nursing", code="1.1.2"),
        make_unit(session, agency, top, name="School", code="1.2"),
    )


def manager(session: Session, unit: Unit, name: str = "", level: Level = Level.FIRST_LINE, **values: Any) -> Person:
    given, _, family = name.partition(" ")
    person = make_person(session, **({"given_name": given, "family_name": family} if name else {}))
    make_position(session, person, unit, level=level, **values)
    return person


def make_path(session: Session, agency: Agency, *courses: Course, electives: tuple[Course, ...] = ()) -> LearningPath:
    steps = [StepDraft(course.id) for course in courses] + [StepDraft(course.id, False) for course in electives]
    draft = PathDraft(f"Path {next(_numbers)}", "", tuple(steps))
    return building.create_path(session, agency.id, draft, actor_id=None)


def audience(*units: Unit, levels: tuple[Level, ...] = (), below: bool = True) -> AudienceSpec:
    return AudienceSpec(frozenset(UnitChoice(unit.id, below) for unit in units), frozenset(levels))


def assign(
    session: Session, path: LearningPath, spec: AudienceSpec, due: DueRule = NO_DUE_DATE, **values: Any
) -> Assignment:
    values.setdefault("request_key", f"request-key-{next(_numbers):08d}")
    return assigning.assign(session, path.agency_id, path.id, spec, due, actor_id=None, **values)


def move(session: Session, position: Position, unit: Unit, on: date) -> Position:
    """End the position on ``on`` and begin one like it in ``unit``."""
    position.ends_on = on
    return make_position(session, position.person, unit, level=position.level, starts_on=on)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements sent to the database inside the block; savepoints are left out."""
    statements: list[str] = []
    engine = session.get_bind()

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        if "SAVEPOINT" not in statement:
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
