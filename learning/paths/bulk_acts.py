"""Doing one thing for many people: all of it or nothing, once, and undone as far as nothing has changed since.

The number of statements grows with the assignments that the people belong to, not with the people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, insert, literal, select, update
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.catalogue.models import Course
from learning.database import UtcDateTime, insert_of, insert_once
from learning.paths import renewals
from learning.paths.bulk_models import BulkAct, BulkAction, BulkActionMember, Outcome
from learning.paths.bulk_reach import Order, check, outcomes
from learning.paths.models import (
    Assignment,
    AssignmentMember,
    DueExtension,
    MemberReminder,
    Recognition,
    RecognitionKind,
)
from learning.paths.signals import due_changed, exempted_together, exemptions_undone, members_reminded
from learning.paths.standing import done_among

RECENT = 100
_QUIETLY = {"synchronize_session": False}


class ListChanged(Exception):
    """Others would be reached than when the number was shown."""


class CannotUndo(Exception):
    """Mails that are sent cannot be taken back."""


def carry_out(
    session: Session, agency_id: int, order: Order, *, actor_id: int, expected: int, request_key: str
) -> tuple[BulkAction, bool]:
    """Do it for all who can be reached; the action, and whether this request did it.

    ``expected`` is how many members were shown as reached. The same ``request_key`` does nothing again. Raises
    InvalidOrder or ListChanged; then nothing is written.
    """
    check(order)
    with session.begin_nested():
        new = insert_once(
            session, BulkAction, agency_id=agency_id, act=order.act, by_id=actor_id, at=clock.now(),
            reason=order.reason, due_on=order.due_on, course_id=order.course_id, valid_until=order.valid_until,
            chosen=0, reached=0, people=0, request_key=request_key,
        )  # fmt: skip
        action = session.scalars(
            select(BulkAction).where(BulkAction.agency_id == agency_id, BulkAction.request_key == request_key)
        ).one()
        if not new:
            return action, False
        _note_members(session, action, order)
        if action.reached != expected or not expected:
            raise ListChanged
        match action.act:
            case BulkAct.MORE_TIME:
                _give_more_time(session, action)
            case BulkAct.EXEMPTION:
                _exempt(session, action)
            case BulkAct.REMINDER:
                _remind(session, action)
    return action, True


def _reached(action: BulkAction) -> Select[int]:
    mine = BulkActionMember
    return select(mine.member_id).where(mine.action_id == action.id, mine.outcome == Outcome.REACHED)


def _people(member_ids: Select[int]) -> Select[int]:
    return select(AssignmentMember.person_id).where(AssignmentMember.id.in_(member_ids))


def _lock(session: Session, member_ids: Select[int]) -> None:
    """Nobody else changes these members until this is done; always in the same order."""
    session.execute(
        select(AssignmentMember.id)
        .where(AssignmentMember.id.in_(member_ids))
        .order_by(AssignmentMember.id)
        .with_for_update()
    ).all()


def _note_members(session: Session, action: BulkAction, order: Order) -> None:
    told = outcomes(action.agency_id, order, action.by_id)
    _lock(session, select(told.c.member_id))
    session.execute(
        insert(BulkActionMember).from_select(
            ["action_id", "member_id", "outcome", "due_before", "extended_before"],
            select(literal(action.id), told.c.member_id, told.c.outcome, told.c.due_before, told.c.extended_before),
        ),
        execution_options=_QUIETLY,
    )
    counted: dict[Outcome, int] = dict(
        iter(
            session.execute(
                select(BulkActionMember.outcome, func.count())
                .where(BulkActionMember.action_id == action.id)
                .group_by(BulkActionMember.outcome)
            )
        )
    )
    action.chosen, action.reached = sum(counted.values()), counted.get(Outcome.REACHED, 0)
    people = _people(_reached(action)).distinct().subquery()
    action.people = session.scalar(select(func.count()).select_from(people)) or 0
    session.flush()


def _record(session: Session, action: BulkAction, what: str, actor_id: int, about: Any, **detail: object) -> None:
    event = audit.record(
        session, what, subject_type="bulk-action", subject_id=action.id, actor_id=actor_id,
        agency_id=action.agency_id, **detail,
    )  # fmt: skip
    audit.mention(session, event, _people(about))


def _by_assignment(session: Session, member_ids: Select[int]) -> list[tuple[Assignment, list[int]]]:
    """The members of each assignment. Two queries."""
    found: dict[int, list[int]] = defaultdict(list)
    for assignment_id, member_id in session.execute(
        select(AssignmentMember.assignment_id, AssignmentMember.id)
        .where(AssignmentMember.id.in_(member_ids))
        .order_by(AssignmentMember.assignment_id, AssignmentMember.id)
    ):
        found[assignment_id].append(member_id)
    assignments = session.scalars(
        select(Assignment)
        .options(joinedload(Assignment.path, innerjoin=True))
        .where(Assignment.id.in_(select(AssignmentMember.assignment_id).where(AssignmentMember.id.in_(member_ids))))
        .order_by(Assignment.id)
    ).all()
    return [(each, found[each.id]) for each in assignments]


def _tell_of_due_dates(session: Session, member_ids: Select[int]) -> None:
    for assignment, ids in _by_assignment(session, member_ids):
        due_changed.send(session, assignment=assignment, member_ids=set(ids))


def _give_more_time(session: Session, action: BulkAction) -> None:
    mine, reached = BulkActionMember, _reached(action)
    assert action.due_on is not None
    rows = select(
        literal(action.agency_id),
        mine.member_id,
        mine.due_before,
        literal(action.due_on),
        literal(action.reason),
        literal(action.by_id),
        literal(action.at, UtcDateTime()),
        literal(action.request_key),
    ).where(mine.action_id == action.id, mine.outcome == Outcome.REACHED)
    columns = [
        "agency_id", "member_id", "due_before", "due_on", "reason", "granted_by_id", "granted_at", "request_key",
    ]  # fmt: skip
    session.execute(insert(DueExtension).from_select(columns, rows), execution_options=_QUIETLY)
    session.execute(
        update(AssignmentMember)
        .where(AssignmentMember.id.in_(reached))
        .values(due_on=action.due_on, extended_to=action.due_on)
        .execution_options(**_QUIETLY)
    )
    _record(
        session, action, "bulk.extended", action.by_id, reached, members=action.people,
        on=action.due_on.isoformat(), reason=action.reason,
    )  # fmt: skip
    session.expire_all()
    _tell_of_due_dates(session, _reached(action))


def _course(session: Session, action: BulkAction) -> Course:
    return session.scalars(
        select(Course).options(joinedload(Course.current_version)).where(Course.id == action.course_id)
    ).one()


def _exempt(session: Session, action: BulkAction) -> None:
    reached, now = _reached(action), literal(action.at, UtcDateTime())
    people = _people(reached).distinct().subquery("reached")
    values = {
        "agency_id": literal(action.agency_id),
        "person_id": people.c.person_id,
        "course_id": literal(action.course_id),
        "kind": literal(RecognitionKind.EXEMPTION.value),
        "reason": literal(action.reason),
        "evidence": literal(""),
        "asked_at": now,
        "asked_by_id": literal(action.by_id),
        "granted": literal(True),
        "decided_at": now,
        "decided_by_id": literal(action.by_id),
        "answer": literal(""),
        "valid_until": literal(action.valid_until, Recognition.valid_until.type),
    }
    new = session.scalars(
        insert_of(session, Recognition)
        # An insert that ignores conflicts needs a WHERE on SQLite, or its ON would be taken for a join's.
        .from_select(list(values), select(*values.values()).where(literal(True)))
        .on_conflict_do_nothing()
        .returning(Recognition.id)
    ).all()
    if len(new) != action.people:  # somebody has asked for one of them this very moment
        raise ListChanged
    granted = (
        select(Recognition.id)
        .join(AssignmentMember, AssignmentMember.person_id == Recognition.person_id)
        .where(
            AssignmentMember.id == BulkActionMember.member_id,
            Recognition.agency_id == action.agency_id,
            Recognition.course_id == action.course_id,
            Recognition.ended_at.is_(None),
            Recognition.granted.is_(True),
        )
        .scalar_subquery()
    )
    session.execute(
        update(BulkActionMember)
        .where(BulkActionMember.action_id == action.id, BulkActionMember.outcome == Outcome.REACHED)
        .values(recognition_id=granted)
        .execution_options(**_QUIETLY)
    )
    course = _course(session, action)
    _record(
        session, action, "bulk.exempted", action.by_id, reached, members=action.people, course=course.slug,
        reason=action.reason,
    )  # fmt: skip
    session.expire_all()
    renewals.settle(session, agency_id=action.agency_id)
    exempted_together.send(session, course=_course(session, action), recognition_ids=list(new))


def _remind(session: Session, action: BulkAction) -> None:
    rows = _reached(action).add_columns(
        literal(clock.today()), literal(action.agency_id), literal(action.by_id), literal(action.at, UtcDateTime())
    )
    new = session.scalars(
        insert_of(session, MemberReminder)
        .from_select(["member_id", "reminded_on", "agency_id", "reminded_by_id", "at"], rows)
        .on_conflict_do_nothing()
        .returning(MemberReminder.member_id)
    ).all()
    if len(new) != action.reached:
        raise ListChanged
    _record(session, action, "bulk.reminded", action.by_id, _reached(action), members=action.people)
    session.flush()
    for assignment, ids in _by_assignment(session, _reached(action)):
        members_reminded.send(session, assignment=assignment, member_ids=ids)


# Afterwards


def _loaded() -> tuple[Any, ...]:
    return (
        joinedload(BulkAction.by, innerjoin=True),
        joinedload(BulkAction.undone_by),
        joinedload(BulkAction.course).joinedload(Course.current_version),
    )


def recent(session: Session, agency_id: int) -> Sequence[BulkAction]:
    """The agency's newest actions. One query."""
    return session.scalars(
        select(BulkAction)
        .options(*_loaded())
        .where(BulkAction.agency_id == agency_id)
        .order_by(BulkAction.id.desc())
        .limit(RECENT)
    ).all()


