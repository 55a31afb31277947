"""What has happened in the demo before anybody signs in: a path assigned, some courses done, some begun."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.document import CourseDocument
from learning.catalogue.models import Course
from learning.catalogue.presenting import best_answer
from learning.catalogue.store import current_versions, load_document
from learning.organisation.models import Agency, Level, Person, Position, Unit
from learning.paths import membership
from learning.paths.models import Assignment, AudienceLevel, AudienceUnit, DueKind, LearningPath, PathStep
from learning.progress import assessing, enrolling
from learning.progress.models import AttemptAnswer, Enrolment, LessonFinish

TITLES = {
    "fjordvik": "Ny som leder i Fjordvik",
    "tilsynet": "Ledelse og risiko i tilsynet",
}


def seed_activity(session: Session) -> None:
    """A path in each agency, assigned to its managers, with a spread of progress. Nothing without courses."""
    versions = current_versions(session)
    if not versions:
        return
    rng = Random(11)
    courses = [version.course for version in versions]
    for slug, title in TITLES.items():
        agency = session.scalars(select(Agency).where(Agency.slug == slug)).one()
        with clock.stopped_at(clock.now() - timedelta(days=40)):
            _assign(session, agency, title, courses)
        _take_courses(session, agency, courses, rng)


def _assign(session: Session, agency: Agency, title: str, courses: list[Course]) -> None:
    root = session.scalars(select(Unit).where(Unit.agency_id == agency.id, Unit.parent_id.is_(None))).one()
    path = LearningPath(
        agency_id=agency.id,
        title=title,
        description="",
        steps=[PathStep(course_id=course.id, place=place) for place, course in enumerate(courses, start=1)],
    )
    session.add(path)
    session.flush()
    assignment = Assignment(
        agency_id=agency.id,
        path_id=path.id,
        due_kind=DueKind.FIXED,
        due_on=clock.today() + timedelta(days=61),
        request_key="demo",
        units=[AudienceUnit(unit_id=root.id, with_descendants=True)],
        levels=[AudienceLevel(level=Level.FIRST_LINE), AudienceLevel(level=Level.MIDDLE)],
    )
    session.add(assignment)
    session.flush()
    membership.refresh(session, agency.id)


def _take_courses(session: Session, agency: Agency, courses: list[Course], rng: Random) -> None:
    people = session.scalars(
        select(Person)
        .join(Position, Position.person_id == Person.id)
        .where(Position.agency_id == agency.id, Position.level.in_((Level.FIRST_LINE, Level.MIDDLE)))
        .order_by(Person.id)
    ).all()
    for place, person in enumerate(people):
        if place % 3 == 0 or person.given_name in ("Samira", "Jon-Erik"):
            continue  # not begun, and fresh for whoever tries the demo
        taken = courses if place % 3 == 1 else courses[:1]
        for course in taken:
            with clock.stopped_at(clock.now() - timedelta(days=rng.randint(1, 30), minutes=rng.randint(0, 600))):
                enrolment = enrolling.enrol(session, person, course, person.language)
                document = load_document(session, enrolment.version_id)
                _finish(session, enrolment, document, everything=place % 3 == 1)


def _finish(session: Session, enrolment: Enrolment, document: CourseDocument, *, everything: bool) -> None:
    text = document.text(enrolment.language)
    lessons = text.lessons if everything else text.lessons[:1]
    for lesson in lessons:
        session.add(LessonFinish(enrolment_id=enrolment.id, lesson_id=lesson.id, at=clock.now()))
        enrolment.last_lesson_id = lesson.id
    session.flush()
    if not everything or text.assessment is None:
        return
    attempt = assessing.start_attempt(session, enrolment, document)
    for item in assessing.drawn_items(attempt, text.assessment):
        answer = best_answer(item)
        if answer is not None:
            session.add(AttemptAnswer(attempt_id=attempt.id, item_id=item.id, answer=answer, at=clock.now()))
    session.flush()
    assessing.hand_in(session, enrolment, attempt)
