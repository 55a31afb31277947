"""A country of agencies and managers, made with few statements: in each a tree of units, paths and assignments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.models import Course, CourseVersion
from learning.competences.models import Competence, Framework
from learning.needs import setting
from learning.needs.models import Horizon, NeedRole
from learning.needs.setting import Key, Wish
from learning.organisation.models import Agency, AgencyKind, Level, Membership, Person, Position, Unit
from learning.paths import building
from learning.paths.building import PathDraft, StepDraft
from learning.paths.models import Assignment, AssignmentMember, Audience, DueKind, LearningPath
from learning.progress.models import Completion, Enrolment

COURSES = 5
COMPETENCES = 60
COMPETENCES_HELD = 20  # of them, by every manager
AT_ONCE = 5000


@dataclass(frozen=True)
class Country:
    """``largest`` has ``most`` managers; ``path_id`` is one of its paths that nobody has been assigned."""

    agencies: int
    managers: int
    largest: int
    most: int
    path_id: int
    top_unit_id: int
    competence_ids: list[int]


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        session.execute(insert(model.__table__), rows[start : start + AT_ONCE])


def sizes(agencies: int, managers: int, most: int) -> list[int]:
    """How many managers each agency has: ``most`` in the first, the others alike."""
    left = managers - most
    share, more = divmod(left, max(agencies - 1, 1))
    return [most, *(share + (place < more) for place in range(agencies - 1))]


def build(session: Session, agencies: int, managers: int, most: int) -> Country:
    """Fill an empty, migrated database."""
    random, today, now = Random(1), clock.today(), clock.now()
    courses = _courses(session)
    counts = sizes(agencies, managers, most)
    _insert(
        session,
        Agency,
        [
            {"id": n, "slug": f"agency-{n}", "name": f"Agency {n}", "kind": AgencyKind.MUNICIPALITY,
             "organisation_number": f"{n:09d}", "language": "nb", "created_at": now}
            for n in range(1, agencies + 1)
        ],
    )  # fmt: skip
    units, people, memberships, positions = [], [], [], []
    unit_id = person_id = 0
    unit_of: dict[int, list[int]] = {}
    for agency_id, count in enumerate(counts, start=1):
        unit_id += 1
        top = unit_id
        mine = [top]
        units.append({"id": top, "agency_id": agency_id, "parent_id": None, "name": f"Agency {agency_id}", "code": "1"})
        for number in range(max(2, count // 40)):
            unit_id += 1
            parent = random.choice(mine[:20])
            unit = {"id": unit_id, "agency_id": agency_id, "parent_id": parent, "name": f"Unit {number}"}
            units.append({**unit, "code": f"1.{number}"})
            mine.append(unit_id)
        unit_of[agency_id] = mine
        boss = person_id + 1
        for _ in range(count):
            person_id += 1
            people.append(
                {"id": person_id, "given_name": f"Given{person_id % 500}", "family_name": f"Family{person_id}",
                 "email": f"p{person_id}@example.org", "language": ("nb", "nn", "en")[person_id % 3], "created_at": now}
            )  # fmt: skip
            memberships.append({"agency_id": agency_id, "person_id": person_id, "created_at": now})
            level = Level.MIDDLE if person_id % 4 == 0 else Level.FIRST_LINE
            positions.append(
                {"id": person_id, "person_id": person_id, "agency_id": agency_id, "unit_id": random.choice(mine),
                 "title": "Manager", "level": level, "starts_on": today - timedelta(days=random.randint(1, 3000)),
                 "reports_to_id": boss if person_id != boss else None}
            )  # fmt: skip
    for model, rows in ((Unit, units), (Person, people), (Membership, memberships), (Position, positions)):
        _insert(session, model, rows)
    _number_on(session, Agency, Unit, Person, Position)
    session.flush()
    first = _assign_everywhere(session, courses, counts, today, random)
    spare = building.create_path(
        session, 1, PathDraft("Not assigned", "", tuple(StepDraft(each) for each in courses)), actor_id=None
    )
    session.flush()
    assert first
    return Country(agencies, managers, 1, most, spare.id, 1, add_competences(session))


def _number_on(session: Session, *models: Any) -> None:
    """Rows that came with their numbers have not moved PostgreSQL's counters."""
    if session.get_bind().dialect.name == "postgresql":
        for model in models:
            table = model.__tablename__
            highest = session.scalar(select(func.max(model.id)))
            session.execute(select(func.setval(f"{table}_id_seq", highest)))