def one_in(session: Session, agency_id: int, action_id: int) -> BulkAction | None:
    """One of the agency's; None for another agency's."""
    return session.scalar(
        select(BulkAction).options(*_loaded()).where(BulkAction.id == action_id, BulkAction.agency_id == agency_id)
    )


def undo(session: Session, action: BulkAction, *, actor_id: int) -> bool:
    """Put back what the action changed, for those whose state is still what it made it; whether this request did it.

    Undoing it again changes nothing. Raises CannotUndo.
    """
    if action.act is BulkAct.REMINDER:
        raise CannotUndo
    session.refresh(action, ["undone_at"], with_for_update=True)
    if action.undone_at is not None:
        return False
    _lock(session, _reached(action))
    mine = BulkActionMember
    fits = _still_exempt(action) if action.act is BulkAct.EXEMPTION else _still_extended(action)
    reached = (mine.action_id == action.id, mine.outcome == Outcome.REACHED)
    changed: Select[int] = select(mine.member_id).where(*reached, mine.put_back.is_(True))
    session.execute(
        update(mine).where(*reached).values(put_back=mine.member_id.in_(fits)).execution_options(**_QUIETLY)
    )
    number = session.scalar(select(func.count()).select_from(changed.subquery())) or 0
    people = session.scalar(select(func.count()).select_from(_people(changed).distinct().subquery())) or 0
    action.undone_at, action.undone_by_id, action.put_back = clock.now(), actor_id, number
    session.flush()
    _record(
        session, action, "bulk.undone", actor_id, changed, members=people, act=action.act.value,
        left=action.reached - number,
    )  # fmt: skip
    if action.act is BulkAct.EXEMPTION:
        _end_exemptions(session, action, changed)
    else:
        _take_time_back(session, action, changed)
    return True


