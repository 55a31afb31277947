"""Everything the system holds about a learner, as plain values: for the learner alone."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from learning.access.linking import links_of
from learning.certificates.listing import for_person as certificates_of
from learning.competences import holdings
from learning.culture import answering
from learning.development import own_data as development
from learning.needs import mine as planning
from learning.organisation.models import Person, Position
from learning.portfolio.taking_in import in_own_data as brought_in
from learning.programmes import mine
from learning.progress import overview
from learning.progress.models import Attempt, Response
from learning.sealing import unseal_or_nothing


def _number(value: Decimal | None) -> str | None:
    return str(value) if value is not None else None


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def gather(session: Session, person: Person) -> dict[str, Any]:
    """The person's positions, connected sign-ins, courses, answers, attempts, development and
    certificates. Times are ISO 8601 in UTC, scores decimal numbers of per cent or points as text.
    """
    progress = overview.for_person(session, person.id)
    enrolments = [each.enrolment.id for each in progress]
    positions = session.scalars(
        select(Position)
        .options(joinedload(Position.agency, innerjoin=True), joinedload(Position.unit, innerjoin=True))
        .where(Position.person_id == person.id)
        .order_by(Position.starts_on, Position.id)
    )
    responses = session.scalars(
        select(Response).where(Response.enrolment_id.in_(enrolments)).order_by(Response.id)
    ).all()
    attempts = session.scalars(
        select(Attempt)
        .options(selectinload(Attempt.answers))
        .where(Attempt.enrolment_id.in_(enrolments))
        .order_by(Attempt.id)
    )
    return {
        "person": {"name": person.name, "email": person.email, "language": person.language},
        "positions": [
            {
                "agency": each.agency.name,
                "unit": each.unit.name,
                "title": each.title,
                "level": each.level.value,
                "starts_on": each.starts_on.isoformat(),
                "ends_on": each.ends_on.isoformat() if each.ends_on else None,
            }
            for each in positions
        ],
        "sign_ins": [
            {"provider": each.provider.name, "agency": each.provider.agency.name, "linked_at": _time(each.linked_at)}
            for each in links_of(session, person.id)
        ],
        "courses": [
            {
                "enrolment": each.enrolment.id,
                "course": each.course_slug,
                "title": each.title,
                "version": each.enrolment.version.digest,
                "started_at": _time(each.enrolment.started_at),
                "completed_at": _time(each.completion.completed_at) if each.completion else None,
                "score_percent": _number(each.completion.score_percent) if each.completion else None,
            }
            for each in progress
        ],
        "responses": [
            {
                "enrolment": each.enrolment_id,
                "at": _time(each.at),
                "lesson": each.lesson_id,
                "activity": each.activity_id,
                "answer": unseal_or_nothing(each.answer),
            }
            for each in responses
        ],
        "attempts": [
            {
                "enrolment": each.enrolment_id,
                "number": each.number,
                "started_at": _time(each.started_at),
                "submitted_at": _time(each.submitted_at),
                "score_percent": _number(each.score_percent),
                "passed": each.passed,
                "answers": {answer.item_id: answer.answer for answer in each.answers},
            }
            for each in attempts
        ],
        "competences": holdings.in_own_data(session, person.id),
        "competence_planning": planning.in_own_data(session, person.id),
        "brought_badges": brought_in(session, person.id),
        "programmes": mine.in_own_data(session, person.id),
        "culture_campaigns": answering.in_own_data(session, person.id),
        "development": development.in_own_data(session, person.id),
        "certificates": [
            {
                "serial": each.serial,
                "code": each.code,
                "issued_at": _time(each.issued_at),
                "revoked": each.revocation is not None,
            }
            for each in certificates_of(session, person.id)
        ],
    }
