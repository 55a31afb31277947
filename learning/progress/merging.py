"""When two accounts of one person become one: what both have learned is one record, and the ledger still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.organisation.merging import QUIETLY, PersonColumns, move_columns
from learning.organisation.models import Person
from learning.progress.models import Completion, Enrolment, LessonFinish

COLUMNS = PersonColumns(
    moved=(Completion.person_id,),
    by_rule=(Enrolment.person_id,),
    stays={Completion.recorded_person_id: "the ledger's hash names the account that a completion was recorded for"},
)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Round:
    """One enrolment of either account in a course that both have begun. ``lessons`` are finished."""

    enrolment_id: int
    round: int
    is_completed: bool
    lessons: int
    started_at: datetime
    last_active_at: datetime


def in_order(rounds: Sequence[Round]) -> list[Round]:
    """The rounds as one person's, first to last. Pure.

    The last is the one that a learner goes on with. So a first round that was only begun comes before rounds that
    are completed or were begun anew on purpose, and of two begun ones the one that has come further is last.
    """

    def place(each: Round) -> tuple[bool, datetime, int, datetime, int]:
        counts = each.is_completed or each.round > 1
        when = each.started_at if counts else _LONG_AGO
        return counts, when, 0 if counts else each.lessons, each.last_active_at, each.enrolment_id

    return sorted(rounds, key=place)


def rounds_of_both(session: Session, kept_id: int, merged_id: int) -> dict[int, list[Round]]:
    """The courses that both accounts have begun, with the rounds of both. One query."""
    finished = (
        select(func.count()).where(LessonFinish.enrolment_id == Enrolment.id).correlate(Enrolment).scalar_subquery()
    )
    rows = session.execute(
        select(Enrolment, Completion.id.is_not(None), finished)
        .outerjoin(Completion, Completion.enrolment_id == Enrolment.id)
        .where(Enrolment.person_id.in_([kept_id, merged_id]))
    )
    courses: dict[int, list[Round]] = {}
    whose: dict[int, set[int]] = {}
    for each, is_completed, lessons in rows:
        whose.setdefault(each.course_id, set()).add(each.person_id)
        courses.setdefault(each.course_id, []).append(
            Round(each.id, each.round, is_completed, lessons, each.started_at, each.last_active_at)
        )
    return {course_id: rounds for course_id, rounds in courses.items() if len(whose[course_id]) == 2}


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, Any]:
    """Enrolments with all that hangs on them, and completions. Rounds of the same course are counted anew."""
    enrolments = session.scalar(select(func.count()).where(Enrolment.person_id == merged.id)) or 0
    shared = rounds_of_both(session, kept.id, merged.id)
    above = 1 + max((each.round for rounds in shared.values() for each in rounds), default=0)
    session.execute(  # out of the way first: no two rounds of a person may have the same number
        update(Enrolment)
        .where(Enrolment.person_id.in_([kept.id, merged.id]), Enrolment.course_id.in_(shared))
        .values(round=Enrolment.round + above)
        .execution_options(**QUIETLY)
    )
    for rounds in shared.values():
        for number, each in enumerate(in_order(rounds), start=1):
            session.execute(
                update(Enrolment)
                .where(Enrolment.id == each.enrolment_id)
                .values(person_id=kept.id, round=number)
                .execution_options(**QUIETLY)
            )
    move_columns(session, [Enrolment.person_id], kept, merged)
    return {
        **({"enrolment.person_id": enrolments} if enrolments else {}),
        **({"courses_of_both": len(shared)} if shared else {}),
        **move_columns(session, COLUMNS.moved, kept, merged),
    }
