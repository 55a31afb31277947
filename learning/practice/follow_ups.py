"""Plans and promises come back after 30, 60 and 90 days, and are answered with a click or more words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from learning import clock
from learning.activities import commitment, plan
from learning.activities.registry import activity_type
from learning.catalogue.document import Activity
from learning.catalogue.store import load_document
from learning.database import insert_once
from learning.practice.models import FollowUp, FollowUpAnswer, FollowUpKind, Outcome
from learning.practice.signals import follow_up_answered, follow_up_told, follow_ups_made
from learning.progress.answering import latest_answers
from learning.progress.models import Completion, Enrolment
from learning.sealing import open_or_empty, seal_text

LONGEST = 2_000  # characters of an answer in words


@dataclass(frozen=True)
class Asked:
    """A follow-up as a page or mail shows it. ``promise`` is the learner's plan or promise in plain words."""

    follow_up: FollowUp
    course_title: str
    promise: str
    question: str  # empty for a promise: the one-click answers ask enough
    answer: FollowUpAnswer | None
    words: str


def due_dates(start: date, days: Sequence[int]) -> list[tuple[int, date]]:
    """Each number of days with its date, counted from ``start``."""
    return [(each, start + timedelta(days=each)) for each in days]


def _make(session: Session, enrolment: Enrolment, found: Activity, kind: FollowUpKind, start: date) -> None:
    text = load_document(session, enrolment.version_id).text(enrolment.language)
    lesson = next((each for each in text.lessons if each.activity(found.id) is not None), None)
    if lesson is None:
        return
    days = plan.FOLLOW_UP_DAYS if kind is FollowUpKind.PLAN else commitment.FOLLOW_UP_DAYS
    new = [
        each
        for each, due_on in due_dates(start, days)
        if insert_once(
            session,
            FollowUp,
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            lesson_id=lesson.id,
            activity_id=found.id,
            kind=kind,
            days=each,
            due_on=due_on,
            created_at=clock.now(),
        )
    ]
    if new:
        made = session.scalars(
            select(FollowUp)
            .options(joinedload(FollowUp.person, innerjoin=True))
            .where(FollowUp.enrolment_id == enrolment.id, FollowUp.activity_id == found.id, FollowUp.days.in_(new))
            .order_by(FollowUp.days)
        ).all()
        follow_ups_made.send(session, follow_ups=list(made))


def follow_promise(session: Session, enrolment: Enrolment, activity: Activity) -> None:
    """A promise is followed from the day it was first made."""
    if activity.type == commitment.Commitment.name:
        _make(session, enrolment, activity, FollowUpKind.COMMITMENT, clock.today())


def follow_plans(session: Session, completion: Completion) -> None:
    """A plan is followed from the day the course was completed."""
    text = load_document(session, completion.version_id).text(completion.language)
    day = completion.completed_at.astimezone(clock.OSLO).date()
    for lesson in text.lessons:
        for activity in lesson.activities:
            if activity.type == plan.Plan.name:
                _make(session, completion.enrolment, activity, FollowUpKind.PLAN, day)


def by_id(session: Session, follow_up_id: int, *, person_id: int | None = None) -> FollowUp | None:
    """A follow-up; only the person's own when ``person_id`` is given."""
    statement = (
        select(FollowUp)
        .options(
            selectinload(FollowUp.answers),
            joinedload(FollowUp.person, innerjoin=True),
            joinedload(FollowUp.enrolment, innerjoin=True),
        )
        .where(FollowUp.id == follow_up_id)
    )
    if person_id is not None:
        statement = statement.where(FollowUp.person_id == person_id)
    return session.scalar(statement)


def due_for(session: Session, person_id: int, today: date) -> list[FollowUp]:
    """The person's follow-ups that are due and not answered, the oldest first; at most a quarter of a year back."""
    return list(
        session.scalars(
            select(FollowUp)
            .options(joinedload(FollowUp.enrolment, innerjoin=True), selectinload(FollowUp.answers))
            .where(
                FollowUp.person_id == person_id,
                FollowUp.due_on <= today,
                FollowUp.due_on > today - timedelta(days=90),
                ~FollowUp.answers.any(),
            )
            .order_by(FollowUp.due_on, FollowUp.id)
        )
    )


def all_for(session: Session, person_id: int) -> list[FollowUp]:
    """Every follow-up of the person, by day."""
    return list(
        session.scalars(
            select(FollowUp)
            .options(joinedload(FollowUp.enrolment, innerjoin=True), selectinload(FollowUp.answers))
            .where(FollowUp.person_id == person_id)
            .order_by(FollowUp.due_on, FollowUp.id)
        )
    )


def asked(session: Session, follow_up: FollowUp) -> Asked:
    """A follow-up with the learner's own words and the question of its day."""
    enrolment = follow_up.enrolment
    text = load_document(session, enrolment.version_id).text(enrolment.language)
    lesson = text.lesson(follow_up.lesson_id)
    activity = lesson.activity(follow_up.activity_id) if lesson else None
    promise = question = ""
    if activity is not None:
        answer = latest_answers(session, enrolment.id, text).get(activity.id)
        promise = activity_type(activity.type).in_words(activity.data, answer) if answer else ""
        question = next(
            (each["text"] for each in activity.data.get("follow_ups", []) if each["days"] == follow_up.days), ""
        )
    last = follow_up.answers[-1] if follow_up.answers else None
    words = open_or_empty(last.words) if last is not None else ""
    return Asked(follow_up, text.title, promise, question, last, words)


def answer(session: Session, follow_up: FollowUp, outcome: Outcome, words: str, key: str) -> bool:
    """Record how it went; whether it was new. The same ``key`` twice is one answer.

    Raises ValueError when the words are too long.
    """
    if len(words) > LONGEST:
        raise ValueError(f"an answer can have at most {LONGEST} characters")
    is_first = not follow_up.answers
    new = insert_once(
        session,
        FollowUpAnswer,
        follow_up_id=follow_up.id,
        outcome=outcome,
        words=seal_text(words) if words else None,
        key=key,
        at=clock.now(),
    )
    if new:
        session.expire(follow_up, ["answers"])
        if is_first:
            follow_up_answered.send(session, follow_up=follow_up)
        follow_up_told.send(session, follow_up=follow_up)
    return new
