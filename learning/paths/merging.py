"""When two accounts of one person become one: in every assignment the person is a member once, and keeps the better."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased, joinedload

from learning import clock
from learning.database import insert_once
from learning.organisation.merging import QUIETLY, PersonColumns, move_columns
from learning.organisation.models import Person
from learning.paths import renewals
from learning.paths.bulk_models import BulkAction
from learning.paths.models import (
    Assignment,
    AssignmentMember,
    AssignmentRound,
    Audience,
    DueExtension,
    LearningPath,
    MemberReminder,
    Recognition,
)
from learning.paths.reminder_models import Reminder
from learning.paths.saved_view_models import SavedView, ViewSchedule
from learning.paths.standing import done_members

_DID = "what an account did is said of that account"
COLUMNS = PersonColumns(
    by_rule=(AssignmentMember.person_id, Recognition.person_id, SavedView.owner_id, ViewSchedule.person_id),
    stays={
        LearningPath.created_by_id: _DID,
        Audience.created_by_id: _DID,
        Assignment.created_by_id: _DID,
        DueExtension.granted_by_id: _DID,
        Recognition.asked_by_id: _DID,
        Recognition.decided_by_id: _DID,
        MemberReminder.reminded_by_id: _DID,
        BulkAction.by_id: _DID,
        BulkAction.undone_by_id: _DID,
        Reminder.recipient_id: "a fact of that day: whom the mail went to",
    },
)


def double_members(session: Session, kept_id: int, merged_id: int) -> list[tuple[AssignmentMember, AssignmentMember]]:
    """Assignments that both accounts were given: the two rows of each, the kept account's first."""
    other = aliased(AssignmentMember)
    rows = session.execute(
        select(AssignmentMember, other)
        .join(other, other.assignment_id == AssignmentMember.assignment_id)
        .options(joinedload(AssignmentMember.assignment, innerjoin=True).joinedload(Assignment.path, innerjoin=True))
        .where(AssignmentMember.person_id == kept_id, other.person_id == merged_id)
        .order_by(AssignmentMember.id)
    )
    return [(mine, double) for mine, double in rows]


def earlier(one: date | None, other: date | None) -> date | None:
    """The earlier due date; one without a date gives way to one with."""
    return min((each for each in (one, other) if each is not None), default=None)


def due_of_both(mine: AssignmentMember, double: AssignmentMember) -> date | None:
    """The due date of the one membership that two become: that of the later round; of the same round the earlier,
    unless more time was given. Pure.
    """
    if mine.round != double.round:
        return max(mine, double, key=lambda each: each.round).due_on
    due = earlier(mine.due_on, double.due_on)
    given = [each.extended_to for each in (mine, double) if each.extended_to is not None]
    return max([*given, *([due] if due else [])], default=None)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, Any]:
    """Memberships of assignments. Where there are two, the kept one takes the better of each; the other stays with
    the closed account, as one that has left.
    """
    doubles = double_members(session, kept.id, merged.id)
    for mine, double in doubles:
        _take_over(session, mine, double)
        double.left_at = double.left_at or clock.now()
    session.flush()
    result = session.execute(
        update(AssignmentMember)
        .where(
            AssignmentMember.person_id == merged.id,
            AssignmentMember.id.not_in([double.id for _, double in doubles]),
        )
        .values(person_id=kept.id)
        .execution_options(**QUIETLY)
    )
    count = int(result.rowcount)  # type: ignore[attr-defined]
    return {
        **({"assignment_member.person_id": count} if count else {}),
        **({"double_members": [double.id for _, double in doubles]} if doubles else {}),
        **_move_recognitions(session, kept, merged),
        **_move_views(session, kept, merged),
    }


