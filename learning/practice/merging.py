"""When two accounts of one person become one: plans, promises, recall, pairs and notes come along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.merging import PersonColumns, move_columns
from learning.organisation.models import Person
from learning.practice.models import FollowUp, LearningPair, MailChoice, ManagerNote, PairStatus, RecallRound
from learning.practice.pairs import OPEN

COLUMNS = PersonColumns(
    moved=(FollowUp.person_id, ManagerNote.manager_id),
    by_rule=(RecallRound.person_id, MailChoice.person_id, LearningPair.person_id, LearningPair.partner_id),
)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, Any]:
    """All of it; what the learner has said no to, as they said last."""
    rounds = _move_rounds(session, kept, merged)
    _take_newest_choice(session, kept, merged)
    pairs = _end_own_pairs(session, kept, merged)
    return {
        **move_columns(session, COLUMNS.moved, kept, merged),
        **move_columns(session, [LearningPair.person_id], kept, merged),
        **_move_partners(session, kept, merged, pairs),
        **({"recall_round.person_id": rounds} if rounds else {}),
    }


def _move_rounds(session: Session, kept: Person, merged: Person) -> int:
    """A person has one round a day: where both have one, the merged account's goes to the nearest free day before."""
    taken = set(session.scalars(select(RecallRound.due_on).where(RecallRound.person_id == kept.id)))
    rounds = session.scalars(
        select(RecallRound).where(RecallRound.person_id == merged.id).order_by(RecallRound.due_on)
    ).all()
    for each in rounds:
        day = each.due_on
        while day in taken:
            day -= timedelta(days=1)
        taken.add(day)
        each.person_id, each.due_on = kept.id, day
        session.flush()
    return len(rounds)


def _take_newest_choice(session: Session, kept: Person, merged: Person) -> None:
    theirs, mine = session.get(MailChoice, merged.id), session.get(MailChoice, kept.id)
    if theirs is None:
        return
    if mine is None or theirs.changed_at > mine.changed_at:
        if mine is not None:
            session.delete(mine)
            session.flush()
        move_columns(session, [MailChoice.person_id], kept, merged)
        session.expire(theirs)
    else:
        session.delete(theirs)
        session.flush()


def _end_own_pairs(session: Session, kept: Person, merged: Person) -> list[int]:
    """Pairs of the two accounts: nobody is their own partner. The merged account stays as the other side."""
    pairs = session.scalars(
        select(LearningPair).where(
            or_(
                and_(LearningPair.person_id == kept.id, LearningPair.partner_id == merged.id),
                and_(LearningPair.person_id == merged.id, LearningPair.partner_id == kept.id),
            )
        )
    ).all()
    for each in pairs:
        each.person_id, each.partner_id = kept.id, merged.id
        if each.status in OPEN:
            each.status, each.ended_at = PairStatus.ENDED, clock.now()
    session.flush()
    return [each.id for each in pairs]


def _move_partners(session: Session, kept: Person, merged: Person, own: list[int]) -> dict[str, int]:
    pairs = session.scalars(
        select(LearningPair).where(LearningPair.partner_id == merged.id, LearningPair.id.not_in(own))
    ).all()
    for each in pairs:
        each.partner_id = kept.id
    session.flush()
    return {"learning_pair.partner_id": len(pairs)} if pairs else {}
