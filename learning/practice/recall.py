"""Spaced recall: a few questions from completed courses at fixed days.

Fixed days are enough: expanding intervals show no gain over uniform ones (Latimier et al. 2021, g = 0.034), while
spacing itself does (g = 0.74).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from learning import clock
from learning.activities.registry import Answer, Mark, activity_type
from learning.catalogue.document import Activity, CourseDocument
from learning.catalogue.store import load_document
from learning.database import insert_once
from learning.organisation.models import Person
from learning.practice.models import MailChoice, RecallAnswer, RecallRound
from learning.practice.signals import recall_round_made
from learning.progress.models import Completion

DAYS = (2, 7, 30, 90)  # after a completion
QUESTIONS = 3  # a round: two minutes on a phone
CATCH_UP = 3  # days that a round may come late when nothing ran on its own day


@dataclass(frozen=True)
class Drawn:
    """One question of a round. ``key`` names it in the round: course and item."""

    key: str
    course_title: str
    activity: Activity
    language: str


def days_due(completed_on: date, today: date) -> int | None:
    """Which of the fixed days falls on ``today`` for something completed on ``completed_on``, if any."""
    gone = (today - completed_on).days
    return gone if gone in DAYS else None


def draw(
    pools: Mapping[int, Sequence[str]], asked_before: Collection[str], count: int, rng: Random
) -> list[tuple[int, str]]:
    """Pick ``count`` questions as (completion, item): completions take turns, those not asked before come first.

    ``pools`` maps a completion to its items; ``asked_before`` holds ``"completion:item"``.
    """
    queues: dict[int, list[str]] = {}
    for completion, items in pools.items():
        shuffled = list(items)
        rng.shuffle(shuffled)
        shuffled.sort(key=lambda item: f"{completion}:{item}" in asked_before)
        queues[completion] = shuffled
    drawn: list[tuple[int, str]] = []
    while len(drawn) < count and any(queues.values()):
        for completion, queue in queues.items():
            if queue and len(drawn) < count:
                drawn.append((completion, queue.pop(0)))
    return drawn


def open_rounds(session: Session, today: date) -> int:
    """Make the rounds that are due today (or within the last days, if nothing ran then); how many were made.

    One round a person and day, however many of their courses have a day then. Those who have said no get none.
    """
    made = 0
    for back in range(CATCH_UP, -1, -1):
        made += _open_day(session, today - timedelta(days=back))
    return made


def _open_day(session: Session, day: date) -> int:
    wanted = [day - timedelta(days=each) for each in DAYS]
    near = session.scalars(
        select(Completion)
        .join(Person, Person.id == Completion.person_id)
        .outerjoin(MailChoice, MailChoice.person_id == Completion.person_id)
        .where(
            or_(
                *(
                    and_(
                        Completion.completed_at >= clock.start_of_day(each),
                        Completion.completed_at < clock.start_of_day(each + timedelta(days=1)),
                    )
                    for each in wanted
                )
            ),
            Person.deactivated_at.is_(None),
            func.coalesce(MailChoice.recall, True).is_(True),
            ~select(RecallRound.id)
            .where(RecallRound.person_id == Completion.person_id, RecallRound.due_on == day)
            .exists(),
        )
        .order_by(Completion.completed_at.desc(), Completion.id)
    ).all()
    by_person: dict[int, list[Completion]] = {}
    for completion in near:
        by_person.setdefault(completion.person_id, []).append(completion)
    return sum(_open_round(session, person_id, completions, day) for person_id, completions in by_person.items())


def _open_round(session: Session, person_id: int, completions: Sequence[Completion], day: date) -> bool:
    documents = {each.id: load_document(session, each.version_id) for each in completions}
    pools = {
        each.id: [item.id for item in _pool(documents[each.id], each.language)]
        for each in completions
        if documents[each.id].text(each.language).assessment is not None
    }
    by_id = {each.id: each for each in completions}
    before = session.scalars(select(RecallRound.items).where(RecallRound.person_id == person_id)).all()
    asked_before = {f"{item['completion_id']}:{item['item_id']}" for items in before for item in items}
    seed = secrets.randbits(62)
    drawn = draw(pools, asked_before, QUESTIONS, Random(seed))
    if not drawn:
        return False
    person = session.get_one(Person, person_id)
    new = insert_once(
        session,
        RecallRound,
        person_id=person_id,
        due_on=day,
        language=person.language,
        seed=seed,
        items=[
            {
                "completion_id": completion,
                "version_id": by_id[completion].version_id,
                "item_id": item,
                "day": days_due(by_id[completion].completed_at.astimezone(clock.OSLO).date(), day),
            }
            for completion, item in drawn
        ],
        created_at=clock.now(),
    )
    if new:
        made = session.scalars(
            select(RecallRound).where(RecallRound.person_id == person_id, RecallRound.due_on == day)
        ).one()
        recall_round_made.send(session, round=made)
    return new


def _pool(document: CourseDocument, language: str) -> Iterable[Activity]:
    assessment = document.text(language).assessment
    return assessment.items if assessment is not None else ()


def round_by_id(session: Session, round_id: int, *, person_id: int | None = None) -> RecallRound | None:
    """A round; only the person's own when ``person_id`` is given."""
    statement = (
        select(RecallRound)
        .options(selectinload(RecallRound.answers), joinedload(RecallRound.person, innerjoin=True))
        .where(RecallRound.id == round_id)
    )
    if person_id is not None:
        statement = statement.where(RecallRound.person_id == person_id)
    return session.scalar(statement)


