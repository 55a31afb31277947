"""Contesting a level: goes to the line manager and HR, and is answered in words. The level follows the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.competences import noting
from learning.competences.evidence_models import CompetenceLevel, Contest
from learning.competences.models import Competence
from learning.competences.signals import contest_answered, contest_made
from learning.database import insert_once
from learning.organisation.holding import held_on
from learning.organisation.models import Position
from learning.practice.manager_notes import own_manager
from learning.progress.completing import current_position
from learning.tidying import paragraphs

LONGEST = 2_000
MOST = 200


class CannotContest(Exception):
    """The person holds no position, so nobody would answer."""


class OwnContest(Exception):
    """Nobody answers what they have contested themselves."""


class AlreadyAnswered(Exception):
    """Somebody else has answered meanwhile."""


def _loaded() -> tuple[Any, ...]:
    return (
        joinedload(Contest.person, innerjoin=True),
        joinedload(Contest.answered_by),
        joinedload(Contest.agency, innerjoin=True),
        joinedload(Contest.competence, innerjoin=True).joinedload(Competence.framework, innerjoin=True),
    )


def _words(text: str) -> str:
    text = paragraphs(text)
    if not text or len(text) > LONGEST:
        raise ValueError(f"write some words, at most {LONGEST} characters")
    return text


def contest(session: Session, person_id: int, competence_id: int, words: str) -> Contest:
    """Say that one's level is wrong. While one is open it is given back as it is. Raises CannotContest, ValueError."""
    words = _words(words)
    position = current_position(session, person_id)
    if position is None:
        raise CannotContest
    kept = session.get(CompetenceLevel, (person_id, competence_id))
    new = insert_once(
        session,
        Contest,
        person_id=person_id,
        competence_id=competence_id,
        agency_id=position.agency_id,
        level=kept.level if kept else 0,
        words=words,
        at=clock.now(),
    )
    found = session.scalars(
        select(Contest)
        .options(*_loaded())
        .where(
            Contest.person_id == person_id, Contest.competence_id == competence_id, Contest.answered_at.is_(None)
        )
    ).one()  # fmt: skip
    if new:
        noting.note(session, "competence.contested", found, person_id)
        contest_made.send(session, contest=found, manager=own_manager(session, person_id))
    return found


def answer(session: Session, found: Contest, words: str, *, actor_id: int) -> None:
    """Answer in words. Raises OwnContest, AlreadyAnswered or ValueError; then nothing has changed."""
    if found.person_id == actor_id:
        raise OwnContest
    words = _words(words)
    session.refresh(found, ["answered_at"], with_for_update=True)
    if found.answered_at is not None:
        raise AlreadyAnswered
    found.answer, found.answered_at, found.answered_by_id = words, clock.now(), actor_id
    noting.note(session, "competence.contest-answered", found, actor_id)
    session.flush()
    contest_answered.send(session, contest=found)


def of_person(session: Session, person_id: int, competence_id: int) -> Sequence[Contest]:
    """The person's own about a competence, newest first."""
    return session.scalars(
        select(Contest)
        .options(*_loaded())
        .where(Contest.person_id == person_id, Contest.competence_id == competence_id)
        .order_by(Contest.id.desc())
    ).all()


def in_agency(session: Session, agency_id: int, *, waiting: bool) -> Sequence[Contest]:
    """Those that wait, oldest first; or those answered, newest first."""
    order = (Contest.id,) if waiting else (Contest.answered_at.desc(), Contest.id.desc())
    return session.scalars(
        select(Contest)
        .options(*_loaded())
        .where(
            Contest.agency_id == agency_id,
            Contest.answered_at.is_(None) if waiting else Contest.answered_at.is_not(None),
        )
        .order_by(*order)
        .limit(MOST)
    ).all()


def one_in(session: Session, agency_id: int, contest_id: int) -> Contest | None:
    return session.scalar(
        select(Contest).options(*_loaded()).where(Contest.id == contest_id, Contest.agency_id == agency_id)
    )


def _led_by(manager_id: int) -> Any:
    return (
        select(Position.id)
        .where(
            Position.reports_to_id == manager_id, Position.person_id == Contest.person_id,
            Position.agency_id == Contest.agency_id, held_on(clock.today()),
        )
        .exists()
    )  # fmt: skip


def of_team(session: Session, manager_id: int) -> Sequence[Contest]:
    """The open ones of those who report to the manager today, oldest first."""
    return session.scalars(
        select(Contest)
        .options(*_loaded())
        .where(Contest.answered_at.is_(None), _led_by(manager_id))
        .order_by(Contest.id)
        .limit(MOST)
    ).all()


def one_of_team(session: Session, manager_id: int, contest_id: int) -> Contest | None:
    return session.scalar(select(Contest).options(*_loaded()).where(Contest.id == contest_id, _led_by(manager_id)))
