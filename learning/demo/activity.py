"""What has happened in the demo before anybody signs in: a path assigned, some courses done, a programme begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.document import CourseDocument
from learning.catalogue.models import Course
from learning.catalogue.presenting import best_answer
from learning.catalogue.store import current_versions, load_document
from learning.demo.competences import seed_competences
from learning.demo.programmes import seed_programme
from learning.organisation.models import Agency, Level, Person, Position, Unit
from learning.paths import building, membership
from learning.paths.audience_rules import AudienceSpec, UnitChoice, to_json
from learning.paths.building import PathDraft, StepDraft
from learning.paths.models import Assignment, Audience, DueKind
from learning.progress import assessing, enrolling
from learning.progress.models import AttemptAnswer, Enrolment, LessonFinish


@dataclass(frozen=True)
class DemoPath:
    """A path of the demo: mandatory and elective courses for a level, assigned and due some days from today."""

    title: str
    mandatory: tuple[str, ...]
    elective: tuple[str, ...]
    level: Level
    assigned: int
    due: int


NEW_LEADER = ("li-101", "rm-101", "cc-101"), ("li-102", "li-103", "li-104", "rm-102", "cc-102")
LEADER_OF_LEADERS = ("li-201", "rm-201"), ("cc-202", "cc-203")
PATHS = {
    "fjordvik": (
        DemoPath("Ny som leder i Fjordvik", *NEW_LEADER, Level.FIRST_LINE, -40, 61),
        DemoPath("Leder for ledere", *LEADER_OF_LEADERS, Level.MIDDLE, -60, -10),
    ),
    "tilsynet": (
        DemoPath("Ledelse og risiko i tilsynet", *NEW_LEADER, Level.FIRST_LINE, -40, 61),
        DemoPath("Å leie andre leiarar", *LEADER_OF_LEADERS, Level.MIDDLE, -60, -10),
    ),
}


def seed_activity(session: Session) -> None:
    """Paths in each agency, assigned to its managers, with a spread of progress. Nothing without courses."""
    courses = {version.course.slug: version.course for version in current_versions(session)}
    if not courses:
        return
    rng = Random(11)
    for slug, paths in PATHS.items():
        agency = session.scalars(select(Agency).where(Agency.slug == slug)).one()
        for number, each in enumerate(paths):
            steps = [(courses[name], True) for name in each.mandatory if name in courses]
            steps += [(courses[name], False) for name in each.elective if name in courses]
            if not steps and number:
                continue
            steps = steps or [(course, True) for course in courses.values()]
            with clock.stopped_at(clock.now() + timedelta(days=each.assigned)):
                _assign(session, agency, each, steps, clock.today() + timedelta(days=each.due - each.assigned))
            _take_courses(session, agency, each.level, [course for course, mandatory in steps if mandatory], rng)
    seed_programme(session)
    seed_competences(session)


def _assign(session: Session, agency: Agency, demo: DemoPath, steps: list[tuple[Course, bool]], due_on: date) -> None:
    root = session.scalars(select(Unit).where(Unit.agency_id == agency.id, Unit.parent_id.is_(None))).one()
    drafts = tuple(StepDraft(course.id, mandatory) for course, mandatory in steps)
    path = building.create_path(session, agency.id, PathDraft(demo.title, "", drafts), actor_id=None)
    rule = to_json(AudienceSpec(units=frozenset({UnitChoice(root.id)}), levels=frozenset({demo.level})))
    audience = Audience(agency_id=agency.id, rule=rule)
    session.add(audience)
    session.flush()
    assignment = Assignment(
        agency_id=agency.id,
        path_id=path.id,
        audience_id=audience.id,
        due_kind=DueKind.FIXED,
        due_on=due_on,
        request_key=f"demo {demo.title}",
    )
    session.add(assignment)
    session.flush()
    membership.refresh(session, agency.id)


def _take_courses(session: Session, agency: Agency, level: Level, courses: list[Course], rng: Random) -> None:
    people = session.scalars(
        select(Person)
        .join(Position, Position.person_id == Person.id)
        .where(Position.agency_id == agency.id, Position.level == level)
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
