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
from learning.progress.models import Completion, Enrolment, LessonFinish, Response


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
    return {activity_id: answer for activity_id, rev, answer in rows if revisions.get(activity_id) == rev}


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
) -> bool:
    """Record an answer once for each ``key``; whether it was new.

    Raises activities.registry.InvalidAnswer, having written nothing, when the form holds no answer.
    """
    answer = activity_type(activity.type).read(activity.data, form)
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
        answer=answer,
        points=mark.points,
        max_points=mark.max_points,
        key=key,
        at=clock.now(),
    )
    if new:
        enrolment.last_active_at = clock.now()
        enrolment.last_lesson_id = lesson.id
        enrolment.last_activity_id = activity.id
    return new


def finish_lesson(
    session: Session, enrolment: Enrolment, document: CourseDocument, lesson: Lesson
) -> Completion | None:
    """Mark a lesson finished, and complete the course when that was the last thing left.

    Finishing twice is harmless. Raises NotAllAnswered.
    """
    text = document.text(enrolment.language)
    missing = unanswered(lesson, latest_answers(session, enrolment.id, text))
    if missing:
        raise NotAllAnswered(missing)
    insert_once(session, LessonFinish, enrolment_id=enrolment.id, lesson_id=lesson.id, at=clock.now())
    following = text.lesson_after(lesson.id)
    enrolment.last_active_at = clock.now()
    enrolment.last_lesson_id = following.id if following else lesson.id
    enrolment.last_activity_id = None
    session.flush()
    return complete_if_done(session, enrolment, document)
