"""Mails about competences: somebody is asked to confirm one, has answered, or contests a level."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning.competences import published
from learning.competences.evidence_models import ConfirmationRequest, Contest, RequestStatus
from learning.competences.models import Competence
from learning.competences.signals import (
    confirmation_answered,
    confirmation_requested,
    contest_answered,
    contest_made,
)
from learning.notifications.messages import compose, mail_language
from learning.notifications.outbox import Letter, cancel, queue
from learning.organisation.models import Person


def _name_of(session: Session, competence: Competence, language: str) -> str:
    version_id = competence.framework.current_version_id
    plan = published.load_plan(session, version_id).competence(competence.code) if version_id is not None else None
    title = published.text_in(plan.titles, mail_language(language)) if plan is not None else ""
    return f"{competence.code} {title}".strip()


def _letter(
    session: Session, to: Person, other: str, competence: Competence, agency_id: int, kind: str, key: str, path: str
) -> Letter:
    message = compose(
        kind, to.language, path=path, name=to.given_name, other=other, code=competence.code,
        competence=_name_of(session, competence, to.language),
    )  # fmt: skip
    return Letter(to, message, kind, f"{kind}:{key}:", agency_id)


def _ask(session: Session, *, request: ConfirmationRequest, **_: Any) -> None:
    letter = _letter(
        session, request.asked, request.person.name, request.competence, request.agency_id, "confirmation-asked",
        str(request.id), f"/confirmations/{request.id}",
    )  # fmt: skip
    queue(session, [letter])


def _tell_of_answer(session: Session, *, request: ConfirmationRequest, **_: Any) -> None:
    cancel(session, [f"confirmation-asked:{request.id}:"])
    kinds = {RequestStatus.CONFIRMED: "confirmation-given", RequestStatus.DECLINED: "confirmation-declined"}
    kind = kinds.get(request.status)
    if kind is None:
        return
    letter = _letter(
        session, request.person, request.asked.name, request.competence, request.agency_id, kind, str(request.id),
        f"/my/competences/{request.competence_id}",
    )  # fmt: skip
    queue(session, [letter])


def _tell_manager(session: Session, *, contest: Contest, manager: Person | None, **_: Any) -> None:
    if manager is None:
        return
    letter = _letter(
        session, manager, contest.person.name, contest.competence, contest.agency_id, "level-contested",
        str(contest.id), f"/team/contested-levels/{contest.id}",
    )  # fmt: skip
    queue(session, [letter])


def _tell_of_contest(session: Session, *, contest: Contest, **_: Any) -> None:
    cancel(session, [f"level-contested:{contest.id}:"])
    other = session.get_one(Person, contest.answered_by_id) if contest.answered_by_id else contest.person
    letter = _letter(
        session, contest.person, other.name, contest.competence, contest.agency_id, "contest-answered",
        str(contest.id), f"/my/competences/{contest.competence_id}",
    )  # fmt: skip
    queue(session, [letter])


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    confirmation_requested.connect(_ask)
    confirmation_answered.connect(_tell_of_answer)
    contest_made.connect(_tell_manager)
    contest_answered.connect(_tell_of_contest)
