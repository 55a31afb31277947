"""Whom there may be something to remind of, where they stand, and what they have been reminded of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from learning import clock
from learning.database import batches
from learning.organisation.holding import held_on
from learning.organisation.models import Person, Position
from learning.paths.due_dates import Status
from learning.paths.models import Assignment, AssignmentMember, LearningPath
from learning.paths.reminder_models import Reminder, ReminderRule
from learning.paths.reminder_plans import DEFAULT_PLAN, MOST_DAYS, TOO_LATE, Plan, Who, in_order
from learning.paths.standing import standing, status_column

AT_ONCE = 2000  # members a statement
_Manager = aliased(Person)


@dataclass(frozen=True, slots=True)
class Member:
    """``manager_id`` is None for who has no line manager in the agency now; ``spent`` as in reminder_plans.due."""

    id: int
    agency_id: int
    assignment_id: int
    person_id: int
    manager_id: int | None
    due_on: date
    spent_by_learner: date
    spent_by_manager: date

    def spent(self, who: Who) -> date:
        return self.spent_by_learner if who is Who.LEARNER else self.spent_by_manager

    def recipient_id(self, who: Who) -> int | None:
        return self.person_id if who is Who.LEARNER else self.manager_id


@dataclass(frozen=True, slots=True)
class Item:
    """What a message reminds of: ``name`` is the member's."""

    who: Who
    member_id: int
    due_on: date
    name: str
    path_id: int
    title: str


def plans(session: Session) -> dict[int, Plan]:
    """The plans of the assignments that have their own, by assignment. One query."""
    found: dict[int, list[ReminderRule]] = {}
    for rule in session.scalars(select(ReminderRule)):
        found.setdefault(rule.assignment_id, []).append(rule)
    return {assignment_id: in_order(rule.line for rule in rules) for assignment_id, rules in found.items()}


def plan_of(session: Session, assignment_id: int) -> tuple[Plan, bool]:
    """The assignment's plan, and whether it is its own instead of the default."""
    rules = session.scalars(select(ReminderRule).where(ReminderRule.assignment_id == assignment_id)).all()
    return (in_order(rule.line for rule in rules), True) if rules else (DEFAULT_PLAN, False)


def _is_live() -> ColumnElement[bool]:
    return and_(
        AssignmentMember.left_at.is_(None), Assignment.withdrawn_at.is_(None), LearningPath.archived_at.is_(None)
    )


def _is_managed(today: date) -> ColumnElement[bool]:
    """The line manager of the member's position, who must work in the agency today."""
    held = aliased(Position)
    works_here = (
        select(held.id)
        .where(
            held.person_id == _Manager.id,
            held.agency_id == AssignmentMember.agency_id,
            held_on(today, held),
        )
        .exists()
    )
    return and_(_Manager.id == Position.reports_to_id, _Manager.deactivated_at.is_(None), works_here)


def _latest(who: Who) -> Any:
    return (
        select(func.max(Reminder.line_on))
        .where(
            Reminder.member_id == AssignmentMember.id,
            Reminder.due_on == AssignmentMember.due_on,
            Reminder.who == who,
        )
        .scalar_subquery()
    )


def _members(today: date) -> Select[Any]:
    return (
        select(
            AssignmentMember.id,
            AssignmentMember.agency_id,
            AssignmentMember.assignment_id,
            AssignmentMember.person_id,
            _Manager.id,
            AssignmentMember.due_on,
            AssignmentMember.joined_at,
            AssignmentMember.counts_from,
            _latest(Who.LEARNER),
            _latest(Who.MANAGER),
        )
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .join(Person, Person.id == AssignmentMember.person_id)
        .join(Position, Position.id == AssignmentMember.position_id)
        .outerjoin(_Manager, _is_managed(today))
        .where(_is_live(), Person.deactivated_at.is_(None))
        .order_by(AssignmentMember.id)
    )


def _read(session: Session, statement: Select[Any]) -> Iterator[Member]:
    for row in session.execute(statement.execution_options(yield_per=AT_ONCE)):
        member_id, agency_id, assignment_id, person_id, manager_id, due_on, joined_at, since, learner, manager = row
        told_on = (since or joined_at).astimezone(clock.OSLO).date()  # of this round, by a mail of its own
        spent = max(learner or date.min, told_on), max(manager or date.min, told_on)
        yield Member(member_id, agency_id, assignment_id, person_id, manager_id, due_on, *spent)


