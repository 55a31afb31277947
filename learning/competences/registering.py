"""What a manager or HR registers: months in another job, and evidence that must no longer count."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.competences import keeping, noting
from learning.competences.evidence_models import Evidence
from learning.competences.levels import EvidenceKind, years_after
from learning.competences.models import Competence
from learning.sealing import seal_text

LONGEST = 500
OLDEST = 5  # years back; older would not count


class InvalidPlacement(ValueError):
    """The last day is to come, or so far back that it would not count."""


class OwnCompetence(Exception):
    """Nobody registers what they have done themselves."""


def add_placement(
    session: Session,
    person_id: int,
    competence_ids: Collection[int],
    *,
    ended_on: date,
    words: str,
    agency_id: int,
    actor_id: int,
    key: str,
) -> bool:
    """Register that somebody has worked in another job and what it trained; whether it was new. ``key`` once.

    Raises OwnCompetence or InvalidPlacement.
    """
    if person_id == actor_id:
        raise OwnCompetence
    if not years_after(clock.today(), -OLDEST) < ended_on <= clock.today():
        raise InvalidPlacement
    new = keeping.add(
        session,
        person_id,
        competence_ids,
        EvidenceKind.MOBILITY,
        source=f"mobility:{key}",
        origin=f"mobility:{key}",
        happened_on=ended_on,
        agency_id=agency_id,
        by_id=actor_id,
        words=seal_text(words),
    )
    if new:
        codes = session.scalars(
            select(Competence.code).where(Competence.id.in_(competence_ids)).order_by(Competence.id)
        )
        audit.record(
            session, "competence.placement", subject_type="person", subject_id=person_id, actor_id=actor_id,
            agency_id=agency_id, competence=", ".join(codes),
        )  # fmt: skip
    return new


def of_agency(session: Session, agency_id: int, person_id: int) -> Sequence[Evidence]:
    """The person's evidence that comes from the agency and counts or has counted, newest first."""
    return session.scalars(
        select(Evidence)
        .options(joinedload(Evidence.competence, innerjoin=True), joinedload(Evidence.by))
        .where(Evidence.person_id == person_id, Evidence.agency_id == agency_id, Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.happened_on.desc(), Evidence.id.desc())
    ).all()


def one_of_agency(session: Session, agency_id: int, person_id: int, evidence_id: int) -> Evidence | None:
    return session.scalar(
        select(Evidence)
        .options(joinedload(Evidence.competence, innerjoin=True))
        .where(Evidence.id == evidence_id, Evidence.person_id == person_id, Evidence.agency_id == agency_id)
    )


def withdraw(session: Session, found: Evidence, reason: str, *, actor_id: int) -> bool:
    """Take evidence back with a reason that the person sees; whether it still counted. Raises OwnCompetence."""
    if found.person_id == actor_id:
        raise OwnCompetence
    if not keeping.withdraw(session, found, reason):
        return False
    noting.note(session, "competence.evidence-withdrawn", found, actor_id, reason=reason)
    return True
