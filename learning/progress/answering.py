"""Answers in lessons, and finishing a lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.activities.registry import Answer, Mark, activity_type
from learning.catalogue.document import Activity, CourseDocument, CourseText, Lesson
from learning.database import insert_once
from learning.progress.completing import complete_if_done
from learning.progress.completion import unanswered
from learning.progress.models import Completion, Enrolment, FinishWay, LessonFinish, Response
from learning.progress.signals import response_recorded
from learning.sealing import seal, unseal_or_nothing

MOST_SECONDS = 600  # between opening a page and answering; longer is a meeting, not learning


class NotAllAnswered(Exception):
    """The lesson has activities without an answer; ``activities`` lists them in order."""

    def __init__(self, activities: Sequence[Activity]) -> None:
        super().__init__(f"{len(activities)} activities have no answer")
        self.activities = tuple(activities)


def latest_answers(session: Session, enrolment_id: int, text: CourseText) -> dict[str, Answer]:
    """The newest answer to each lesson activity, by activity id.

    An answer to an earlier ``rev`` of an activity does not count: its meaning has changed since.
    """
    newest = select(func.max(Response.id)).where(Response.enrolment_id == enrolment_id).group_by(Response.activity_id)
    rows = session.execute(
        select(Response.activity_id, Response.rev, Response.answer).where(Response.id.in_(newest))
    ).all()
    revisions = {activity.id: activity.rev for lesson in text.lessons for activity in lesson.activities}
    opened = (
        (activity_id, unseal_or_nothing(answer))
        for activity_id, rev, answer in rows
        if revisions.get(activity_id) == rev
    )
    return {activity_id: answer for activity_id, answer in opened if answer is not None}


def mark_answer(activity: Activity, answer: Answer) -> Mark:
    """Mark by the activity's declared rule."""
    return activity_type(activity.type).mark(activity.data, answer, activity.points or 0)  # type: ignore[arg-type]


def record_response(
    session: Session,
    enrolment: Enrolment,
    lesson: Lesson,
    activity: Activity,
    form: Mapping[str, Sequence[str]],
    key: str,
    seconds: int | None = None,
) -> bool:
    """Record an answer once for each ``key``; whether it was new. Private types are sealed.

    ``seconds`` is the time since the page was opened; it is held within ten minutes.

    Raises activities.registry.InvalidAnswer, having written nothing, when the form holds no answer.
    """
    kind = activity_type(activity.type)
    answer = kind.read(activity.data, form)
    mark = mark_answer(activity, answer)
    new = insert_once(
        session,
        Response,
        enrolment_id=enrolment.id,
        version_id=enrolment.version_id,
        lesson_id=lesson.id,
        activity_id=activity.id,
        rev=activity.rev,
        language=enrolment.language,
        answer=seal(answer) if kind.is_private else answer,
        points=mark.points,
        max_points=mark.max_points,
        key=key,
        seconds=held(seconds),
        at=clock.now(),
    )
    if new:
        enrolment.last_active_at = clock.now()
        enrolment.last_lesson_id = lesson.id
        enrolment.last_activity_id = activity.id
        response_recorded.send(session, enrolment=enrolment, activity=activity)
    return new


def held(seconds: int | None) -> int | None:
    """Seconds of learning, held within 0 and ten minutes; None when they are not known."""
    return None if seconds is None else max(0, min(seconds, MOST_SECONDS))


def finish_lesson(
    session: Session, enrolment: Enrolment, document: CourseDocument, lesson: Lesson, seconds: int | None = None
) -> Completion | None:
    """Mark a lesson finished, and complete the course when that was the last thing left.

    Finishing twice is harmless. Raises NotAllAnswered.
    """
    text = document.text(enrolment.language)
    missing = unanswered(lesson, latest_answers(session, enrolment.id, text))
    if missing:
        raise NotAllAnswered(missing)
    insert_once(
        session,
        LessonFinish,
        enrolment_id=enrolment.id,
        lesson_id=lesson.id,
        way=FinishWay.DONE,
        seconds=held(seconds),
        at=clock.now(),
    )
    following = text.lesson_after(lesson.id)
    enrolment.last_active_at = clock.now()
    enrolment.last_lesson_id = following.id if following else lesson.id
    enrolment.last_activity_id = None
    session.flush()
    return complete_if_done(session, enrolment, document)