def members(session: Session, today: date, plans: Sequence[Plan]) -> Iterator[Member]:
    """The live members of all agencies whose due date is near enough for a line of a plan. One query, streamed.

    Whether they are done is not looked at: ask ``statuses`` about those whose day has come.
    """
    offsets = [line.offset for plan in plans for line in plan]
    from_day, to_day = today - TOO_LATE - timedelta(days=max(offsets)), today - timedelta(days=min(offsets))
    return _read(session, _members(today).where(AssignmentMember.due_on.between(from_day, to_day)))


def members_of(session: Session, assignment_id: int, today: date) -> Iterator[Member]:
    """The live members of one assignment who have a due date that a line may be counted from. One query, streamed."""
    around = timedelta(days=2 * MOST_DAYS)
    near = AssignmentMember.due_on.between(today - around, today + around)
    return _read(session, _members(today).where(AssignmentMember.assignment_id == assignment_id, near))


def statuses(session: Session, member_ids: Sequence[int], today: date) -> dict[int, Status]:
    """Where live members stand, by member; who is no longer live is left out. A query for each ``AT_ONCE``.

    The only place in which reminders ask what it takes to have done a path.
    """
    found: dict[int, Status] = {}
    for batch in batches(member_ids, AT_ONCE):
        asked = (
            select(
                AssignmentMember.id,
                AssignmentMember.agency_id,
                AssignmentMember.person_id,
                AssignmentMember.version_id,
                AssignmentMember.counts_from,
                AssignmentMember.due_on,
            )
            .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
            .join(LearningPath, LearningPath.id == Assignment.path_id)
            .where(_is_live(), AssignmentMember.id.in_(batch))
            .subquery("asked")
        )
        stands = standing(asked, today)
        rows = session.execute(select(stands.c.id, status_column(stands, today)))
        found.update({member_id: Status(value) for member_id, value in rows})
    return found


def record(session: Session, facts: Sequence[dict[str, Any]]) -> None:
    """Write what was reminded of: rows of ``Reminder``."""
    for batch in batches(facts, AT_ONCE):
        # Rows with None would else be inserted apart from the others, one by one.
        session.execute(insert(Reminder), batch, execution_options={"render_nulls": True})


def _holding(today: date, recipient_id: Any, *columns: Any) -> Select[Any]:
    """Of what was reminded of, that which still holds: the member is live, the due date has not moved, and the manager
    is still theirs. ``recipient_id`` is a column or a number.
    """
    return (
        select(*columns)
        .select_from(Reminder)
        .join(AssignmentMember, AssignmentMember.id == Reminder.member_id)
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .join(Person, Person.id == AssignmentMember.person_id)
        .join(Position, Position.id == AssignmentMember.position_id)
        .outerjoin(_Manager, _is_managed(today))
        .where(
            Reminder.due_on == AssignmentMember.due_on,
            _is_live(),
            Person.deactivated_at.is_(None),
            or_(
                and_(Reminder.who == Who.LEARNER, AssignmentMember.person_id == recipient_id),
                and_(Reminder.who == Who.MANAGER, _Manager.id == recipient_id),
            ),
        )
    )


def of_message(session: Session, message_id: int, recipient_id: int, today: date) -> list[Item]:
    """What a message reminds of that still holds, once each; by due date and name. One query."""
    name = Person.given_name + " " + Person.family_name
    columns = (Reminder.who, AssignmentMember.id, Reminder.due_on, name, LearningPath.id, LearningPath.title)
    rows = session.execute(
        _holding(today, recipient_id, *columns)
        .where(Reminder.outbox_message_id == message_id)
        .order_by(Reminder.due_on, Person.family_name, Person.given_name, AssignmentMember.id)
    )
    return list(dict.fromkeys(Item(*row) for row in rows))  # two lines of a plan may have come into one mail


def still_unsaid(session: Session, message_ids: Sequence[int], today: date) -> set[int]:
    """Which of the messages, none of which was sent, still hold something to say: a line that is not too old, of a
    member who is not done. A few queries for each thousand.
    """
    found: set[int] = set()
    for batch in batches(message_ids, AT_ONCE):
        rows = session.execute(
            _holding(today, Reminder.recipient_id, Reminder.outbox_message_id, AssignmentMember.id).where(
                Reminder.outbox_message_id.in_(batch), Reminder.line_on > today - TOO_LATE
            )
        ).all()
        stands = statuses(session, sorted({member_id for _, member_id in rows}), today)
        found.update(
            message_id for message_id, member_id in rows if stands.get(member_id, Status.DONE) is not Status.DONE
        )
    return found