def _take_over(session: Session, mine: AssignmentMember, double: AssignmentMember) -> None:
    due, later = due_of_both(mine, double), double.round > mine.round
    given = [each.extended_to for each in (mine, double) if each.extended_to is not None and each.round >= mine.round]
    if later:
        mine.round, mine.counts_from, mine.version_id = double.round, double.counts_from, double.version_id
        mine.anchor_on = double.anchor_on
        mine.extended_to = double.extended_to
        for each in session.scalars(select(AssignmentRound).where(AssignmentRound.member_id == double.id)).all():
            insert_once(
                session, AssignmentRound, member_id=mine.id, number=each.number, opened_on=each.opened_on,
                due_on=each.due_on,
            )  # fmt: skip
    elif mine.round == double.round:
        mine.extended_to = max(given, default=None)
        mine.anchor_on = earlier(mine.anchor_on, double.anchor_on)
    mine.due_on = due
    mine.joined_at = min(mine.joined_at, double.joined_at)
    if mine.left_at is not None and double.left_at is None:
        mine.left_at, mine.position_id = None, double.position_id
    known = select(DueExtension.request_key).where(DueExtension.member_id == mine.id)
    session.execute(
        update(DueExtension)
        .where(DueExtension.member_id == double.id, DueExtension.request_key.not_in(known))
        .values(member_id=mine.id)
        .execution_options(**QUIETLY)
    )


def _move_recognitions(session: Session, kept: Person, merged: Person) -> dict[str, int]:
    """A person has one that is undecided or in force for a course of an agency: of two the better one goes on."""
    now = clock.now()
    is_open = Recognition.ended_at.is_(None) & (Recognition.granted.is_(None) | Recognition.granted.is_(True))
    mine = session.scalars(select(Recognition).where(Recognition.person_id == kept.id, is_open)).all()
    theirs = session.scalars(select(Recognition).where(Recognition.person_id == merged.id, is_open)).all()
    by_course = {(each.agency_id, each.course_id): each for each in mine}
    for other in theirs:
        own = by_course.get((other.agency_id, other.course_id))
        if own is None:
            continue
        weaker = min(own, other, key=lambda each: (each.granted is True, each.valid_until or date.max, -each.id))
        if weaker.granted:
            weaker.ended_at = now
        else:
            weaker.granted, weaker.decided_at = False, now
    session.flush()
    return move_columns(session, [Recognition.person_id], kept, merged)


def _move_views(session: Session, kept: Person, merged: Person) -> dict[str, int]:
    """Saved views keep their names, but of two of one name the closed account's gets a number. A view that was mailed
    to both is mailed once, as the kept account has it.
    """
    mine = session.execute(select(SavedView.agency_id, SavedView.name).where(SavedView.owner_id == kept.id))
    taken = {(agency_id, name) for agency_id, name in mine}
    for view in session.scalars(select(SavedView).where(SavedView.owner_id == merged.id)).all():
        name, number = view.name, 1
        while (view.agency_id, view.name) in taken:
            number += 1
            view.name = f"{name[:90]} ({number})"
        taken.add((view.agency_id, view.name))
    session.flush()
    own = select(ViewSchedule.view_id).where(ViewSchedule.person_id == kept.id)
    doubles = session.scalars(
        select(ViewSchedule).where(ViewSchedule.person_id == merged.id, ViewSchedule.view_id.in_(own))
    )
    for double in doubles.all():
        session.delete(double)
    session.flush()
    return move_columns(session, [SavedView.owner_id, ViewSchedule.person_id], kept, merged)


def follow(session: Session, *, kept: Person, merged: Person, **_: Any) -> None:
    """When completions are the kept account's too: what both were asked for in different versions is done if it is
    by either, and until when things are valid is worked out anew.
    """
    for mine, double in double_members(session, kept.id, merged.id):
        before = mine.version_id
        if before == double.version_id or mine.round != double.round or done_members(session, [mine.id]):
            continue
        mine.version_id = double.version_id
        session.flush()
        if not done_members(session, [mine.id]):
            mine.version_id = before
            session.flush()
    session.execute(
        update(AssignmentMember)
        .where(AssignmentMember.person_id == kept.id)
        .values(valid_until=None)
        .execution_options(**QUIETLY)
    )
    renewals.settle(session, person_id=kept.id)
