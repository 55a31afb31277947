"""Where a learner stands in each course: the front page, the course map and the learner's own record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning.catalogue.document import CourseDocument, CourseText, Lesson
from learning.catalogue.store import load_document
from learning.progress.completion import Remaining, what_is_left
from learning.progress.models import Attempt, Completion, Enrolment, LessonFinish
from learning.progress.real_minutes import minutes_of


@dataclass(frozen=True)
class CourseProgress:
    """One enrolment. ``percent`` is whole per cent of the minutes; ``minutes_left`` as learners have needed
    them, or the author's estimate.
    """

    enrolment: Enrolment
    course_slug: str
    title: str
    percent: int
    minutes_left: int
    remaining: Remaining
    completion: Completion | None

    @property
    def next_lesson(self) -> Lesson | None:
        """The first lesson that is not finished; None when only the assessment, or nothing, is left."""
        return self.remaining.lessons[0] if self.remaining.lessons else None


def progress_of(
    enrolment: Enrolment,
    document: CourseDocument,
    finished: set[str],
    has_passed: bool,
    completion: Completion | None,
    real_minutes: Mapping[str, int] | None = None,
) -> CourseProgress:
    """Put together where one enrolment stands. ``real_minutes``: lesson -> minutes, where known. Pure."""
    text: CourseText = document.text(enrolment.language)
    remaining = what_is_left(text, finished, has_passed)
    real = real_minutes or {}
    total = sum(real.get(lesson.id, lesson.minutes) for lesson in text.lessons) + (
        text.assessment.minutes if text.assessment else 0
    )
    left = sum(real.get(lesson.id, lesson.minutes) for lesson in remaining.lessons)
    if remaining.assessment and text.assessment:
        left += text.assessment.minutes
    if completion is not None:
        left = 0
    return CourseProgress(
        enrolment=enrolment,
        course_slug=document.id,
        title=text.title,
        percent=100 if completion else round(100 * (total - left) / total) if total else 0,
        minutes_left=left,
        remaining=remaining,
        completion=completion,
    )


def for_person(session: Session, person_id: int) -> list[CourseProgress]:
    """All of a person's enrolments, the most recently active first; five queries however many there are."""
    enrolments = session.scalars(
        select(Enrolment)
        .options(
            joinedload(Enrolment.course, innerjoin=True),
            joinedload(Enrolment.version, innerjoin=True),
            joinedload(Enrolment.completion),
        )
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.last_active_at.desc(), Enrolment.id.desc())
    ).all()
    ids = [enrolment.id for enrolment in enrolments]
    finished: dict[int, set[str]] = {}
    for enrolment_id, lesson_id in session.execute(
        select(LessonFinish.enrolment_id, LessonFinish.lesson_id).where(LessonFinish.enrolment_id.in_(ids))
    ):
        finished.setdefault(enrolment_id, set()).add(lesson_id)
    passed = set(
        session.scalars(select(Attempt.enrolment_id).where(Attempt.enrolment_id.in_(ids), Attempt.passed.is_(True)))
    )
    real = minutes_of(session, (enrolment.course_id for enrolment in enrolments))
    return [
        progress_of(
            enrolment,
            load_document(session, enrolment.version_id),
            finished.get(enrolment.id, set()),
            enrolment.id in passed,
            enrolment.completion,
            real.get(enrolment.course_id),
        )
        for enrolment in enrolments
    ]


def newest_or_completed(progress: Sequence[CourseProgress]) -> list[CourseProgress]:
    """Without rounds that were only begun when there is a later one of the same course: nobody goes on with those.

    A person who had two accounts may have such a round. Pure.
    """
    newest: dict[int, int] = {}
    for each in progress:
        newest[each.enrolment.course_id] = max(newest.get(each.enrolment.course_id, 0), each.enrolment.round)
    return [
        each
        for each in progress
        if each.completion is not None or each.enrolment.round == newest[each.enrolment.course_id]
    ]


def completions_in(session: Session, agency_id: int, person_id: int) -> Sequence[Completion]:
    """What the person has completed while in the agency, newest first; not what they did elsewhere."""
    return session.scalars(
        select(Completion)
        .where(Completion.agency_id == agency_id, Completion.person_id == person_id)
        .order_by(Completion.completed_at.desc(), Completion.id.desc())
    ).all()


def completions_of(session: Session, person_id: int) -> Sequence[Completion]:
    """What the person has completed, in every agency, newest first."""
    return session.scalars(
        select(Completion)
        .where(Completion.person_id == person_id)
        .order_by(Completion.completed_at.desc(), Completion.id.desc())
    ).all()