def _courses(session: Session) -> list[int]:
    ids = []
    for number in range(COURSES):
        course = Course(slug=f"course-{number}")
        session.add(course)
        session.flush()
        version = CourseVersion(
            course_id=course.id, number=1, digest=f"{number:064x}", minutes=30, document={},
            titles={"nb": f"Kurs {number}", "en": f"Course {number}"},
        )  # fmt: skip
        session.add(version)
        session.flush()
        course.current_version_id = version.id
        ids.append(course.id)
    session.flush()
    return ids


def _assign_everywhere(
    session: Session, courses: list[int], counts: list[int], today: date, random: Random
) -> list[LearningPath]:
    """One path an agency, assigned to all with due dates around today; a third has completed all, a third some."""
    paths, members = [], []
    person_id = 0
    enrolments: list[dict[str, Any]] = []
    for agency_id, count in enumerate(counts, start=1):
        draft = PathDraft("Leading", "", tuple(StepDraft(course) for course in courses))
        path = building.create_path(session, agency_id, draft, actor_id=None)
        audience = Audience(agency_id=agency_id, rule={})
        session.add(audience)
        session.flush()
        due_on = today + timedelta(days=random.choice([-7, 0, 3, 14, 30, 60]))
        assignment = Assignment(
            agency_id=agency_id, path_id=path.id, audience_id=audience.id, due_kind=DueKind.FIXED, due_on=due_on,
            request_key=f"k{agency_id}",
        )  # fmt: skip
        session.add(assignment)
        session.flush()
        paths.append(path)
        for _ in range(count):
            person_id += 1
            members.append(
                {"agency_id": agency_id, "assignment_id": assignment.id, "person_id": person_id,
                 "position_id": person_id, "version_id": path.current.id, "due_on": due_on, "round": 1,
                 "joined_at": clock.now() - timedelta(days=90)}
            )  # fmt: skip
            taken = courses if person_id % 3 == 0 else courses[:2] if person_id % 3 == 1 else []
            enrolments += _taken(person_id, taken, len(enrolments))
    _insert(session, AssignmentMember, members)
    _insert(session, Enrolment, enrolments)
    _insert(session, Completion, list(_completions(enrolments)))
    _number_on(session, AssignmentMember, Enrolment, Completion)
    return paths


def _taken(person_id: int, courses: list[int], before: int) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {"id": before + place, "person_id": person_id, "course_id": course, "version_id": course, "round": 1,
         "language": "nb", "started_at": now - timedelta(days=40), "last_active_at": now - timedelta(days=20)}
        for place, course in enumerate(courses, start=1)
    ]  # fmt: skip


def _completions(enrolments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in enrolments:
        yield {
            "id": each["id"], "enrolment_id": each["id"], "person_id": each["person_id"],
            "recorded_person_id": each["person_id"], "course_id": each["course_id"], "version_id": each["version_id"],
            "language": "nb", "course_title": "A course", "minutes": 30,
            "completed_at": clock.now() - timedelta(days=each["id"] % 60), "previous_hash": "0" * 64,
            "hash": f"{each['id']:064x}",
        }  # fmt: skip


def add_competences(session: Session, each: int = COMPETENCES_HELD) -> list[int]:
    """A framework of all agencies with ``COMPETENCES`` competences, needs at the top of the largest agency and in some
    of its units, and levels of ``each`` of them for every manager. The ids of the competences.
    """
    framework = Framework(code="BM")
    session.add(framework)
    session.flush()
    rows = [Competence(framework_id=framework.id, code=f"BM.{number}") for number in range(1, COMPETENCES + 1)]
    session.add_all(rows)
    session.flush()
    ids = [row.id for row in rows]
    session.execute(
        text(
            "INSERT INTO competence_level (person_id, competence_id, level, changed_at, next_expiry) "
            "SELECT person.id, :first + (person.id + step.number) % :all, 1 + (person.id * 7 + step.number) % 4, "
            "CURRENT_TIMESTAMP, CASE WHEN step.number % 3 = 0 THEN CAST(:soon AS date) END "
            "FROM person CROSS JOIN (" + " UNION ALL ".join(f"SELECT {number} AS number" for number in range(each))
            + ") AS step"
        ),
        {"first": ids[0], "all": COMPETENCES, "soon": clock.today() + timedelta(days=400)},
    )  # fmt: skip
    units = session.scalars(select(Unit.id).where(Unit.agency_id == 1).order_by(Unit.id).limit(21)).all()
    for place, unit_id in enumerate(units):
        chosen = ids if place == 0 else ids[place : place + 5]
        for role in (NeedRole.FIRST_LINE, NeedRole.MIDDLE):
            wishes = {Key(unit_id, role, its, Horizon.NOW): Wish(1 + (place + its) % 4) for its in chosen}
            setting.save(session, 1, wishes, actor_id=None)
    session.flush()
    return ids
