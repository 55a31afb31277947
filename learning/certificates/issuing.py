"""Issuing and revoking certificates."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.catalogue.store import load_document
from learning.certificates.models import Certificate, CertificateRevocation
from learning.certificates.signals import certificate_issued, certificate_revoked
from learning.database import insert_once
from learning.progress.models import Completion

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without letters and digits that look alike
CODE_LENGTH = 20  # 31^20, about 99 bits: not to be guessed


def new_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def issue(session: Session, completion: Completion) -> Certificate:
    """The certificate of a completion, with a snapshot of what it says; the same one when issued before."""
    existing = session.scalar(select(Certificate).where(Certificate.completion_id == completion.id))
    if existing is not None:
        return existing
    document = load_document(session, completion.version_id)
    text = document.text(completion.language)
    day = completion.completed_at.astimezone(clock.OSLO).date()
    content: dict[str, Any] = {
        "name": completion.person.name,
        "course": completion.course_title,
        "course_id": document.id,
        "version": completion.version.number,
        "outcomes": [outcome.text for outcome in text.outcomes],
        "minutes": completion.minutes,
        "score_percent": str(completion.score_percent)
        if document.show_score and completion.score_percent is not None
        else None,
        "agency": completion.agency.name if completion.agency else None,
        "completed_on": day.isoformat(),
    }
    certificate = Certificate(
        completion_id=completion.id,
        person_id=completion.person_id,
        code=new_code(),
        serial=f"HR-{day.year}-{completion.id:06d}",
        language=completion.language,
        content=content,
    )
    session.add(certificate)
    session.flush()
    certificate_issued.send(session, certificate=certificate)
    return certificate


def revoke(session: Session, certificate: Certificate, reason: str, actor_id: int) -> bool:
    """Revoke a certificate; False when it was revoked already. Raises ValueError without a reason.

    The completion stays: it is a fact. What is withdrawn is the agency's word for it.
    """
    reason = " ".join(reason.replace("\x00", "").split())
    if not 5 <= len(reason) <= 500:
        raise ValueError("a reason has 5 to 500 characters")
    now = clock.now()
    new = insert_once(
        session, CertificateRevocation, certificate_id=certificate.id, revoked_by_id=actor_id, reason=reason,
        revoked_at=now,
    )  # fmt: skip
    if new:
        audit.record(
            session, "certificate.revoked", subject_type="certificate", subject_id=certificate.serial,
            actor_id=actor_id, agency_id=certificate.completion.agency_id, person=certificate.person_id, reason=reason,
        )  # fmt: skip
        session.expire(certificate, ["revocation"])
        certificate_revoked.send(session, revocation=certificate.revocation)
    return new
