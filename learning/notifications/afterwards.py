"""Mails about what comes after a course: plans and promises, questions to recall, pairs, notes to a manager.

They hold private words or links that answer for somebody, so they are sealed in the outbox. Those of a later day are
composed on that day: a promise may have been changed since it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.notifications.mail_texts import OUTCOMES, STOP
from learning.notifications.messages import Link, compose, mail_language
from learning.notifications.models import OutboxMessage
from learning.notifications.outbox import Letter, cancel, morning, queue
from learning.practice import follow_ups, recall
from learning.practice.models import FollowUp, FollowUpKind, LearningPair, ManagerNote, PairStatus, RecallRound
from learning.practice.signals import (
    follow_up_answered,
    manager_note_sent,
    pair_accepted,
    pair_ended,
    pair_invited,
    recall_round_made,
)
from learning.practice.tokens import Purpose, sign

LATE = 7  # days that such a mail may be late when nothing ran on its own day
ASK_AFTER = (14, 30)  # days after a partner said yes


def queue_due(session: Session, today: date) -> int:
    """Queue what is due today or was within the last days, once each; how many mails are new."""
    recall.open_rounds(session, today)
    return queue(session, _follow_ups(session, today)) + queue(session, _pair_reminders(session, today))


def _follow_ups(session: Session, today: date) -> Iterator[Letter]:
    key = literal("follow-up:") + cast(FollowUp.id, String)
    waiting = session.scalars(
        select(FollowUp)
        .options(joinedload(FollowUp.person, innerjoin=True), joinedload(FollowUp.enrolment, innerjoin=True))
        .where(
            FollowUp.due_on <= today,
            FollowUp.due_on > today - timedelta(days=LATE),
            ~FollowUp.answers.any(),
            ~select(OutboxMessage.id).where(OutboxMessage.dedupe_key == key).exists(),
        )
        .order_by(FollowUp.id)
    ).all()
    for each in waiting:
        if each.person.deactivated_at is None:
            yield _follow_up(session, each)


def _follow_up(session: Session, follow_up: FollowUp) -> Letter:
    person = follow_up.person
    asked = follow_ups.asked(session, follow_up)
    language = mail_language(person.language)
    token = sign(Purpose.FOLLOW_UP, follow_up.id)
    kind = "plan" if follow_up.kind is FollowUpKind.PLAN else "commitment"
    message = compose(
        kind,
        language,
        path=f"/my/follow-ups/{follow_up.id}",
        title=asked.course_title,
        name=person.given_name,
        days=str(follow_up.days),
        question=asked.question,
        quote=asked.promise,
        answers=[Link(words, f"/follow-up/{token}?how={how}") for how, words in OUTCOMES[language].items()],
    )
    return Letter(
        person, message, kind, f"follow-up:{follow_up.id}", not_before=morning(follow_up.due_on), is_private=True
    )


def _pair_reminders(session: Session, today: date) -> Iterator[Letter]:
    for days in ASK_AFTER:
        newest = today - timedelta(days=days)
        pairs = session.scalars(
            select(LearningPair)
            .options(joinedload(LearningPair.person, innerjoin=True), joinedload(LearningPair.partner, innerjoin=True))
            .where(
                LearningPair.status == PairStatus.ACTIVE,
                LearningPair.answered_at >= clock.start_of_day(newest - timedelta(days=LATE - 1)),
                LearningPair.answered_at < clock.start_of_day(newest + timedelta(days=1)),
            )
            .order_by(LearningPair.id)
        )
        for pair in pairs:
            yield _to_partner(pair, "pair-ask", f"pair-ask:{pair.id}:{days}")


def _course_title(pair: LearningPair, language: str) -> str:
    titles = pair.enrolment.version.titles
    return str(titles.get(language) or next(iter(titles.values()), ""))


def _to_partner(pair: LearningPair, kind: str, key: str) -> Letter:
    partner = pair.partner
    message = compose(
        kind, partner.language, path=f"/pairs/{pair.id}", name=partner.given_name, other=pair.person.name,
        title=_course_title(pair, partner.language),
    )  # fmt: skip
    return Letter(partner, message, kind, key, is_private=True)


def _to_learner(pair: LearningPair, kind: str) -> Letter:
    person = pair.person
    message = compose(
        kind, person.language, path=f"/learn/{pair.enrolment_id}/pair", name=person.given_name,
        other=pair.partner.name, title=_course_title(pair, person.language),
    )  # fmt: skip
    return Letter(person, message, kind, f"{kind}:{pair.id}", is_private=True)


def _tell_partner(session: Session, *, pair: LearningPair, **_: Any) -> None:
    queue(session, [_to_partner(pair, "pair-invited", f"pair-invited:{pair.id}")])


def _tell_learner(session: Session, *, pair: LearningPair, **_: Any) -> None:
    queue(session, [_to_learner(pair, "pair-accepted")])


def _tell_of_ending(session: Session, *, pair: LearningPair, **_: Any) -> None:
    cancel(session, [f"pair-ask:{pair.id}:", f"pair-invited:{pair.id}"])
    queue(session, [_to_learner(pair, "pair-ended")])


def _ask_to_recall(session: Session, *, round: RecallRound, **_: Any) -> None:
    person = round.person
    language = mail_language(person.language)
    stop = f"/recall-stop/{sign(Purpose.STOP_RECALL, person.id)}"
    message = compose(
        "recall", language, path=f"/recall/{sign(Purpose.RECALL, round.id)}", name=person.given_name,
        count=str(len(round.items)), small_print=[Link(STOP[language], stop)],
    )  # fmt: skip
    letter = Letter(
        person, message, "recall", f"recall:{round.id}", not_before=morning(round.due_on), is_private=True,
        stop_path=stop,
    )  # fmt: skip
    queue(session, [letter])


def _forget_question(session: Session, *, follow_up: FollowUp, **_: Any) -> None:
    cancel(session, [f"follow-up:{follow_up.id}"])


def _tell_manager(session: Session, *, note: ManagerNote, words: str, **_: Any) -> None:
    enrolment, manager = note.enrolment, note.manager
    titles = enrolment.version.titles
    message = compose(
        "manager-note", manager.language, path=f"/courses/{enrolment.course.slug}", name=manager.given_name,
        other=enrolment.person.name, title=str(titles.get(enrolment.language) or next(iter(titles.values()), "")),
        quote=words,
    )  # fmt: skip
    queue(session, [Letter(manager, message, "manager-note", f"manager-note:{note.id}", is_private=True)])


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    pair_invited.connect(_tell_partner)
    pair_accepted.connect(_tell_learner)
    pair_ended.connect(_tell_of_ending)
    recall_round_made.connect(_ask_to_recall)
    follow_up_answered.connect(_forget_question)
    manager_note_sent.connect(_tell_manager)
