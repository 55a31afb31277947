"""The pre-test: those who know a subject may skip its lessons, where the course allows it.

It is taken once, before the lessons it is about. What it asked is not asked again in the first final assessment as
long as the pool has other items.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.activities.registry import activity_type
from learning.catalogue.document import Activity, CourseDocument
from learning.catalogue.store import load_document
from learning.database import insert_once
from learning.progress.completing import complete_if_done
from learning.progress.models import Enrolment, FinishWay, LessonFinish, Pretest


def draw(document: CourseDocument, language: str, seed: int) -> list[str]:
    """The items of a pre-test: so many of each outcome as the course says, the same for the same seed. Pure."""
    plan, assessment = document.pretest, document.text(language).assessment
    if plan is None or assessment is None:
        return []
    rng = Random(seed)
    drawn: list[str] = []
    for outcome in plan.outcomes:
        ids = [item.id for item in assessment.items if item.outcome == outcome]
        rng.shuffle(ids)
        drawn += ids[: plan.per_outcome]
    return drawn


def skippable(document: CourseDocument, right: Collection[str], asked: Sequence[Activity]) -> list[str]:
    """The lessons that may be skipped: every item of each outcome that the lesson names is right. Pure."""
    if document.pretest is None:
        return []
    wrong = {item.outcome for item in asked if item.id not in right}
    measured = {item.outcome for item in asked}
    return [
        lesson
        for lesson, outcomes in document.pretest.lessons.items()
        if all(outcome in measured and outcome not in wrong for outcome in outcomes)
    ]


def pretest_of(session: Session, enrolment_id: int) -> Pretest | None:
    return session.get(Pretest, enrolment_id)


def is_offered(session: Session, enrolment: Enrolment, document: CourseDocument, finished: Collection[str]) -> bool:
    """Whether a pre-test could still save the learner a lesson."""
    if document.pretest is None or document.text(enrolment.language).assessment is None:
        return False
    taken = pretest_of(session, enrolment.id)
    if taken is not None:
        return taken.submitted_at is None
    return any(lesson not in finished for lesson in document.pretest.lessons)


def start(session: Session, enrolment: Enrolment, document: CourseDocument) -> Pretest | None:
    """The enrolment's pre-test, begun now unless it was begun before; None when the course has none."""
    if document.pretest is None:
        return None
    seed = secrets.randbits(62)
    items = draw(document, enrolment.language, seed)
    if not items:
        return None
    insert_once(
        session,
        Pretest,
        enrolment_id=enrolment.id,
        version_id=enrolment.version_id,
        language=enrolment.language,
        seed=seed,
        items=items,
        answers={},
        started_at=clock.now(),
        skipped=[],
    )
    return session.get(Pretest, enrolment.id, populate_existing=True)


def items_of(session: Session, taken: Pretest) -> list[Activity]:
    """What is asked, in order, as in the version that the pre-test was drawn from."""
    assessment = load_document(session, taken.version_id).text(taken.language).assessment
    found = ((item_id, assessment.item(item_id) if assessment else None) for item_id in taken.items)
    return [item for _, item in found if item is not None]


def hand_in(
    session: Session, enrolment: Enrolment, taken: Pretest, forms: Mapping[str, Mapping[str, Sequence[str]]]
) -> list[str]:
    """Mark the answers and let the learner skip what they know; the lessons skipped.

    ``forms`` maps an item to its fields; an item without an answer is wrong. Handing in twice changes nothing.
    The caller holds the enrolment's lock.
    """
    if taken.submitted_at is not None:
        return list(taken.skipped)
    asked = items_of(session, taken)
    right: set[str] = set()
    answers = {}
    for item in asked:
        kind = activity_type(item.type)
        form = forms.get(item.id)
        if form is None:
            continue
        answer = kind.read(item.data, form)
        answers[item.id] = answer
        if kind.mark(item.data, answer, item.points or 1).correct:  # type: ignore[arg-type]
            right.add(item.id)
    document = load_document(session, enrolment.version_id)
    lessons = {lesson.id for lesson in document.text(enrolment.language).lessons}
    done = set(session.scalars(select(LessonFinish.lesson_id).where(LessonFinish.enrolment_id == enrolment.id)))
    skipped = [lesson for lesson in skippable(document, right, asked) if lesson in lessons - done]
    for lesson in skipped:
        insert_once(
            session, LessonFinish, enrolment_id=enrolment.id, lesson_id=lesson, way=FinishWay.SKIPPED, at=clock.now()
        )
    taken.answers = answers
    taken.skipped = skipped
    taken.submitted_at = clock.now()
    enrolment.last_active_at = clock.now()
    session.flush()
    complete_if_done(session, enrolment, document)
    return skipped
