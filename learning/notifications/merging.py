"""When two accounts of one person become one: mail that waits goes to the kept address, and what came twice once."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning.access.password_links import Purpose
from learning.notifications import path_mails
from learning.notifications.messages import compose
from learning.notifications.models import CalendarFeed, OutboxMessage
from learning.notifications.outbox import Letter, cancel_ids, queue, readdress, waiting_for
from learning.organisation.merging import PersonColumns, move_columns
from learning.organisation.models import Person, PersonMerge

COLUMNS = PersonColumns(moved=(OutboxMessage.person_id,), by_rule=(CalendarFeed.person_id,))


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, int]:
    """Mails, and the calendar's address unless the kept account has one: then that one holds."""
    links = waiting_for(session, (OutboxMessage.person_id == merged.id) & OutboxMessage.kind.in_(list(Purpose)))
    cancel_ids(session, [message_id for message_id, _ in links])  # they would open the closed account
    moved = move_columns(session, COLUMNS.moved, kept, merged)
    readdress(session, [kept.id])
    feed = session.get(CalendarFeed, merged.id)
    if feed is not None and session.get(CalendarFeed, kept.id) is None:
        session.expunge(feed)
        moved |= move_columns(session, COLUMNS.by_rule, kept, merged)
    elif feed is not None:
        session.delete(feed)
        session.flush()
    return moved


def follow(session: Session, *, kept: Person, merged: Person, fact: PersonMerge, **_: Any) -> None:
    """When all rooms have moved their rows: reminders of what is assigned now, and word to both addresses.

    Somebody whose account was merged by mistake must hear of it.
    """
    path_mails.follow_merge(session, kept.id, merged.id)
    message = compose(
        "merged", kept.language, path="/", name=kept.given_name, before=fact.former_email, email=kept.email
    )
    key = f"merged:{fact.id}"
    queue(
        session,
        [
            Letter(kept, message, "merged", f"{key}:kept", is_private=True),
            Letter(kept, message, "merged", f"{key}:former", is_private=True, to_address=fact.former_email),
        ],
    )
