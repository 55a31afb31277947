"""What happens to somebody's competences, written into the audit trail of the agency that it concerns."""

from __future__ import annotations

from sqlalchemy.orm import Session

from learning.access import audit
from learning.competences.evidence_models import ConfirmationRequest, Contest, Evidence


def note(
    session: Session, action: str, about: ConfirmationRequest | Contest | Evidence, actor_id: int, **detail: str
) -> None:
    audit.record(
        session, action, subject_type="person", subject_id=about.person_id, actor_id=actor_id,
        agency_id=about.agency_id, competence=about.competence.code, **detail,
    )  # fmt: skip
