"""Which signals from below this room listens to; the mails are queued in the sender's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.store import load_document
from learning.certificates.models import Certificate
from learning.certificates.signals import certificate_issued
from learning.notifications.messages import compose
from learning.notifications.outbox import cancel, queue
from learning.paths.models import Assignment, AssignmentMember
from learning.paths.signals import members_joined, members_left
from learning.progress.models import Completion
from learning.progress.signals import course_completed

MORNING = time(7, 0)  # Oslo
REMINDERS = (("week-before", "due-soon", -7), ("day-before", "due-soon", -1), ("after", "overdue", 3))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, clock.OSLO)


def queue_reminders(session: Session, member: AssignmentMember, title: str) -> None:
    """The reminders that still lie ahead for one member."""
    if member.due_on is None:
        return
    for name, kind, days in REMINDERS:
        when = _morning(member.due_on + timedelta(days=days))
        if when > clock.now():
            message = compose(
                kind, member.person.language, path="/", due_on=member.due_on, title=title, name=member.person.given_name
            )
            queue(
                session, member.person, message, kind=kind, agency_id=member.agency_id, not_before=when,
                dedupe_key=f"reminder:{member.id}:{name}:{member.due_on.isoformat()}",
            )  # fmt: skip


def _members(session: Session, ids: Sequence[int]) -> Sequence[AssignmentMember]:
    return session.scalars(
        select(AssignmentMember)
        .options(joinedload(AssignmentMember.person, innerjoin=True))
        .where(AssignmentMember.id.in_(ids))
    ).all()


def _tell_members(session: Session, *, assignment: Assignment, member_ids: Sequence[int], **_: Any) -> None:
    title = assignment.path.title
    for start in range(0, len(member_ids), 500):
        for member in _members(session, member_ids[start : start + 500]):
            message = compose(
                "assigned", member.person.language, path="/", due_on=member.due_on, title=title,
                name=member.person.given_name,
            )  # fmt: skip
            queue(
                session, member.person, message, kind="assigned", agency_id=member.agency_id,
                dedupe_key=f"assigned:{member.id}:{member.joined_at.timestamp():.0f}",
            )  # fmt: skip
            queue_reminders(session, member, title)


def _let_members_go(session: Session, *, member_ids: Sequence[int], **_: Any) -> None:
    cancel(session, [f"reminder:{member_id}:" for member_id in member_ids])
    cancel(session, [f"assigned:{member_id}:" for member_id in member_ids])


def _tell_of_certificate(session: Session, *, certificate: Certificate, **_: Any) -> None:
    person = certificate.person
    message = compose(
        "certificate", person.language, path=f"/certificates/{certificate.code}", title=certificate.content["course"],
        name=person.given_name,
    )  # fmt: skip
    queue(
        session, person, message, kind="certificate", dedupe_key=f"certificate:{certificate.id}",
        agency_id=certificate.completion.agency_id,
    )  # fmt: skip


def _queue_follow_ups(session: Session, *, completion: Completion, **_: Any) -> None:
    """The plan's three questions, 30, 60 and 90 days on."""
    text = load_document(session, completion.version_id).text(completion.language)
    for lesson in text.lessons:
        for activity in lesson.activities:
            if activity.type != "plan":
                continue
            for follow_up in activity.data["follow_ups"]:
                days = int(follow_up["days"])
                day = completion.completed_at.astimezone(clock.OSLO).date() + timedelta(days=days)
                message = compose(
                    "follow-up", completion.language, title=completion.course_title, days=str(days),
                    name=completion.person.given_name, question=follow_up["text"],
                    path=f"/learn/{completion.enrolment_id}/lessons/{lesson.id}#{activity.id}",
                )  # fmt: skip
                queue(
                    session, completion.person, message, kind="follow-up", not_before=_morning(day),
                    dedupe_key=f"follow-up:{completion.id}:{activity.id}:{days}",
                )  # fmt: skip


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    members_joined.connect(_tell_members)
    members_left.connect(_let_members_go)
    certificate_issued.connect(_tell_of_certificate)
    course_completed.connect(_queue_follow_ups)
