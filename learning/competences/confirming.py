"""Asking a colleague or one's manager to confirm what one can do; they say which level they have seen, or decline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.frameworks import LEVELS
from learning.competences import keeping, noting
from learning.competences.evidence_models import ConfirmationRequest, Evidence, RequestStatus
from learning.competences.levels import EvidenceKind
from learning.competences.models import Competence
from learning.competences.signals import confirmation_answered, confirmation_requested
from learning.database import insert_once
from learning.organisation.holding import held_on
from learning.organisation.models import Position
from learning.organisation.people import member, works_in
from learning.progress.completing import current_position
from learning.sealing import seal_text
from learning.tidying import paragraphs

LONGEST = 2_000  # characters of what was seen
TAKEN_BACK = "The one who confirmed it has taken it back."


class CannotAsk(Exception):
    """Nobody was asked; ``reason``: "no-position", "unknown" or "self"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotWaiting(Exception):
    """The request has been answered or withdrawn meanwhile."""


def _loaded() -> tuple[Any, ...]:
    return (
        joinedload(ConfirmationRequest.person, innerjoin=True),
        joinedload(ConfirmationRequest.asked, innerjoin=True),
        joinedload(ConfirmationRequest.agency, innerjoin=True),
        joinedload(ConfirmationRequest.competence, innerjoin=True).joinedload(Competence.framework, innerjoin=True),
        joinedload(ConfirmationRequest.evidence),
    )


def leads(session: Session, manager_id: int, person_id: int) -> int | None:
    """The agency in which the person reports to the manager today; None when they do not."""
    return session.scalar(
        select(Position.agency_id)
        .where(
            Position.reports_to_id == manager_id, Position.person_id == person_id, held_on(clock.today()),
        )
        .order_by(Position.starts_on.desc(), Position.id)
        .limit(1)
    )  # fmt: skip


def ask(session: Session, person_id: int, competence_id: int, email: str) -> ConfirmationRequest:
    """Ask somebody in one's own agency. Asking again while it waits gives the same request back. Raises CannotAsk."""
    position = current_position(session, person_id)
    if position is None:
        raise CannotAsk("no-position")
    asked = member(session, position.agency_id, email)
    if asked is None or asked.deactivated_at is not None:
        raise CannotAsk("unknown")
    if asked.id == person_id:
        raise CannotAsk("self")
    new = insert_once(
        session,
        ConfirmationRequest,
        person_id=person_id,
        competence_id=competence_id,
        asked_id=asked.id,
        agency_id=position.agency_id,
        status=RequestStatus.WAITING,
        requested_at=clock.now(),
    )
    found = session.scalars(
        select(ConfirmationRequest)
        .options(*_loaded())
        .where(
            ConfirmationRequest.person_id == person_id,
            ConfirmationRequest.competence_id == competence_id,
            ConfirmationRequest.asked_id == asked.id,
            ConfirmationRequest.status == RequestStatus.WAITING,
        )
    ).one()
    if new:
        confirmation_requested.send(session, request=found)
    return found


def _held(session: Session, found: ConfirmationRequest) -> None:
    session.refresh(found, ["status", "evidence_id"], with_for_update=True)
    if found.status is not RequestStatus.WAITING:
        raise NotWaiting


def confirm(session: Session, found: ConfirmationRequest, level: int, words: str) -> Evidence:
    """Say which level one has seen, and what one saw. Raises NotWaiting, or ValueError for what no form lets through.

    Who leads the person on that day speaks as their manager, others as colleagues.
    """
    words = paragraphs(words)
    if level not in LEVELS or not words or len(words) > LONGEST:
        raise ValueError("a confirmation has a level and some words")
    _held(session, found)
    is_manager = leads(session, found.asked_id, found.person_id) == found.agency_id
    source = f"confirmation:{found.id}"
    keeping.add(
        session,
        found.person_id,
        [found.competence_id],
        EvidenceKind.MANAGER if is_manager else EvidenceKind.COLLEAGUE,
        source=source,
        origin=f"person:{found.asked_id}",
        happened_on=clock.today(),
        level=level,
        agency_id=found.agency_id,
        by_id=found.asked_id,
        words=seal_text(words),
    )
    evidence = session.scalars(select(Evidence).where(Evidence.source_key == f"{source}:{found.competence_id}")).one()
    found.evidence_id = evidence.id
    noting.note(session, "competence.confirmed", found, found.asked_id)
    _close(session, found, RequestStatus.CONFIRMED)
    return evidence


def decline(session: Session, found: ConfirmationRequest) -> None:
    """The one who was asked would rather not. Raises NotWaiting."""
    _held(session, found)
    _close(session, found, RequestStatus.DECLINED)


def withdraw(session: Session, found: ConfirmationRequest) -> None:
    """The one who asked takes the question back. Raises NotWaiting."""
    _held(session, found)
    _close(session, found, RequestStatus.WITHDRAWN)


def take_back(session: Session, found: ConfirmationRequest) -> bool:
    """The one who confirmed takes it back: it counts no more. Whether it still counted."""
    if found.evidence is None or not keeping.withdraw(session, found.evidence, TAKEN_BACK):
        return False
    noting.note(session, "competence.taken-back", found, found.asked_id)
    return True


def _close(session: Session, found: ConfirmationRequest, status: RequestStatus) -> None:
    found.status, found.answered_at = status, clock.now()
    session.flush()
    confirmation_answered.send(session, request=found)


def of_person(session: Session, person_id: int, competence_id: int) -> Sequence[ConfirmationRequest]:
    """Whom the person has asked about a competence, newest first."""
    return session.scalars(
        select(ConfirmationRequest)
        .options(*_loaded())
        .where(ConfirmationRequest.person_id == person_id, ConfirmationRequest.competence_id == competence_id)
        .order_by(ConfirmationRequest.id.desc())
    ).all()


def waiting_for(session: Session, asked_id: int) -> list[ConfirmationRequest]:
    """What waits for the person's answer, oldest first."""
    found = session.scalars(
        select(ConfirmationRequest)
        .options(*_loaded())
        .where(ConfirmationRequest.asked_id == asked_id, ConfirmationRequest.status == RequestStatus.WAITING)
        .order_by(ConfirmationRequest.id)
    ).all()
    return [each for each in found if works_in(session, each.agency_id, asked_id)]


def one_for(session: Session, request_id: int, person_id: int) -> ConfirmationRequest | None:
    """A request that the person made or was asked; None for others, and for who no longer works in that agency."""
    found = session.scalar(
        select(ConfirmationRequest)
        .options(*_loaded())
        .where(
            ConfirmationRequest.id == request_id,
            or_(ConfirmationRequest.asked_id == person_id, ConfirmationRequest.person_id == person_id),
        )
    )
    if found is not None and found.asked_id == person_id and not works_in(session, found.agency_id, person_id):
        return None
    return found
