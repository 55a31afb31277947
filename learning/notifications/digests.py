"""One mail of reminders a person a day: what is due for them, and for the people whose line manager they are.

Such a mail is queued without words. It is composed when it is about to be sent, of what still holds then: who got done
or left meanwhile is not reminded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.database import batches
from learning.notifications.mail_texts import DIGEST, TEXTS
from learning.notifications.messages import Listed, Message, Point, compose, day_in_words, mail_language
from learning.notifications.models import OutboxMessage
from learning.notifications.outbox import is_waiting, new_message_id
from learning.notifications.path_mails import start_page
from learning.organisation import bounces
from learning.organisation.models import Person
from learning.paths import reminder_members
from learning.paths.due_dates import Status
from learning.paths.reminder_members import Item
from learning.paths.reminder_plans import TOO_LATE, Who

KIND = "reminders"
AT_ONCE = 1000  # people a statement
_ALIKE = {"render_nulls": True}  # else rows with None are inserted apart from the others


def open_for(session: Session, recipients: dict[int, set[int]], day: date, not_before: datetime) -> dict[int, int]:
    """A mail for each recipient, by their id; ``recipients`` has the agencies that it comes from.

    One that waits and that nobody has tried to send is used again. Who has one that is tried again and again gets no
    second beside it and is left out. A few statements for each thousand people.
    """
    opened, busy = _waiting(session, recipients)
    has_one = opened.keys() | busy
    rows = []
    for batch in batches([person_id for person_id in recipients if person_id not in has_one], AT_ONCE):
        people = session.execute(select(Person.id, Person.email, Person.language).where(Person.id.in_(batch)))
        rows += [_row(person, recipients[person.id], day, not_before) for person in people]
    for new in batches(rows, AT_ONCE):  # without RETURNING: it takes several times as long for many rows
        session.execute(insert(OutboxMessage), new, execution_options=_ALIKE)
    return _waiting(session, recipients)[0] if rows else opened


def try_again(session: Session, day: date, not_before: datetime) -> int:
    """Let mails wait again that were given up or had nothing to say, and now have something to say to somebody they
    reach; how many. What they remind of is not reminded of otherwise. A few statements for each thousand mails.
    """
    unsent = session.execute(
        select(OutboxMessage.id, OutboxMessage.person_id, Person.email)
        .join(Person, Person.id == OutboxMessage.person_id)
        .where(
            OutboxMessage.kind == KIND,
            OutboxMessage.sent_at.is_(None),
            or_(OutboxMessage.failed_at.is_not(None), OutboxMessage.cancelled_at.is_not(None)),
            OutboxMessage.created_at > clock.start_of_day(day - TOO_LATE),
            Person.deactivated_at.is_(None),
        )
    ).all()
    if not unsent:
        return 0
    unreached = bounces.unreached(session)
    by_id = {message_id: address for message_id, person_id, address in unsent if person_id not in unreached}
    back = reminder_members.still_unsaid(session, sorted(by_id), day)
    anew = {"failed_at": None, "cancelled_at": None, "tries": 0, "not_before": not_before}
    rows = [{"id": message_id, "to_address": by_id[message_id], **anew} for message_id in sorted(back)]
    for batch in batches(rows, AT_ONCE):
        session.execute(update(OutboxMessage), batch)
    session.expire_all()
    return len(rows)


def _waiting(session: Session, recipients: dict[int, set[int]]) -> tuple[dict[int, int], set[int]]:
    """Mails of recipients that can be used again, by recipient; and those who have one that was tried already."""
    found = session.execute(
        select(OutboxMessage.person_id, OutboxMessage.id, OutboxMessage.agency_id, OutboxMessage.tries)
        .where(OutboxMessage.kind == KIND, *is_waiting())
        .order_by(OutboxMessage.id)
        .with_for_update()  # no worker takes it while lines are added
    ).all()
    mine = [each for each in found if each.person_id in recipients]
    mixed = [each.id for each in mine if not each.tries and {each.agency_id} != recipients[each.person_id]]
    for batch in batches(mixed, AT_ONCE):
        session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(batch)).values(agency_id=None))
    busy = {each.person_id for each in mine if each.tries}
    return {each.person_id: each.id for each in mine if each.person_id not in busy}, busy


def _row(person: Any, agency_ids: Collection[int], day: date, not_before: datetime) -> dict[str, Any]:
    language = mail_language(person.language)
    return {
        "dedupe_key": f"{KIND}:{person.id}:{day.isoformat()}",
        "kind": KIND,
        # A mail about two agencies is neither's to see.
        "agency_id": next(iter(agency_ids)) if len(agency_ids) == 1 else None,
        "person_id": person.id,
        "to_address": person.email,
        "language": language,
        "is_private": False,
        "subject": TEXTS[KIND][language][0],
        "text_body": "",
        "html_body": "",
        "message_id": new_message_id(),
        "created_at": clock.now(),
        "not_before": not_before,
        "tries": 0,
    }


def fill(session: Session, message: OutboxMessage) -> bool:
    """Write the words of a mail of reminders; whether there is still something to say, to somebody it reaches."""
    person, today = message.person, clock.today()
    if person is None or person.deactivated_at is not None or bounces.unreached(session, [person.id]):
        return False
    rows = reminder_members.of_message(session, message.id, person.id, today)
    stands = reminder_members.statuses(session, sorted({row.member_id for row in rows}), today)
    left = [row for row in rows if stands.get(row.member_id, Status.DONE) is not Status.DONE]
    if not left:
        return False
    words = _compose(person, left, stands)
    message.language, message.subject = words.language, words.subject
    message.text_body, message.html_body = words.text, words.html
    return True


def _compose(person: Person, rows: Sequence[Item], stands: dict[int, Status]) -> Message:
    language = mail_language(person.language)
    own: dict[int, Item] = {}
    for row in rows:  # a path from two assignments stands once, with the earlier due date
        if row.who is Who.LEARNER:
            own.setdefault(row.path_id, row)
    people = [row for row in rows if row.who is Who.MANAGER]
    if len(own) == 1 and not people:
        (only,) = own.values()
        kind = "overdue" if stands[only.member_id] is Status.OVERDUE else "due-soon"
        path = start_page(only.path_id)
        return compose(kind, language, path=path, due_on=only.due_on, title=only.title, name=person.given_name)
    heads = DIGEST[language]
    lists = []
    if own:
        points = [_own_point(row, stands[row.member_id], language) for row in own.values()]
        lists.append(Listed(heads.own if people else "", points))
    if people:
        points = [_point_of(row, stands[row.member_id], language) for row in people]
        lists.append(Listed(heads.people if own else "", points))
    kind = "reminders-both" if own and people else "reminders-people" if people else KIND
    return compose(kind, language, path="/", lists=lists, name=person.given_name)


def _own_point(row: Item, status: Status, language: str) -> Point:
    words = DIGEST[language]
    said = {Status.OVERDUE: words.overdue, Status.UNDER_WAY: words.under_way}.get(status, words.not_begun)
    return Point(row.title, start_page(row.path_id), said.format(date=day_in_words(row.due_on, language)))


def _point_of(row: Item, status: Status, language: str) -> Point:
    """What a manager reads of one of their people: the path and its due date, and nothing of how it goes."""
    words = DIGEST[language]
    said = words.overdue if status is Status.OVERDUE else words.due
    title = words.of_person.format(name=row.name, title=row.title)
    return Point(title, "", said.format(date=day_in_words(row.due_on, language)))
