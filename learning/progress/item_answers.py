"""The answers that item statistics are made of: attempts that were handed in, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.activities.registry import Answer
from learning.catalogue.document import Activity, Assessment
from learning.catalogue.store import load_document
from learning.progress.item_statistics import Answered
from learning.progress.models import Attempt, AttemptAnswer, Enrolment

MOST_ATTEMPTS = 5_000  # the newest; more would not move the numbers, only slow the page


def option_keys(item: Activity) -> list[str]:
    """The keys of a question with options to choose among; none for other types."""
    options = item.data.get("options")
    return [option["key"] for option in options] if item.type in ("single", "multiple") and options else []


def chosen_options(answer: Answer) -> tuple[str, ...]:
    """The options that an answer to a single or multiple choice holds."""
    choices = answer.get("choices", [answer.get("choice")])
    return tuple(each for each in choices if isinstance(each, str)) if isinstance(choices, list) else ()


def answers_by_item(session: Session, course_id: int, pool: Assessment) -> dict[str, list[Answered]]:
    """All answers to each question of the pool as it is now, over all versions of the course.

    An answer to an earlier ``rev`` of a question is left out: it was another question. One query, and the documents
    of the versions that attempts were drawn from.
    """
    newest = (
        select(Attempt.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.course_id == course_id, Attempt.submitted_at.is_not(None))
        .order_by(Attempt.id.desc())
        .limit(MOST_ATTEMPTS)
        .subquery()
    )
    rows = session.execute(
        select(
            Attempt.version_id,
            Attempt.points,
            Attempt.max_points,
            Enrolment.person_id,
            AttemptAnswer.item_id,
            AttemptAnswer.answer,
            AttemptAnswer.points,
        )
        .join(newest, newest.c.id == Attempt.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(AttemptAnswer, AttemptAnswer.attempt_id == Attempt.id)
        .where(AttemptAnswer.points.is_not(None))
    ).all()
    now = {item.id: item for item in pool.items}
    asked = {version_id: _items(session, version_id) for version_id in {row[0] for row in rows}}
    found: dict[str, list[Answered]] = {}
    for version_id, got, most, person_id, item_id, answer, points in rows:
        then = asked[version_id].get(item_id)
        if then is None or item_id not in now or then.rev != now[item_id].rev:
            continue
        worth = then.points or Decimal(1)
        others = most - worth
        found.setdefault(item_id, []).append(
            Answered(
                person=person_id,
                share=float(points / worth),
                rest=float((got - points) / others) if others > 0 else None,
                chosen=chosen_options(answer) if option_keys(then) else (),
            )
        )
    return found


def _items(session: Session, version_id: int) -> Mapping[str, Activity]:
    document = load_document(session, version_id)
    pool = document.texts[document.source_language].assessment
    items: Sequence[Activity] = pool.items if pool else ()
    return {item.id: item for item in items}
