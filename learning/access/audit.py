"""The audit trail: one line for each thing that somebody did to the agency's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, literal, select
from sqlalchemy.orm import Session

from learning.access.models import AuditEvent, AuditMention


def _people(subject_type: str, subject_id: object, detail: dict[str, Any]) -> set[int]:
    """Whom an event is about: its subject, and those whose ids stand in its detail as ``person`` or ``people``."""
    people = detail.get("people")
    found = [detail.get("person"), *(people if isinstance(people, (list, tuple)) else [])]
    if subject_type == "person":
        found.append(int(str(subject_id)))
    return {each for each in found if isinstance(each, int)}


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
    """Write an audit event in the caller's transaction. ``detail`` holds JSON-safe values, never answers.

    Ids of other people whom it is about go under ``person`` or ``people``: the trail can then be searched for them.
    A new action needs its sentence in ``administration/trail_wording.py``.
    """
    event = AuditEvent(
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        actor_id=actor_id,
        agency_id=agency_id,
        detail=detail,
        mentions=[AuditMention(person_id=each) for each in sorted(_people(subject_type, subject_id, detail))],
    )
    session.add(event)
    return event


def mention(session: Session, event: AuditEvent, people: Select[int]) -> None:
    """Note that an event is about these people too, however many they are: in one statement."""
    session.flush()
    found = people.distinct().subquery("about")
    session.execute(
        insert(AuditMention).from_select(["event_id", "person_id"], select(literal(event.id), found.c[0])),
        execution_options={"synchronize_session": False},
    )


def record_many(session: Session, events: Sequence[dict[str, Any]], *, actor_id: int | None, agency_id: int) -> None:
    """Write many audit events in few statements: each with action, subject_type, subject_id and detail."""
    if not events:
        return
    rows = [{**each, "actor_id": actor_id, "agency_id": agency_id} for each in events]
    # What was written tells whom it is about, so the order it comes back in makes no difference.
    told = (AuditEvent.id, AuditEvent.subject_type, AuditEvent.subject_id, AuditEvent.detail)
    mentions = [
        {"event_id": event_id, "person_id": person_id}
        for event_id, *about in session.execute(insert(AuditEvent).returning(*told), rows)
        for person_id in sorted(_people(*about))
    ]
    if mentions:
        session.execute(insert(AuditMention), mentions)
