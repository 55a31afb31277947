"""The outbox: queueing, cancelling, and the SQL of this room."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.database import insert_once
from learning.notifications.messages import Message
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person

WAITS = (1, 5, 30, 120)  # minutes before the second, third, ... try; then it is given up
CLAIM = timedelta(minutes=5)


def queue(
    session: Session,
    person: Person,
    message: Message,
    *,
    kind: str,
    dedupe_key: str,
    agency_id: int | None = None,
    not_before: datetime | None = None,
) -> bool:
    """Put a mail in the outbox, once for each ``dedupe_key``; whether it is new."""
    now = clock.now()
    return insert_once(
        session,
        OutboxMessage,
        dedupe_key=dedupe_key,
        kind=kind,
        agency_id=agency_id,
        person_id=person.id,
        to_address=person.email,
        language=message.language,
        subject=message.subject,
        text_body=message.text,
        html_body=message.html,
        message_id=f"{secrets.token_hex(16)}@handlingsrom",
        created_at=now,
        not_before=not_before or now,
        tries=0,
    )


def cancel(session: Session, dedupe_prefixes: Sequence[str]) -> int:
    """Cancel mails that wait and whose key begins with one of the prefixes; how many."""
    cancelled = 0
    for prefix in dedupe_prefixes:
        result = session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.dedupe_key.startswith(prefix, autoescape=True),
                OutboxMessage.sent_at.is_(None),
                OutboxMessage.failed_at.is_(None),
                OutboxMessage.cancelled_at.is_(None),
            )
            .values(cancelled_at=clock.now())
        )
        cancelled += result.rowcount  # type: ignore[attr-defined]
    return cancelled


def claim_next(session: Session) -> OutboxMessage | None:
    """The next mail that is due, claimed for some minutes: if this worker dies, another takes it after that."""
    message = session.scalar(
        select(OutboxMessage)
        .where(
            OutboxMessage.sent_at.is_(None),
            OutboxMessage.failed_at.is_(None),
            OutboxMessage.cancelled_at.is_(None),
            OutboxMessage.not_before <= clock.now(),
        )
        .order_by(OutboxMessage.not_before, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if message is not None:
        message.not_before = clock.now() + CLAIM
        message.tries += 1
    return message


def note_failure(message: OutboxMessage, reason: str) -> None:
    """Set the next try, or give up after the last."""
    message.last_error = reason[:500]
    if message.tries > len(WAITS):
        message.failed_at = clock.now()
    else:
        message.not_before = clock.now() + timedelta(minutes=WAITS[message.tries - 1])


def in_agency(session: Session, agency_id: int, page: int, size: int = 50) -> Sequence[OutboxMessage]:
    """The agency's mails, newest first; one more than a page when there are more."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.agency_id == agency_id)
        .order_by(OutboxMessage.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()


def readable_in_demo(session: Session, person_id: int, agency_ids: Sequence[int]) -> Sequence[OutboxMessage]:
    """Mails that went out in the demo: one's own, and those of the agencies whose outbox one may see."""
    return session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.sent_at.is_not(None),
            or_(OutboxMessage.person_id == person_id, OutboxMessage.agency_id.in_(agency_ids)),
        )
        .order_by(OutboxMessage.sent_at.desc(), OutboxMessage.id.desc())
        .limit(100)
    ).all()
