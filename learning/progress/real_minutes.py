"""How long a lesson takes, learned from those who have taken it.

The time between opening a page and answering on it, ten minutes at most, is summed for each learner and lesson. With
five learners or more, the median counts; until then the author's estimate does. The worker keeps the table up to
date; it can be made anew from the answers at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from sqlalchemy import delete, func, select, union_all
from sqlalchemy.orm import Session

from learning.progress.models import Enrolment, FinishWay, LessonFinish, LessonMinutes, Response

FEWEST_LEARNERS = 5
NEWEST = 200  # learners of a lesson that count


def estimate(seconds: Sequence[int]) -> int | None:
    """Whole minutes of a lesson, at least one, by the median; None with too few learners. Pure."""
    return max(1, round(median(seconds) / 60)) if len(seconds) >= FEWEST_LEARNERS else None


def real_seconds(session: Session) -> dict[tuple[int, str], list[int]]:
    """For each course and lesson, the seconds that learners who finished it spent there, the newest first."""
    parts = union_all(
        select(Response.enrolment_id, Response.lesson_id, Response.seconds).where(Response.seconds.is_not(None)),
        select(LessonFinish.enrolment_id, LessonFinish.lesson_id, LessonFinish.seconds).where(
            LessonFinish.seconds.is_not(None)
        ),
    ).subquery()
    sums = (
        select(
            Enrolment.course_id,
            parts.c.lesson_id,
            func.sum(parts.c.seconds).label("seconds"),
            func.row_number()
            .over(partition_by=(Enrolment.course_id, parts.c.lesson_id), order_by=func.max(LessonFinish.id).desc())
            .label("place"),
        )
        .join(Enrolment, Enrolment.id == parts.c.enrolment_id)
        .join(
            LessonFinish,
            (LessonFinish.enrolment_id == parts.c.enrolment_id)
            & (LessonFinish.lesson_id == parts.c.lesson_id)
            & (LessonFinish.way == FinishWay.DONE),
        )
        .group_by(Enrolment.course_id, parts.c.lesson_id, parts.c.enrolment_id)
        .subquery()
    )
    found: dict[tuple[int, str], list[int]] = {}
    rows = session.execute(
        select(sums.c.course_id, sums.c.lesson_id, sums.c.seconds).where(sums.c.place <= NEWEST).order_by(sums.c.place)
    )
    for course_id, lesson_id, seconds in rows:
        found.setdefault((course_id, lesson_id), []).append(int(seconds))
    return found


def refresh(session: Session) -> int:
    """Make the table of real minutes anew; how many lessons it holds."""
    rows = [
        LessonMinutes(course_id=course_id, lesson_id=lesson_id, minutes=minutes, learners=len(seconds))
        for (course_id, lesson_id), seconds in real_seconds(session).items()
        if (minutes := estimate(seconds)) is not None
    ]
    session.execute(delete(LessonMinutes))
    session.add_all(rows)
    session.flush()
    return len(rows)


def minutes_of(session: Session, course_ids: Iterable[int]) -> Mapping[int, Mapping[str, int]]:
    """Course -> lesson -> minutes as learners have needed them; what is not known is left out. One query."""
    found: dict[int, dict[str, int]] = {}
    for each in session.scalars(select(LessonMinutes).where(LessonMinutes.course_id.in_(set(course_ids)))):
        found.setdefault(each.course_id, {})[each.lesson_id] = each.minutes
    return found
