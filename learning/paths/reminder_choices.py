"""HR chooses another plan of reminders for an assignment than the default."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from learning.access import audit
from learning.database import insert_once
from learning.paths.models import Assignment
from learning.paths.reminder_members import plan_of
from learning.paths.reminder_models import ReminderRule
from learning.paths.reminder_plans import MOST_LINES, Line


class HasEnded(Exception):
    """The assignment is withdrawn, or its path is archived."""


class TooManyLines(Exception):
    """The plan has as many lines as it can have."""


class LastLine(Exception):
    """A plan keeps at least one line."""


class LineThere(Exception):
    """The plan has the line already."""


def has_ended(assignment: Assignment) -> bool:
    return assignment.withdrawn_at is not None or assignment.path.archived_at is not None


def _begin(session: Session, assignment: Assignment) -> None:
    session.refresh(assignment, ["withdrawn_at"], with_for_update=True)  # two changes take turns
    if has_ended(assignment):
        raise HasEnded


def _write(session: Session, assignment: Assignment, lines: Iterable[Line]) -> None:
    for line in lines:
        insert_once(
            session, ReminderRule, assignment_id=assignment.id, timing=line.timing, days=line.days, who=line.who
        )


def _record(session: Session, assignment: Assignment, actor_id: int | None, **detail: str | int) -> None:
    audit.record(
        session,
        "assignment.reminders-changed",
        subject_type="assignment",
        subject_id=assignment.id,
        actor_id=actor_id,
        agency_id=assignment.agency_id,
        path=assignment.path.title,
        **detail,
    )


def add_line(session: Session, assignment: Assignment, line: Line, *, actor_id: int | None) -> None:
    """Add a line; a default plan becomes the assignment's own.

    Raises HasEnded, LineThere or TooManyLines; then nothing is written.
    """
    _begin(session, assignment)
    plan, _ = plan_of(session, assignment.id)
    if line in plan:
        raise LineThere
    if len(plan) >= MOST_LINES:
        raise TooManyLines
    _write(session, assignment, (*plan, line))
    _record(session, assignment, actor_id, added=line.key, to=line.who.value)


def remove_line(session: Session, assignment: Assignment, line: Line, *, actor_id: int | None) -> bool:
    """Take a line away; a default plan becomes the assignment's own. Whether it was there.

    Raises HasEnded or LastLine; then nothing is written.
    """
    _begin(session, assignment)
    plan, _ = plan_of(session, assignment.id)
    if line not in plan:
        return False
    if len(plan) == 1:
        raise LastLine
    _write(session, assignment, (each for each in plan if each != line))
    session.execute(
        delete(ReminderRule).where(
            ReminderRule.assignment_id == assignment.id,
            ReminderRule.timing == line.timing,
            ReminderRule.days == line.days,
            ReminderRule.who == line.who,
        )
    )
    _record(session, assignment, actor_id, removed=line.key, to=line.who.value)
    return True


def back_to_default(session: Session, assignment: Assignment, *, actor_id: int | None) -> bool:
    """Give the assignment the default plan again; whether it had its own. Raises HasEnded."""
    _begin(session, assignment)
    _, is_own = plan_of(session, assignment.id)
    if is_own:
        session.execute(delete(ReminderRule).where(ReminderRule.assignment_id == assignment.id))
        _record(session, assignment, actor_id, plan="default")
    return is_own
