"""The final assessment: attempts, answers that may change until handed in, and handing in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.activities.registry import activity_type
from learning.catalogue.document import Activity, Assessment, CourseDocument
from learning.catalogue.store import load_document
from learning.progress.completing import complete_if_done, finished_lessons
from learning.progress.completion import draw_items, score
from learning.progress.models import Attempt, AttemptAnswer, Completion, Enrolment, Pretest

EXPLAIN_AFTER = 3  # attempts; until then only a passed attempt shows the right answers


class AssessmentClosed(Exception):
    """The assessment cannot be begun: lessons are left, no attempts are left, or there is none."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason  # "none" | "lessons-left" | "no-attempts-left" | "passed"


def attempts_of(session: Session, enrolment_id: int) -> list[Attempt]:
    """All attempts in order."""
    return list(session.scalars(select(Attempt).where(Attempt.enrolment_id == enrolment_id).order_by(Attempt.number)))


def why_closed(session: Session, enrolment: Enrolment, document: CourseDocument) -> str | None:
    """Why a new attempt cannot be begun (see AssessmentClosed), or None when it can."""
    text = document.text(enrolment.language)
    if text.assessment is None:
        return "none"
    finished = finished_lessons(session, enrolment.id)
    if any(lesson.id not in finished for lesson in text.lessons):
        return "lessons-left"
    attempts = [attempt for attempt in attempts_of(session, enrolment.id) if attempt.submitted_at is not None]
    if any(attempt.passed for attempt in attempts):
        return "passed"
    if text.assessment.attempts is not None and len(attempts) >= text.assessment.attempts:
        return "no-attempts-left"
    return None


def start_attempt(session: Session, enrolment: Enrolment, document: CourseDocument) -> Attempt:
    """The open attempt, or a new one with freshly drawn items. The caller holds the enrolment's lock.

    Raises AssessmentClosed.
    """
    attempts = attempts_of(session, enrolment.id)
    for attempt in attempts:
        if attempt.submitted_at is None:
            return attempt
    reason = why_closed(session, enrolment, document)
    if reason is not None:
        raise AssessmentClosed(reason)
    assessment = document.text(enrolment.language).assessment
    assert assessment is not None
    seed = secrets.randbits(62)
    seen = {item_id for attempt in attempts for item_id in attempt.items}
    pretest = session.get(Pretest, enrolment.id)
    seen |= set(pretest.items if pretest else ())
    attempt = Attempt(
        enrolment_id=enrolment.id,
        version_id=enrolment.version_id,
        number=len(attempts) + 1,
        seed=seed,
        items=draw_items(assessment, seed, seen),
        language=enrolment.language,
    )
    session.add(attempt)
    enrolment.last_active_at = clock.now()
    session.flush()
    return attempt


def drawn_items(attempt: Attempt, assessment: Assessment) -> list[Activity]:
    """The attempt's items in the order shown."""
    by_id = {item.id: item for item in assessment.items}
    return [by_id[item_id] for item_id in attempt.items if item_id in by_id]


def shuffle_for(attempt: Attempt, item: Activity) -> Random:
    """The order of options is the learner's own and stays the same however often the page is shown."""
    return Random(f"{attempt.seed}:{item.id}")


def save_answer(session: Session, attempt: Attempt, item: Activity, form: Mapping[str, Sequence[str]]) -> None:
    """Keep or change the answer to one item of an open attempt.

    Raises activities.registry.InvalidAnswer when the form holds no answer, ValueError when handed in already.
    """
    if attempt.submitted_at is not None:
        raise ValueError("the attempt is handed in")
    answer: dict[str, Any] = activity_type(item.type).read(item.data, form)
    existing = session.get(AttemptAnswer, (attempt.id, item.id))
    if existing is None:
        session.add(AttemptAnswer(attempt_id=attempt.id, item_id=item.id, answer=answer))
    else:
        existing.answer = answer
        existing.at = clock.now()
    session.flush()


def hand_in(session: Session, enrolment: Enrolment, attempt: Attempt) -> Completion | None:
    """Score an attempt and complete the course if that was the last thing left.

    It is scored by the version it was drawn from. Handing in twice changes nothing. The caller holds the
    enrolment's lock and has read the attempt after taking it.
    """
    if attempt.submitted_at is None:
        assessment = load_document(session, attempt.version_id).text(attempt.language).assessment
        assert assessment is not None
        answers = {
            row.item_id: row
            for row in session.scalars(select(AttemptAnswer).where(AttemptAnswer.attempt_id == attempt.id))
        }
        pairs: list[tuple[Decimal, Decimal]] = []
        for item in drawn_items(attempt, assessment):
            most = item.points or Decimal(1)
            got = Decimal(0)
            row = answers.get(item.id)
            if row is not None:
                got = activity_type(item.type).mark(item.data, row.answer, most).points or Decimal(0)
                row.points = got
            pairs.append((got, most))
        result = score(pairs, assessment.pass_percent)
        attempt.points, attempt.max_points = result.points, result.max_points
        attempt.score_percent, attempt.passed = result.percent, result.passed
        attempt.submitted_at = clock.now()
        enrolment.last_active_at = clock.now()
        session.flush()
    return complete_if_done(session, enrolment, load_document(session, enrolment.version_id))
