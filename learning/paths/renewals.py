"""Rounds of renewal: working out until when a finished path is valid, and opening the next round in time.

What stands on a member follows from completions, rules and the rounds that began; ``differences`` works it out anew
and names where the two disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.database import batches
from learning.paths import renewal, versions
from learning.paths.models import (
    Assignment,
    AssignmentMember,
    AssignmentRound,
    LearningPath,
    PathChoice,
    PathStep,
    Recognition,
)
from learning.paths.renewal import RenewRule
from learning.paths.signals import rounds_opened
from learning.paths.standing import in_force
from learning.progress.models import Completion

AT_ONCE = 1000
T = TypeVar("T")


@dataclass(frozen=True)
class _Member:
    id: int
    assignment_id: int
    path_id: int
    rule: RenewRule
    due_on: date | None
    anchor_on: date | None
    valid_until: date | None
    round: int


def _live(agency_id: int | None, person_id: int | None) -> Any:
    """Members of live assignments that are to be renewed."""
    statement = (
        select(
            AssignmentMember.id,
            AssignmentMember.assignment_id,
            Assignment.path_id,
            Assignment.valid_months,
            Assignment.renew_days,
            Assignment.renew_basis,
            AssignmentMember.due_on,
            AssignmentMember.anchor_on,
            AssignmentMember.valid_until,
            AssignmentMember.round,
        )
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .where(
            Assignment.valid_months.is_not(None),
            Assignment.withdrawn_at.is_(None),
            LearningPath.archived_at.is_(None),
            AssignmentMember.left_at.is_(None),
        )
        .order_by(AssignmentMember.id)
    )
    if agency_id is not None:
        statement = statement.where(AssignmentMember.agency_id == agency_id)
    if person_id is not None:
        statement = statement.where(AssignmentMember.person_id == person_id)
    return statement


def _members(session: Session, statement: Any) -> Iterator[_Member]:
    for row in session.execute(statement).all():
        rule = renewal.rule_from(row.valid_months, row.renew_days, row.renew_basis)
        assert rule is not None, "the statement asks for assignments with a rule"
        yield _Member(
            row.id, row.assignment_id, row.path_id, rule, row.due_on, row.anchor_on, row.valid_until, row.round
        )


def done_days(session: Session, member_ids: Sequence[int], today: date) -> dict[int, date]:
    """The day that each of the members finished the round they are in; those who have not are left out.

    A day is one in Norway. One query a thousand members.
    """
    found: dict[int, date] = {}
    for batch in batches(member_ids, AT_ONCE):
        steps: dict[int, dict[int, tuple[bool, int | None, int | None, date | None]]] = defaultdict(dict)
        rows = session.execute(
            select(
                AssignmentMember.id,
                PathStep.id,
                PathStep.mandatory,
                PathChoice.number,
                PathChoice.needed,
                func.min(Completion.completed_at, type_=Completion.completed_at.type),
                func.min(Recognition.decided_at, type_=Recognition.decided_at.type),
            )
            .join(PathStep, PathStep.version_id == AssignmentMember.version_id)
            .outerjoin(PathChoice, PathChoice.id == PathStep.choice_id)
            .outerjoin(
                Completion,
                and_(
                    Completion.person_id == AssignmentMember.person_id,
                    Completion.course_id == PathStep.course_id,
                    or_(
                        AssignmentMember.counts_from.is_(None), Completion.completed_at >= AssignmentMember.counts_from
                    ),
                ),
            )
            .outerjoin(
                Recognition,
                and_(
                    Recognition.person_id == AssignmentMember.person_id,
                    Recognition.course_id == PathStep.course_id,
                    in_force(AssignmentMember.agency_id, today),
                ),
            )
            .where(AssignmentMember.id.in_(batch))
            .group_by(AssignmentMember.id, PathStep.id, PathStep.mandatory, PathChoice.number, PathChoice.needed)
        )
        for member_id, step_id, mandatory, number, needed, completed_at, decided_at in rows:
            moments = [moment for moment in (completed_at, decided_at) if moment is not None]
            day = min(moments).astimezone(clock.OSLO).date() if moments else None
            steps[member_id][step_id] = (mandatory, number, needed, day)
        for member_id, mine in steps.items():
            mandatory_days = [day for is_mandatory, _, _, day in mine.values() if is_mandatory]
            choices: dict[int, tuple[int, list[date | None]]] = {}
            for _, choice, choose, day in mine.values():
                if choice is not None and choose is not None:
                    choices.setdefault(choice, (choose, []))[1].append(day)
            done = renewal.done_on(mandatory_days, list(choices.values()))
            if done is not None:
                found[member_id] = done
    return found


def settle(session: Session, *, agency_id: int | None = None, person_id: int | None = None) -> int:
    """Note until when what has been finished is valid; how many members. Run daily and after a completion.

    Whoever was done by a recognition that has ended is not valid any longer, so those who have one are looked at anew.
    """
    today = clock.today()
    recognised = (
        select(Recognition.id)
        .where(
            Recognition.agency_id == AssignmentMember.agency_id,
            Recognition.person_id == AssignmentMember.person_id,
            Recognition.granted.is_(True),
        )
        .exists()
    )
    statement = _live(agency_id, person_id).where(or_(AssignmentMember.valid_until.is_(None), recognised))
    members = list(_members(session, statement))
    days = done_days(session, [member.id for member in members], today)
    changes = []
    for member in members:
        done, anchor, until = days.get(member.id), member.anchor_on, None
        if done is not None:
            anchor = member.anchor_on or member.due_on or done
            until = renewal.valid_until(member.rule, done, anchor)
        if until != member.valid_until:
            changes.append({"id": member.id, "anchor_on": anchor, "valid_until": until})
    for batch in batches(changes, AT_ONCE):
        session.execute(update(AssignmentMember), batch)
    if changes:
        session.expire_all()
    return len(changes)


def open_rounds(session: Session, *, agency_id: int | None = None) -> int:
    """Begin the renewals whose time has come; how many. Sends rounds_opened for each assignment."""
    today = clock.today()
    statement = _live(agency_id, None).where(AssignmentMember.valid_until.is_not(None))
    due = [
        member
        for member in _members(session, statement)
        if member.valid_until is not None and renewal.opens_on(member.rule, member.valid_until) <= today
    ]
    current: dict[int, int] = {}
    opened: dict[int, list[int]] = defaultdict(list)
    changes, rounds = [], []
    since = datetime.combine(today, time(), clock.OSLO)
    for member in due:
        assert member.valid_until is not None
        if member.path_id not in current:
            current[member.path_id] = versions.current_id(session, member.path_id)
        due_on = renewal.due_of_round(member.rule, member.valid_until, today)
        rounds.append({"member_id": member.id, "number": member.round + 1, "opened_on": today, "due_on": due_on})
        changes.append(
            {
                "id": member.id,
                "round": member.round + 1,
                "counts_from": since,
                "due_on": due_on,
                "extended_to": None,
                "valid_until": None,
                "version_id": current[member.path_id],
            }
        )
        opened[member.assignment_id].append(member.id)
    for batch in batches(rounds, AT_ONCE):
        session.execute(insert(AssignmentRound), batch)
    for batch in batches(changes, AT_ONCE):
        session.execute(update(AssignmentMember), batch)
    if changes:
        session.expire_all()
    for assignment_id, member_ids in opened.items():
        assignment = session.get_one(Assignment, assignment_id)
        rounds_opened.send(session, assignment=assignment, member_ids=member_ids)
    return len(due)


def change_rule(session: Session, assignment: Assignment, rule: RenewRule | None, *, actor_id: int | None) -> None:
    """Give the assignment another renewal rule, or none; what is finished is valid by the new one from now.

    Rounds that have begun go on. Raises renewal.InvalidRenewRule.
    """
    if rule is not None:
        renewal.check(rule)
    session.refresh(assignment, ["valid_months", "renew_days", "renew_basis"], with_for_update=True)
    if renewal.rule_of(assignment) == rule:
        return
    assignment.valid_months = rule.months if rule else None
    assignment.renew_days = rule.days if rule else None
    assignment.renew_basis = rule.basis if rule else None
    session.execute(
        update(AssignmentMember)
        .where(AssignmentMember.assignment_id == assignment.id)
        .values(valid_until=None)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session,
        "assignment.renewal-changed",
        subject_type="assignment",
        subject_id=assignment.id,
        actor_id=actor_id,
        agency_id=assignment.agency_id,
        path=assignment.path.title,
        months=rule.months if rule else None,
        days=rule.days if rule else None,
        basis=rule.basis.value if rule else None,
    )
    session.flush()
    settle(session, agency_id=assignment.agency_id)


@dataclass(frozen=True)
class Difference:
    """A member whose row says something else than the facts."""

    member_id: int
    field: str
    stored: object
    derived: object


def differences(session: Session, agency_id: int | None = None) -> list[Difference]:
    """Where what stands on members to be renewed does not follow from completions and rounds. None when all is well."""
    today = clock.today()
    members = list(_members(session, _live(agency_id, None)))
    days = done_days(session, [member.id for member in members], today)
    newest: dict[int, tuple[int, date]] = {}
    for row in session.execute(
        select(AssignmentRound.member_id, AssignmentRound.number, AssignmentRound.due_on).order_by(
            AssignmentRound.number
        )
    ):
        newest[row.member_id] = (row.number, row.due_on)
    found = []
    for member in members:
        number, _ = newest.get(member.id, (1, None))
        if member.round != number:
            found.append(Difference(member.id, "round", member.round, number))
        done = days.get(member.id)
        until = None
        if done is not None:
            until = renewal.valid_until(member.rule, done, member.anchor_on or member.due_on or done)
        if member.valid_until != until:
            found.append(Difference(member.id, "valid_until", member.valid_until, until))
    return found
