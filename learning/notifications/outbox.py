"""The outbox: queueing, cancelling, and the SQL of this room."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.access.password_links import Purpose
from learning.database import batches, insert_of, table_of
from learning.notifications.messages import Message
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.sealing import seal_text

WAITS = (1, 5, 30, 120)  # minutes before the second, third, ... try; then it is given up
MORNING = time(7)  # Oslo
CLAIM = timedelta(minutes=5)
BATCH = 500  # rows a statement; 17 values each stay below SQLite's 32,766
PREFIXES = 200


@dataclass(frozen=True)
class Letter:
    """A mail to be queued, once for each ``dedupe_key``; at once when ``not_before`` is left out.

    ``is_private`` seals its bodies; ``stop_path`` is where its reader says no to more of them; ``to_address`` is
    where it goes when that is not the person's address. ``calendar`` is an iCalendar object that goes with it, and
    ``calendar_method`` what it asks for: REQUEST or CANCEL.
    """

    person: Person
    message: Message
    kind: str
    dedupe_key: str
    agency_id: int | None = None
    not_before: datetime | None = None
    is_private: bool = False
    stop_path: str | None = None
    to_address: str | None = None
    calendar: str | None = None
    calendar_method: str | None = None


def queue(session: Session, letters: Iterable[Letter]) -> int:
    """Put mails in the outbox; how many are new. A few statements, however many mails."""
    now = clock.now()
    table = table_of(OutboxMessage)
    statement = insert_of(session, table).on_conflict_do_nothing().returning(table.c.id)
    new = 0
    rows = (_row(letter, now) for letter in letters)
    while batch := list(islice(rows, BATCH)):
        new += len(session.scalars(statement, batch).all())
    return new


def morning(day: date) -> datetime:
    """When mails of a day go out that come by themselves: at seven in Norway."""
    return datetime.combine(day, MORNING, clock.OSLO)


def new_message_id() -> str:
    return f"{secrets.token_hex(16)}@handlingsrom"


def _row(letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        "dedupe_key": letter.dedupe_key,
        "kind": letter.kind,
        "agency_id": letter.agency_id,
        "person_id": letter.person.id,
        "to_address": letter.to_address or letter.person.email,
        "language": letter.message.language,
        "subject": letter.message.subject,
        "is_private": letter.is_private,
        "stop_path": letter.stop_path,
        "text_body": seal_text(letter.message.text) if letter.is_private else letter.message.text,
        "html_body": seal_text(letter.message.html) if letter.is_private else letter.message.html,
        "calendar": letter.calendar,
        "calendar_method": letter.calendar_method,
        "message_id": new_message_id(),
        "created_at": now,
        "not_before": letter.not_before or now,
        "tries": 0,
    }


def is_waiting() -> tuple[ColumnElement[bool], ...]:
    """The mail is neither sent nor given up nor cancelled."""
    return (OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None), OutboxMessage.cancelled_at.is_(None))


def cancel(session: Session, dedupe_prefixes: Sequence[str]) -> int:
    """Cancel mails that wait and whose key begins with one of the prefixes; how many."""
    cancelled = 0
    for batch in batches(dedupe_prefixes, PREFIXES):
        begins = [OutboxMessage.dedupe_key.startswith(prefix, autoescape=True) for prefix in batch]
        result = session.execute(
            update(OutboxMessage)
            .where(or_(*begins), *is_waiting())
            .values(cancelled_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        cancelled += result.rowcount  # type: ignore[attr-defined]
    return cancelled


def readdress(session: Session, person_ids: Sequence[int]) -> None:
    """Let the mails that wait for these people go to the addresses they have now."""
    address = select(Person.email).where(Person.id == OutboxMessage.person_id).scalar_subquery()
    for batch in batches(person_ids, BATCH):
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.person_id.in_(batch), *is_waiting())
            .values(to_address=address)
            .execution_options(synchronize_session=False)
        )


def waiting_for(session: Session, whose: ColumnElement[bool]) -> Sequence[Row[int, str]]:
    """Id and key of the mails that wait and fit ``whose``."""
    return session.execute(select(OutboxMessage.id, OutboxMessage.dedupe_key).where(whose, *is_waiting())).all()


def cancel_ids(session: Session, message_ids: Sequence[int]) -> None:
    """Cancel these mails, as far as they still wait."""
    for batch in batches(message_ids, BATCH):
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(batch), *is_waiting())
            .values(cancelled_at=clock.now())
            .execution_options(synchronize_session=False)
        )


def revive(session: Session, dedupe_keys: Sequence[str]) -> int:
    """Let mails wait again that were cancelled before they went out: their cause holds once more; how many."""
    revived = 0
    for batch in batches(dedupe_keys, BATCH):
        result = session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.dedupe_key.in_(batch),
                OutboxMessage.sent_at.is_(None),
                OutboxMessage.cancelled_at.is_not(None),
            )
            .values(cancelled_at=None)
            .execution_options(synchronize_session=False)
        )
        revived += result.rowcount  # type: ignore[attr-defined]
    return revived


def claim_next(session: Session) -> OutboxMessage | None:
    """The next mail that is due, claimed for some minutes: if this worker dies, another takes it after that."""
    message = session.scalar(
        select(OutboxMessage)
        .where(*is_waiting(), OutboxMessage.not_before <= clock.now())
        .order_by(OutboxMessage.not_before, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if message is not None:
        message.not_before = clock.now() + CLAIM
        message.tries += 1
    return message


def put_off(message: OutboxMessage, until: datetime) -> None:
    """Give a claimed mail back until then; that it was claimed is no try."""
    message.tries -= 1
    message.not_before = until


def note_failure(message: OutboxMessage, reason: str, *, for_good: bool = False) -> None:
    """Set the next try, or give up: after the last, and at once when it is refused ``for_good``."""
    message.last_error = reason[:500]
    if for_good or message.tries > len(WAITS):
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
    """Mails that went out in the demo: one's own, and those of the agencies whose outbox one may see.

    Links to choose a password can be read too: in the demo there is nobody else to open them.
    """
    return session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.sent_at.is_not(None),
            or_(
                OutboxMessage.person_id == person_id,
                and_(
                    OutboxMessage.agency_id.in_(agency_ids),
                    or_(OutboxMessage.is_private.is_(False), OutboxMessage.kind.in_(list(Purpose))),
                ),
            ),
        )
        .order_by(OutboxMessage.sent_at.desc(), OutboxMessage.id.desc())
        .limit(100)
    ).all()
