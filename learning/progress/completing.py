"""Recording a completion: once and for ever."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.document import CourseDocument
from learning.organisation.holding import held_on
from learning.organisation.models import Agency, Position
from learning.progress import ledger
from learning.progress.completion import what_is_left
from learning.progress.models import Attempt, Completion, Enrolment, FinishWay, LessonFinish
from learning.progress.signals import course_completed


def finished_lessons(session: Session, enrolment_id: int) -> set[str]:
    return set(session.scalars(select(LessonFinish.lesson_id).where(LessonFinish.enrolment_id == enrolment_id)))


def skipped_lessons(session: Session, enrolment_id: int) -> set[str]:
    """Those of the finished lessons that a pre-test let the learner skip."""
    return set(
        session.scalars(
            select(LessonFinish.lesson_id).where(
                LessonFinish.enrolment_id == enrolment_id, LessonFinish.way == FinishWay.SKIPPED
            )
        )
    )


def best_passed_score(session: Session, enrolment_id: int) -> Decimal | None:
    """The highest score, in per cent, among the passed attempts; None when none is passed."""
    return session.scalar(
        select(func.max(Attempt.score_percent)).where(Attempt.enrolment_id == enrolment_id, Attempt.passed.is_(True))
    )


def current_position(session: Session, person_id: int) -> Position | None:
    """The position that a completion is credited to: of the current ones, the one begun last."""
    today = clock.today()
    return session.scalar(
        select(Position)
        .where(
            Position.person_id == person_id,
            held_on(today),
        )
        .order_by(Position.starts_on.desc(), Position.id)
        .limit(1)
    )


def complete_if_done(session: Session, enrolment: Enrolment, document: CourseDocument) -> Completion | None:
    """Record the completion when nothing is left, and tell the rooms above.

    The caller holds the enrolment's row lock, so two requests cannot both find it missing; the unique
    constraint on the enrolment stands behind that. Returns the completion, new or old, or None.
    """
    existing = session.scalar(select(Completion).where(Completion.enrolment_id == enrolment.id))
    if existing is not None:
        return existing
    text = document.text(enrolment.language)
    passed_with = best_passed_score(session, enrolment.id)
    if not what_is_left(text, finished_lessons(session, enrolment.id), passed_with is not None).is_nothing:
        return None

    position = current_position(session, enrolment.person_id)
    sequence: int | None = None
    previous = ledger.GENESIS
    if position is not None:
        # One at a time for each agency: the chain has one last link.
        session.execute(select(Agency.id).where(Agency.id == position.agency_id).with_for_update())
        last = session.execute(
            select(Completion.agency_sequence, Completion.hash)
            .where(Completion.agency_id == position.agency_id)
            .order_by(Completion.agency_sequence.desc())
            .limit(1)
        ).first()
        sequence = (last[0] or 0) + 1 if last else 1
        previous = last[1] if last else ledger.GENESIS
    completion = Completion(
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        recorded_person_id=enrolment.person_id,
        course_id=enrolment.course_id,
        version_id=enrolment.version_id,
        language=text.language,
        course_title=text.title,
        score_percent=passed_with,
        minutes=document.minutes,
        completed_at=clock.now(),
        agency_id=position.agency_id if position else None,
        unit_id=position.unit_id if position else None,
        position_id=position.id if position else None,
        unit_name=position.unit.name if position else None,
        position_title=position.title if position else None,
        level=position.level if position else None,
        agency_sequence=sequence,
        previous_hash=previous,
    )
    completion.hash = ledger.hash_of(completion, enrolment.course.slug, enrolment.version.digest)
    session.add(completion)
    session.flush()
    course_completed.send(session, completion=completion)
    return completion
