"""Learning pairs: a colleague whom one chooses, who sees only what one shares, and is reminded to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from learning import clock
from learning.activities.registry import activity_type
from learning.catalogue.document import Activity
from learning.catalogue.store import load_document
from learning.database import insert_once
from learning.organisation.people import member
from learning.practice.models import LearningPair, PairStatus, SharedAnswer
from learning.practice.signals import pair_accepted, pair_ended, pair_invited
from learning.progress.answering import latest_answers
from learning.progress.completing import current_position
from learning.progress.models import Enrolment

OPEN = (PairStatus.INVITED, PairStatus.ACTIVE)


class CannotPair(Exception):
    """The invitation was not sent; ``reason`` says why: "no-position", "unknown", "self" or "taken"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Shown:
    """An answer that the partner may read, in plain words."""

    title: str  # of the lesson it stands in
    activity: Activity
    words: str


def open_pair(session: Session, enrolment_id: int) -> LearningPair | None:
    """The enrolment's pair that is waiting for an answer or under way."""
    return session.scalar(
        select(LearningPair)
        .options(joinedload(LearningPair.partner, innerjoin=True), selectinload(LearningPair.shared))
        .where(LearningPair.enrolment_id == enrolment_id, LearningPair.status.in_(OPEN))
    )


def pairs_of(session: Session, person_id: int) -> Sequence[LearningPair]:
    """The open pairs that a person takes part in, on either side; the newest first."""
    return session.scalars(
        select(LearningPair)
        .options(
            joinedload(LearningPair.person, innerjoin=True),
            joinedload(LearningPair.partner, innerjoin=True),
            joinedload(LearningPair.enrolment, innerjoin=True),
            selectinload(LearningPair.shared),
        )
        .where(
            or_(LearningPair.person_id == person_id, LearningPair.partner_id == person_id),
            LearningPair.status.in_(OPEN),
        )
        .order_by(LearningPair.id.desc())
    ).all()


def pair_for(session: Session, pair_id: int, person_id: int, *, lock: bool = False) -> LearningPair | None:
    """A pair that the person takes part in, on either side; a closed one only the learner may see."""
    statement = (
        select(LearningPair)
        .options(
            joinedload(LearningPair.person, innerjoin=True),
            joinedload(LearningPair.partner, innerjoin=True),
            joinedload(LearningPair.enrolment, innerjoin=True),
            selectinload(LearningPair.shared),
        )
        .where(LearningPair.id == pair_id)
    )
    found = session.scalar(statement.with_for_update(of=LearningPair) if lock else statement)
    if found is None or person_id not in (found.person_id, found.partner_id):
        return None
    return found if found.status in OPEN or found.person_id == person_id else None


def invite(session: Session, enrolment: Enrolment, email: str) -> LearningPair:
    """Ask a colleague in one's own agency to be one's partner for the course. Raises CannotPair."""
    position = current_position(session, enrolment.person_id)
    if position is None:
        raise CannotPair("no-position")
    partner = member(session, position.agency_id, email)
    if partner is None:
        raise CannotPair("unknown")
    if partner.id == enrolment.person_id:
        raise CannotPair("self")
    new = insert_once(
        session,
        LearningPair,
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        partner_id=partner.id,
        agency_id=position.agency_id,
        status=PairStatus.INVITED,
        invited_at=clock.now(),
    )
    pair = open_pair(session, enrolment.id)
    if pair is None or (not new and pair.partner_id != partner.id):
        raise CannotPair("taken")
    if new:
        pair_invited.send(session, pair=pair)
    return pair


def respond(session: Session, pair: LearningPair, accepted: bool) -> None:
    """The partner says yes or no; saying it twice changes nothing."""
    if pair.status is not PairStatus.INVITED:
        return
    pair.status = PairStatus.ACTIVE if accepted else PairStatus.DECLINED
    pair.answered_at = clock.now()
    session.flush()
    (pair_accepted if accepted else pair_ended).send(session, pair=pair)


def end(session: Session, pair: LearningPair) -> None:
    """Either of the two ends it; from then on the partner sees nothing."""
    if pair.status not in OPEN:
        return
    pair.status = PairStatus.ENDED
    pair.ended_at = clock.now()
    session.flush()
    pair_ended.send(session, pair=pair)


def can_be_shared(session: Session, enrolment: Enrolment) -> list[Shown]:
    """The learner's own private answers that may be shown to a partner, in the course's order.

    Reflections are never among them: they are for the learner alone.
    """
    text = load_document(session, enrolment.version_id).text(enrolment.language)
    answers = latest_answers(session, enrolment.id, text)
    found = []
    for lesson in text.lessons:
        for activity in lesson.activities:
            kind = activity_type(activity.type)
            if kind.is_private and activity.type != "reflect" and activity.id in answers:
                words = kind.in_words(activity.data, answers[activity.id])
                if words:
                    found.append(Shown(lesson.title, activity, words))
    return found


def share(session: Session, pair: LearningPair, activity_ids: Sequence[str]) -> None:
    """Let the partner read exactly these of the answers that can be shared; others are taken back."""
    allowed = {each.activity.id for each in can_be_shared(session, pair.enrolment)}
    wanted = allowed & set(activity_ids)
    for each in list(pair.shared):
        if each.activity_id not in wanted:
            session.delete(each)
    known = {each.activity_id for each in pair.shared}
    for activity_id in sorted(wanted - known):
        insert_once(session, SharedAnswer, pair_id=pair.id, activity_id=activity_id, shared_at=clock.now())
    session.flush()
    session.expire(pair, ["shared"])


def shown_to_partner(session: Session, pair: LearningPair) -> list[Shown]:
    """What the partner may read now: nothing before they have said yes, and nothing after the pair has ended."""
    if pair.status is not PairStatus.ACTIVE:
        return []
    shared = {each.activity_id for each in pair.shared}
    return [each for each in can_be_shared(session, pair.enrolment) if each.activity.id in shared]
