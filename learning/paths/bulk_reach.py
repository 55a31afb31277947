"""Whom an act for many people would reach, and why it leaves out the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.models import Course
from learning.organisation import bounces
from learning.organisation.models import Person
from learning.paths.bulk_models import BulkAct, BulkActionMember, Outcome
from learning.paths.member_list import Wanted, chosen
from learning.paths.models import (
    Assignment,
    AssignmentMember,
    LearningPath,
    MemberReminder,
    PathStep,
    Recognition,
)
from learning.paths.standing import live_members
from learning.progress.models import Completion

LONGEST_REASON = 500
NAMES = 100  # that are shown of each group


class InvalidOrder(ValueError):
    """What the act needs is missing or cannot be: names the field, and what is wrong with it."""


@dataclass(frozen=True)
class Order:
    """What is to be done, for whom: those with ``member_ids``, or with None everybody whom ``wanted`` fits."""

    act: BulkAct
    wanted: Wanted = field(default_factory=Wanted)
    member_ids: frozenset[int] | None = None
    reason: str = ""
    due_on: date | None = None
    course_id: int | None = None
    valid_until: date | None = None

    @property
    def list(self) -> Wanted:
        return self.wanted if self.member_ids is None else Wanted(member_ids=self.member_ids)


@dataclass(frozen=True)
class Someone:
    person_id: int
    name: str
    path_title: str
    due_on: date | None  # before the act


@dataclass(frozen=True)
class Group:
    """Members with the same ``outcome``; at most ``NAMES`` of them by name. ``put_back`` says what an undoing did."""

    outcome: Outcome
    put_back: bool | None
    number: int
    people: int
    names: list[Someone]


def check(order: Order) -> None:
    """Raises InvalidOrder. Pure but for today."""
    if order.act is BulkAct.REMINDER:
        return
    if not order.reason:
        raise InvalidOrder("reason", "missing")
    if len(order.reason) > LONGEST_REASON:
        raise InvalidOrder("reason", "long")
    if order.act is BulkAct.MORE_TIME and order.due_on is None:
        raise InvalidOrder("due_on", "missing")
    if order.act is BulkAct.MORE_TIME and order.due_on is not None and order.due_on < clock.today():
        raise InvalidOrder("due_on", "past")
    if order.act is BulkAct.EXEMPTION and order.course_id is None:
        raise InvalidOrder("course", "missing")
    if order.valid_until is not None and order.valid_until < clock.today():
        raise InvalidOrder("valid_until", "past")


def _reasons(order: Order, found: Subquery, agency_id: int, actor_id: int) -> list[tuple[ColumnElement[bool], Outcome]]:
    """The conditions under which a member is left out, the first that holds counts."""
    reasons: list[tuple[ColumnElement[bool], Outcome]] = [
        (found.c.done, Outcome.DONE),
        (Person.deactivated_at.is_not(None), Outcome.CLOSED),
    ]
    if order.act is BulkAct.MORE_TIME:
        reasons += [(found.c.due_on.is_(None), Outcome.UNDATED), (found.c.due_on >= order.due_on, Outcome.LATER)]
    elif order.act is BulkAct.REMINDER:
        today = exists().where(MemberReminder.member_id == found.c.id, MemberReminder.reminded_on == clock.today())
        reasons += [(today, Outcome.REMINDED), (bounces.is_unreached(), Outcome.UNREACHED)]
    else:
        asks = exists().where(
            PathStep.version_id == found.c.version_id,
            PathStep.course_id == order.course_id,
            or_(PathStep.mandatory, PathStep.choice_id.is_not(None)),
        )
        taken = exists().where(
            Completion.person_id == found.c.person_id,
            Completion.course_id == order.course_id,
            or_(found.c.counts_from.is_(None), Completion.completed_at >= found.c.counts_from),
        )
        open_one = and_(
            Recognition.agency_id == agency_id,
            Recognition.person_id == found.c.person_id,
            Recognition.course_id == order.course_id,
            Recognition.ended_at.is_(None),
        )
        reasons += [
            (~asks, Outcome.NOT_ASKED),
            (found.c.person_id == actor_id, Outcome.OWN),
            (taken, Outcome.TAKEN),
            (exists().where(open_one, Recognition.granted.is_(True)), Outcome.EXEMPT),
            (exists().where(open_one, Recognition.granted.is_(None)), Outcome.ASKED),
        ]
    return reasons


def outcomes(agency_id: int, order: Order, actor_id: int) -> Subquery:
    """Columns member_id, due_before, extended_before, person_id and outcome: a row for each chosen member."""
    statement, found, _ = chosen(agency_id, order.list)
    reasons = _reasons(order, found, agency_id, actor_id)
    outcome = case(*((condition, each.value) for condition, each in reasons), else_=Outcome.REACHED.value)
    member = AssignmentMember
    told: Select[Any] = statement.join(member, member.id == found.c.id).with_only_columns(
        member.id.label("member_id"),
        member.due_on.label("due_before"),
        member.extended_to.label("extended_before"),
        member.person_id.label("person_id"),
        outcome.label("outcome"),
    )
    if order.member_ids is None:
        return told.subquery("told")
    live = live_members(agency_id)
    gone = select(member.id, member.due_on, member.extended_to, member.person_id, literal(Outcome.LEFT.value)).where(
        member.agency_id == agency_id, member.id.in_(order.member_ids), member.id.not_in(select(live.c.id))
    )
    return union_all(told, gone).subquery("told")


def are_the_agencys(session: Session, agency_id: int, member_ids: frozenset[int]) -> bool:
    """Whether all of them are members of assignments of the agency, now or before."""
    found = session.scalar(
        select(func.count()).where(AssignmentMember.agency_id == agency_id, AssignmentMember.id.in_(member_ids))
    )
    return found == len(member_ids)


def _groups(session: Session, told: Subquery) -> list[Group]:
    """The groups of ``told``, which has columns member_id, outcome, put_back and due_before; those reached first."""
    keys = (told.c.outcome, told.c.put_back)
    member = AssignmentMember
    counts = session.execute(
        select(*keys, func.count(), func.count(member.person_id.distinct()))
        .join(member, member.id == told.c.member_id)
        .group_by(*keys)
    ).all()
    place = func.row_number().over(
        partition_by=keys, order_by=(Person.family_name, Person.given_name, told.c.member_id)
    )
    ranked = (
        select(
            *keys,
            Person.id.label("person_id"),
            Person.given_name,
            Person.family_name,
            LearningPath.title,
            told.c.due_before,
            place.label("place"),
        )
        .join(member, member.id == told.c.member_id)
        .join(Person, Person.id == member.person_id)
        .join(Assignment, Assignment.id == member.assignment_id)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .subquery("ranked")
    )
    names: dict[tuple[Any, Any], list[Someone]] = {}
    for row in session.execute(select(ranked).where(ranked.c.place <= NAMES).order_by(ranked.c.place)):
        someone = Someone(row.person_id, f"{row.given_name} {row.family_name}", row.title, row.due_before)
        names.setdefault((row.outcome, row.put_back), []).append(someone)
    order = list(Outcome)
    groups = [
        Group(Outcome(outcome), put_back, number, people, names.get((outcome, put_back), []))
        for outcome, put_back, number, people in counts
    ]
    return sorted(groups, key=lambda each: (order.index(each.outcome), each.put_back is not True))


def preview(session: Session, agency_id: int, order: Order, actor_id: int) -> list[Group]:
    """Whom the act would reach now and whom it leaves out. Two queries; writes nothing. Raises InvalidOrder."""
    check(order)
    told = outcomes(agency_id, order, actor_id)
    rows = select(told.c.member_id, told.c.outcome, literal(None).label("put_back"), told.c.due_before)
    return _groups(session, rows.subquery("previewed"))


def groups_of(session: Session, action_id: int) -> list[Group]:
    """What became of the members of an action that was carried out. Two queries."""
    done = BulkActionMember
    rows = select(done.member_id, done.outcome, done.put_back, done.due_before).where(done.action_id == action_id)
    return _groups(session, rows.subquery("carried_out"))


def number_chosen(session: Session, agency_id: int, order: Order) -> int:
    """How many members are chosen, without those who left meanwhile."""
    statement, _, _ = chosen(agency_id, order.list)
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def courses_asked(session: Session, agency_id: int, order: Order) -> Sequence[Course]:
    """The courses that the chosen members' paths ask for."""
    statement, found, _ = chosen(agency_id, order.list)
    versions = statement.with_only_columns(found.c.version_id)
    asked = select(PathStep.course_id).where(
        PathStep.version_id.in_(versions), or_(PathStep.mandatory, PathStep.choice_id.is_not(None))
    )
    return session.scalars(
        select(Course).options(joinedload(Course.current_version)).where(Course.id.in_(asked)).order_by(Course.slug)
    ).all()
