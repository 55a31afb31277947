"""Exemptions and recognition of prior learning: asked for with a reason, decided by HR, in force until ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.catalogue.models import Course
from learning.database import insert_once
from learning.paths.models import Recognition, RecognitionKind
from learning.paths.signals import recognition_decided
from learning.tidying import paragraphs

LONGEST_TEXT = 4000


class InvalidRecognition(ValueError):
    """No reason, no evidence of what was learnt before, a text that is too long, or a last day in the past."""


class OwnRecognition(Exception):
    """Nobody decides what concerns themselves."""


class AlreadyDecided(Exception):
    """Somebody else has decided it, or it has ended, meanwhile."""


def _loaded() -> tuple[Any, ...]:
    return (
        joinedload(Recognition.person, innerjoin=True),
        joinedload(Recognition.asked_by),
        joinedload(Recognition.decided_by),
        joinedload(Recognition.course, innerjoin=True).joinedload(Course.current_version),
    )


def _text(text: str) -> str:
    text = paragraphs(text)
    if len(text) > LONGEST_TEXT:
        raise InvalidRecognition("too long")
    return text


def ask(
    session: Session,
    agency_id: int,
    person_id: int,
    course_id: int,
    kind: RecognitionKind,
    *,
    reason: str,
    evidence: str = "",
    actor_id: int,
) -> Recognition:
    """Ask that somebody need not take a course. One that waits or is in force already is given back as it is.

    What was learnt before takes evidence; an exemption only a reason. Raises InvalidRecognition.
    """
    reason, evidence = _text(reason), _text(evidence)
    if not reason:
        raise InvalidRecognition("reason")
    if kind is RecognitionKind.PRIOR_LEARNING and not evidence:
        raise InvalidRecognition("evidence")
    new = insert_once(
        session,
        Recognition,
        agency_id=agency_id,
        person_id=person_id,
        course_id=course_id,
        kind=kind,
        reason=reason,
        evidence=evidence,
        asked_at=clock.now(),
        asked_by_id=actor_id,
        answer="",
    )
    found = session.scalars(
        select(Recognition)
        .options(*_loaded())
        .where(
            Recognition.agency_id == agency_id,
            Recognition.person_id == person_id,
            Recognition.course_id == course_id,
            Recognition.ended_at.is_(None),
            Recognition.granted.is_not(False),
        )
    ).one()
    if new:
        _record(session, found, "recognition.asked", actor_id)
    return found


def _record(session: Session, found: Recognition, action: str, actor_id: int, **detail: object) -> None:
    audit.record(
        session,
        action,
        subject_type="person",
        subject_id=found.person_id,
        actor_id=actor_id,
        agency_id=found.agency_id,
        course=found.course.slug,
        kind=found.kind.value,
        **detail,
    )


def decide(
    session: Session,
    found: Recognition,
    *,
    granted: bool,
    answer: str = "",
    valid_until: date | None = None,
    actor_id: int,
) -> None:
    """Grant or refuse it. A refusal needs words that say why.

    Raises OwnRecognition, AlreadyDecided or InvalidRecognition; then nothing has changed.
    """
    if found.person_id == actor_id:
        raise OwnRecognition
    session.refresh(found, ["granted", "decided_at", "ended_at"], with_for_update=True)
    if found.decided_at is not None:
        raise AlreadyDecided
    answer = _text(answer)
    if not granted and not answer:
        raise InvalidRecognition("answer")
    if granted and valid_until is not None and valid_until < clock.today():
        raise InvalidRecognition("valid_until")
    found.granted, found.decided_at, found.decided_by_id = granted, clock.now(), actor_id
    found.answer, found.valid_until = answer, valid_until if granted else None
    _record(session, found, "recognition.granted" if granted else "recognition.refused", actor_id)
    session.flush()
    recognition_decided.send(session, recognition=found)


def end(session: Session, found: Recognition, *, actor_id: int) -> None:
    """Take back what was granted: from now the course is asked of them again. Ending it twice changes nothing."""
    session.refresh(found, ["granted", "ended_at"], with_for_update=True)
    if not found.granted:
        raise AlreadyDecided
    if found.ended_at is not None:
        return
    found.ended_at = clock.now()
    _record(session, found, "recognition.ended", actor_id)
    session.flush()
    recognition_decided.send(session, recognition=found)


def in_agency(session: Session, agency_id: int, *, waiting: bool) -> Sequence[Recognition]:
    """Those that wait for a decision, oldest first; or those decided, newest first, at most 500."""
    order = (
        (Recognition.asked_at, Recognition.id) if waiting else (Recognition.decided_at.desc(), Recognition.id.desc())
    )
    return session.scalars(
        select(Recognition)
        .options(*_loaded())
        .where(
            Recognition.agency_id == agency_id,
            Recognition.decided_at.is_(None) if waiting else Recognition.decided_at.is_not(None),
        )
        .order_by(*order)
        .limit(500)
    ).all()


def of_person(session: Session, person_id: int, agency_id: int | None = None) -> Sequence[Recognition]:
    """The person's own, newest first; in one agency or all."""
    statement = (
        select(Recognition)
        .options(*_loaded())
        .where(Recognition.person_id == person_id)
        .order_by(Recognition.id.desc())
    )
    if agency_id is not None:
        statement = statement.where(Recognition.agency_id == agency_id)
    return session.scalars(statement).all()


def one_in(session: Session, agency_id: int, recognition_id: int) -> Recognition | None:
    """One of the agency's; None for another agency's."""
    return session.scalar(
        select(Recognition)
        .options(*_loaded())
        .where(Recognition.id == recognition_id, Recognition.agency_id == agency_id)
    )
