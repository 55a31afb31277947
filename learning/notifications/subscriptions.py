"""Which signals from below this room listens to; the mails are queued in the sender's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.certificates.models import Certificate
from learning.certificates.signals import certificate_issued
from learning.notifications import afterwards
from learning.notifications.messages import compose
from learning.notifications.outbox import Letter, cancel, queue, revive
from learning.paths.models import Assignment, AssignmentMember
from learning.paths.signals import due_changed, members_joined, members_left

MORNING = time(7, 0)  # Oslo
AT_ONCE = 500
REMINDERS = (("week-before", "due-soon", -7), ("day-before", "due-soon", -1), ("after", "overdue", 3))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, clock.OSLO)


def _reminders(member: AssignmentMember, title: str) -> Iterator[Letter]:
    """The reminders that still lie ahead for one member."""
    if member.due_on is None:
        return
    for name, kind, days in REMINDERS:
        when = _morning(member.due_on + timedelta(days=days))
        if when > clock.now():
            message = compose(
                kind, member.person.language, path="/", due_on=member.due_on, title=title, name=member.person.given_name
            )
            key = f"reminder:{member.id}:{name}:{member.due_on.isoformat()}"
            yield Letter(member.person, message, kind, key, member.agency_id, when)


def _assigned(member: AssignmentMember, title: str) -> Letter:
    message = compose(
        "assigned", member.person.language, path="/", due_on=member.due_on, title=title, name=member.person.given_name
    )
    key = f"assigned:{member.id}:{member.joined_at.timestamp():.0f}"
    return Letter(member.person, message, "assigned", key, member.agency_id)


def _members(session: Session, *which: ColumnElement[bool]) -> Sequence[AssignmentMember]:
    return session.scalars(
        select(AssignmentMember).options(joinedload(AssignmentMember.person, innerjoin=True)).where(*which)
    ).all()


def _queue_reminders(session: Session, members: Sequence[AssignmentMember], title: str) -> None:
    reminders = [letter for member in members for letter in _reminders(member, title)]
    queue(session, reminders)
    revive(session, [letter.dedupe_key for letter in reminders])


def _tell_members(session: Session, *, assignment: Assignment, member_ids: Sequence[int], **_: Any) -> None:
    title = assignment.path.title
    for start in range(0, len(member_ids), AT_ONCE):
        members = _members(session, AssignmentMember.id.in_(member_ids[start : start + AT_ONCE]))
        queue(session, (_assigned(member, title) for member in members))
        _queue_reminders(session, members, title)


def _let_members_go(session: Session, *, member_ids: Sequence[int], **_: Any) -> None:
    cancel(session, [f"{kind}:{member_id}:" for member_id in member_ids for kind in ("reminder", "assigned")])


def _move_reminders(session: Session, *, assignment: Assignment, **_: Any) -> None:
    """Reminders of the new due dates. Those of the old ones are dropped when their time comes."""
    members = _members(session, AssignmentMember.assignment_id == assignment.id, AssignmentMember.left_at.is_(None))
    _queue_reminders(session, members, assignment.path.title)


def _tell_of_certificate(session: Session, *, certificate: Certificate, **_: Any) -> None:
    person = certificate.person
    message = compose(
        "certificate", person.language, path=f"/certificates/{certificate.code}", title=certificate.content["course"],
        name=person.given_name,
    )  # fmt: skip
    key = f"certificate:{certificate.id}"
    queue(session, [Letter(person, message, "certificate", key, certificate.completion.agency_id)])


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    members_joined.connect(_tell_members)
    members_left.connect(_let_members_go)
    due_changed.connect(_move_reminders)
    certificate_issued.connect(_tell_of_certificate)
    afterwards.connect()