def _still_extended(action: BulkAction) -> Select[int]:
    """Members who still have the day that the action gave them: not moved, not done, not gone since."""
    member = AssignmentMember
    return (
        select(member.id)
        .join(Assignment, Assignment.id == member.assignment_id)
        .where(
            member.id.in_(_reached(action)),
            member.left_at.is_(None),
            member.due_on == action.due_on,
            member.extended_to == action.due_on,
            Assignment.withdrawn_at.is_(None),
            # A rule that was changed since would have given another day than the one before.
            Assignment.due_changed_at.is_(None) | (Assignment.due_changed_at < action.at),
            member.id.not_in(done_among(_reached(action))),
        )
    )


def _still_exempt(action: BulkAction) -> Select[int]:
    mine = BulkActionMember
    return (
        select(mine.member_id)
        .join(Recognition, Recognition.id == mine.recognition_id)
        .where(mine.action_id == action.id, Recognition.granted.is_(True), Recognition.ended_at.is_(None))
    )


def _take_time_back(session: Session, action: BulkAction, changed: Select[int]) -> None:
    mine = BulkActionMember
    own = (mine.action_id == action.id, mine.member_id == AssignmentMember.id)
    session.execute(
        update(AssignmentMember)
        .where(AssignmentMember.id.in_(changed))
        .values(
            due_on=select(mine.due_before).where(*own).scalar_subquery(),
            extended_to=select(mine.extended_before).where(*own).scalar_subquery(),
        )
        .execution_options(**_QUIETLY)
    )
    session.execute(
        update(DueExtension)
        .where(DueExtension.request_key == action.request_key, DueExtension.member_id.in_(changed))
        .values(taken_back_at=action.undone_at)
        .execution_options(**_QUIETLY)
    )
    session.flush()
    session.expire_all()
    _tell_of_due_dates(session, changed)


def _end_exemptions(session: Session, action: BulkAction, changed: Select[int]) -> None:
    """From now the course is asked of them again; until when a path is valid is worked out anew."""
    mine = BulkActionMember
    ids = list(
        session.scalars(
            update(Recognition)
            .where(
                Recognition.id.in_(
                    select(mine.recognition_id).where(mine.action_id == action.id, mine.put_back.is_(True))
                )
            )
            .values(ended_at=action.undone_at)
            .returning(Recognition.id)
            .execution_options(**_QUIETLY)
        )
    )
    session.execute(
        update(AssignmentMember)
        .where(AssignmentMember.agency_id == action.agency_id, AssignmentMember.person_id.in_(_people(changed)))
        .values(valid_until=None)
        .execution_options(**_QUIETLY)
    )
    session.flush()
    session.expire_all()
    renewals.settle(session, agency_id=action.agency_id)
    exemptions_undone.send(session, recognition_ids=ids)
