"""The daily run: finds whom to remind of which line of which plan, and queues one mail a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock, working_hours
from learning.database import insert_once
from learning.notifications import digests
from learning.organisation import bounces
from learning.paths import reminder_members
from learning.paths.due_dates import Status
from learning.paths.reminder_members import Member
from learning.paths.reminder_models import ReminderRun
from learning.paths.reminder_plans import DEFAULT_PLAN, Due, Who, due


class NotNow(Exception):
    """The day is no working day or has not come yet, or it or a later one has been run. Says which."""


@dataclass(frozen=True)
class Found:
    """Something to remind of: the recipient is the member or their manager."""

    member: Member
    who: Who
    recipient_id: int
    due: Due


def is_time(session: Session) -> bool:
    """Whether the run of today can be made: within working hours, and not made yet."""
    return working_hours.is_open(clock.now()) and session.get(ReminderRun, clock.today()) is None


def run(session: Session, day: date) -> ReminderRun:
    """Make the run of a day: write what is reminded of, and queue the mails for working hours.

    All in the caller's transaction, so that it is done whole or not at all. Raises NotNow.
    """
    if day > clock.today():
        raise NotNow("the day has not come yet")
    if not working_hours.is_working_day(day):
        raise NotNow("it is not a working day")
    latest = session.scalar(select(func.max(ReminderRun.day)))
    if latest is not None and latest > day:
        raise NotNow(f"that of {latest} has been made")
    if not insert_once(session, ReminderRun, day=day, at=clock.now(), mails=0, reminders=0, passed=0):
        raise NotNow("it has been made")
    opens = working_hours.next_opening(clock.now())
    digests.try_again(session, day, opens)
    made = session.get_one(ReminderRun, day)
    found = _find(session, day)
    recipients: dict[int, set[int]] = defaultdict(set)
    for each in found:
        recipients[each.recipient_id].add(each.member.agency_id)
    opened = digests.open_for(session, recipients, day, opens)
    facts = [fact for each in found if each.recipient_id in opened for fact in _facts(each, opened[each.recipient_id])]
    reminder_members.record(session, facts)
    made.mails = len(opened)
    made.reminders = sum(fact["outbox_message_id"] is not None for fact in facts)
    made.passed = len(facts) - made.reminders
    return made


def _find(session: Session, day: date) -> list[Found]:
    own = reminder_members.plans(session)
    unreached = bounces.unreached(session)
    come: list[Found] = []
    for member in reminder_members.members(session, day, [DEFAULT_PLAN, *own.values()]):
        plan = own.get(member.assignment_id, DEFAULT_PLAN)
        for who in Who:
            recipient_id = member.recipient_id(who)
            if recipient_id is None or recipient_id in unreached:
                continue  # not spent: it is said when there is somebody to say it to
            found = due(plan, who, member.due_on, spent=member.spent(who), today=day)
            if found is not None:
                come.append(Found(member, who, recipient_id, found))
    stands = reminder_members.statuses(session, sorted({each.member.id for each in come}), day)
    return [each for each in come if stands.get(each.member.id, Status.DONE) is not Status.DONE]


def _facts(found: Found, message_id: int) -> Iterator[dict[str, object]]:
    member = found.member
    for line in (*found.due.passed, found.due.line):
        yield {
            "agency_id": member.agency_id,
            "member_id": member.id,
            "due_on": member.due_on,
            "who": found.who,
            "rule": line.key,
            "line_on": line.day(member.due_on),
            "recipient_id": found.recipient_id,
            "outbox_message_id": message_id if line is found.due.line else None,
            "at": clock.now(),
        }
