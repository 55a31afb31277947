"""Beginning a course, changing its language, and moving to a newer version when asked."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.models import Course, CourseVersion
from learning.database import insert_once
from learning.organisation.models import Person
from learning.progress.models import Completion, Enrolment, EnrolmentMove


class CannotEnrol(Exception):
    """The course is withdrawn or has no published version."""


def enrolment_of(session: Session, person_id: int, enrolment_id: int, *, lock: bool = False) -> Enrolment | None:
    """The person's own enrolment, or None. ``lock``: hold its row until the transaction ends."""
    statement = (
        select(Enrolment)
        .options(joinedload(Enrolment.course, innerjoin=True), joinedload(Enrolment.version, innerjoin=True))
        .where(Enrolment.id == enrolment_id, Enrolment.person_id == person_id)
    )
    if lock:
        statement = statement.with_for_update(of=Enrolment)
    return session.scalar(statement)


def latest_enrolment(session: Session, person_id: int, course_id: int) -> Enrolment | None:
    """The person's newest round of the course."""
    return session.scalar(
        select(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)
        .order_by(Enrolment.round.desc())
        .limit(1)
    )


def enrol(session: Session, person: Person, course: Course, language: str, *, again: bool = False) -> Enrolment:
    """The person's enrolment in the course, begun now unless it was begun before.

    With ``again`` a new round begins when the newest one is completed: what was completed stays, and the new round is
    of the current version. Raises CannotEnrol when the course takes no new learners.
    """
    existing = latest_enrolment(session, person.id, course.id)
    if existing is not None and not (again and _is_completed(session, existing)):
        return existing
    if course.current_version_id is None or course.withdrawn_at is not None:
        raise CannotEnrol
    now = clock.now()
    insert_once(
        session,
        Enrolment,
        person_id=person.id,
        course_id=course.id,
        version_id=course.current_version_id,
        round=existing.round + 1 if existing is not None else 1,
        language=language,
        started_at=now,
        last_active_at=now,
    )
    enrolment = latest_enrolment(session, person.id, course.id)
    if enrolment is None:  # cannot be: either this insert or the one it met is there
        raise CannotEnrol
    return enrolment


def _is_completed(session: Session, enrolment: Enrolment) -> bool:
    return session.scalar(select(Completion.id).where(Completion.enrolment_id == enrolment.id)) is not None


def newer_version(session: Session, enrolment: Enrolment) -> CourseVersion | None:
    """The version the learner could move to: none when already newest, or when the course is completed."""
    current_id = enrolment.course.current_version_id
    if current_id is None or current_id == enrolment.version_id:
        return None
    if _is_completed(session, enrolment):
        return None
    return session.get(CourseVersion, current_id)


def move_to_newest(session: Session, enrolment: Enrolment) -> bool:
    """Pin the enrolment to the current version, recording the step. Answers and finished lessons stay.

    Returns whether there was anything to move to.
    """
    target = newer_version(session, enrolment)
    if target is None:
        return False
    session.add(EnrolmentMove(enrolment_id=enrolment.id, from_version_id=enrolment.version_id, to_version_id=target.id))
    enrolment.version_id = target.id
    session.flush()
    session.refresh(enrolment, ["version"])
    return True