def waiting_for(session: Session, person_id: int, today: date) -> RecallRound | None:
    """The newest round of the last week that has a question left, for the start page."""
    rounds = session.scalars(
        select(RecallRound)
        .options(selectinload(RecallRound.answers))
        .where(RecallRound.person_id == person_id, RecallRound.due_on > today - timedelta(days=7))
        .order_by(RecallRound.due_on.desc())
    ).all()
    return next((each for each in rounds if len(each.answers) < len(each.items)), None)


def questions(session: Session, the_round: RecallRound) -> list[Drawn]:
    """The round's questions in the reader's language, in order."""
    found = []
    for item in the_round.items:
        document = load_document(session, item["version_id"])
        text = document.text(the_round.language)
        activity = text.assessment.item(item["item_id"]) if text.assessment else None
        if activity is not None:
            found.append(Drawn(f"{document.id}:{activity.id}", text.title, activity, text.language))
    return found


def answer(
    session: Session, the_round: RecallRound, drawn: Drawn, form: Mapping[str, Sequence[str]]
) -> tuple[Answer, Mark]:
    """Record the first answer to a question and mark it; a later one is marked but not kept.

    Raises activities.registry.InvalidAnswer when the form holds no answer.
    """
    kind = activity_type(drawn.activity.type)
    given = kind.read(drawn.activity.data, form)
    mark = kind.mark(drawn.activity.data, given, drawn.activity.points or Decimal(1))
    insert_once(
        session,
        RecallAnswer,
        round_id=the_round.id,
        item_id=drawn.key,
        answer=given,
        correct=bool(mark.correct),
        at=clock.now(),
    )
    session.expire(the_round, ["answers"])
    return given, mark


def wants_recall(session: Session, person_id: int) -> bool:
    """Whether the person gets questions; they do until they say no."""
    choice = session.get(MailChoice, person_id)
    return choice is None or choice.recall


def choose_recall(session: Session, person_id: int, wanted: bool) -> None:
    """Say yes or no to questions."""
    insert_once(session, MailChoice, person_id=person_id, recall=wanted, changed_at=clock.now())
    choice = session.get_one(MailChoice, person_id, populate_existing=True)
    choice.recall = wanted
    choice.changed_at = clock.now()
    session.flush()
