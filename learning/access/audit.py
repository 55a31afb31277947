"""The audit trail: one line for each thing that somebody did to the agency's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from learning.access.models import AuditEvent
from learning.database import table_of


def record(
    session: Session,
    action: str,
    *,
    subject_type: str,
    subject_id: object,
    actor_id: int | None,
    agency_id: int | None,
    **detail: Any,
) -> AuditEvent:
    """Write an audit event in the caller's transaction. ``detail`` holds JSON-safe values, never answers."""
    event = AuditEvent(
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        actor_id=actor_id,
        agency_id=agency_id,
        detail=detail,
    )
    session.add(event)
    return event


def record_many(session: Session, events: Sequence[dict[str, Any]], *, actor_id: int | None, agency_id: int) -> None:
    """Write many audit events in one statement: each with action, subject_type, subject_id and detail."""
    if events:
        rows = [{**each, "actor_id": actor_id, "agency_id": agency_id} for each in events]
        session.execute(insert(table_of(AuditEvent)), rows)
