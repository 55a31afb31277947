"""Giving a path to an audience: seeing first who is reached, assigning, withdrawing, changing the due date."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, func, insert, literal, select, update
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.database import UtcDateTime, insert_once
from learning.organisation.models import Level, Person, Position, Unit
from learning.paths import audience_rules, audiences, due_dates, renewal, versions
from learning.paths.audience_rules import AudienceSpec
from learning.paths.audiences import SAMPLE_SIZE, Someone
from learning.paths.due_dates import DueRule
from learning.paths.models import Assignment, AssignmentMember, Audience, DueKind, LearningPath
from learning.paths.renewal import RenewRule
from learning.paths.signals import due_changed, members_joined, members_left
from learning.paths.standing import standing


class CannotAssign(Exception):
    """The path is archived, has no steps or is not the agency's, or the assignment has been withdrawn."""


class EmptyAudience(Exception):
    """Nobody holds such a position today."""


class AudienceChanged(Exception):
    """The audience is no longer as large as it was in the preview."""


@dataclass(frozen=True)
class Preview:
    """Exactly who an assignment would reach today.

    ``by_unit`` and ``by_level`` add up to ``total``. ``completed`` have done the whole path already,
    ``assigned`` have the same path from another assignment, and for ``from_today`` the days since their
    position began have run out, so that their days count from the assignment.
    """

    total: int
    by_unit: list[tuple[str, int]]
    by_level: list[tuple[Level, int]]
    sample: list[Someone]
    completed: int
    completed_people: list[tuple[int, str]]  # id and name
    assigned: int
    from_today: int


def preview(session: Session, agency_id: int, path_id: int, spec: AudienceSpec, due: DueRule) -> Preview:
    """Count and name the people whom the assignment would reach. A constant number of queries; writes nothing.

    Raises audiences.UnknownUnit for a unit that is not the agency's.
    """
    audiences.check(session, agency_id, spec)
    today = clock.today()
    people = audiences.people_in(agency_id, spec, today)
    by_unit: Counter[tuple[int, str]] = Counter()
    by_level: Counter[Level] = Counter()
    for unit_id, name, level, number in session.execute(
        select(Unit.id, Unit.name, people.c.level, func.count())
        .join(people, people.c.unit_id == Unit.id)
        .group_by(Unit.id, Unit.name, people.c.level)
    ):
        by_unit[unit_id, name] += number
        by_level[level] += number
    asked = select(
        people.c.person_id.label("id"),
        people.c.person_id,
        literal(agency_id).label("agency_id"),
        literal(versions.current_id(session, path_id)).label("version_id"),
        literal(None, UtcDateTime()).label("counts_from"),
    ).subquery()
    found = standing(asked, today)
    finished = session.execute(
        select(Person.id, Person.given_name, Person.family_name, func.count().over())
        .join(found, found.c.id == Person.id)
        .where(found.c.done)
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(SAMPLE_SIZE)
    ).all()
    assigned = session.scalar(
        select(func.count(AssignmentMember.person_id.distinct()))
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .join(people, people.c.person_id == AssignmentMember.person_id)
        .where(
            AssignmentMember.agency_id == agency_id,
            AssignmentMember.left_at.is_(None),
            Assignment.path_id == path_id,
            Assignment.withdrawn_at.is_(None),
        )
    )
    from_today = 0
    if due.kind is DueKind.AFTER_POSITION_START:
        ran_out = today - timedelta(days=due.days or 0)
        from_today = session.scalar(select(func.count()).select_from(people).where(people.c.starts_on < ran_out)) or 0
    return Preview(
        total=by_level.total(),
        by_unit=[
            (name, number)
            for (_, name), number in sorted(by_unit.items(), key=lambda found: (-found[1], found[0][1], found[0][0]))
        ],
        by_level=[(level, by_level[level]) for level in Level if level in by_level],
        sample=audiences.first_by_name(session, people),
        completed=finished[0][3] if finished else 0,
        completed_people=[(person_id, f"{given} {family}") for person_id, given, family, _ in finished],
        assigned=assigned or 0,
        from_today=from_today,
    )


def assignment_of(session: Session, agency_id: int, assignment_id: int) -> Assignment | None:
    """The agency's assignment with its path and audience, or None."""
    return session.scalar(
        select(Assignment)
        .options(
            joinedload(Assignment.path, innerjoin=True),
            joinedload(Assignment.created_by),
            joinedload(Assignment.audience, innerjoin=True),
        )
        .where(Assignment.agency_id == agency_id, Assignment.id == assignment_id)
    )


def with_request_key(session: Session, agency_id: int, request_key: str) -> Assignment | None:
    """The assignment that a form with this key has already made, or None."""
    return session.scalar(
        select(Assignment).where(Assignment.agency_id == agency_id, Assignment.request_key == request_key)
    )


def assign(
    session: Session,
    agency_id: int,
    path_id: int,
    spec: AudienceSpec,
    due: DueRule,
    *,
    request_key: str,
    actor_id: int | None,
    expected: int | None = None,
    renew: RenewRule | None = None,
    audience_id: int | None = None,
) -> Assignment:
    """Give the path to everybody in the audience today; a constant number of queries.

    ``audience_id`` is a saved audience whose rule is ``spec``: the assignment then follows it when it is changed.
    With ``renew`` it is to be taken again before it runs out. The same ``request_key`` in the same agency gives the
    same assignment back, and nothing more happens. ``expected`` is the number of people that the preview showed.
    Raises CannotAssign, EmptyAudience, AudienceChanged, audiences.UnknownUnit, due_dates.InvalidDueRule or
    renewal.InvalidRenewRule; then nothing is written.
    """
    existing = with_request_key(session, agency_id, request_key)
    if existing is not None:
        return existing
    now, today = clock.now(), clock.today()
    due_dates.check(due, today)
    if renew is not None:
        renewal.check(renew)
    audiences.check(session, agency_id, spec)
    path = session.scalar(
        select(LearningPath)
        .where(LearningPath.agency_id == agency_id, LearningPath.id == path_id)
        .with_for_update(read=True)  # it cannot be archived meanwhile
    )
    if path is None or path.archived_at is not None:
        raise CannotAssign
    version_id = versions.current_id(session, path_id)
    with session.begin_nested():
        if audience_id is None:
            unnamed = Audience(
                agency_id=agency_id, rule=audience_rules.to_json(spec), created_at=now, created_by_id=actor_id
            )
            session.add(unnamed)
            session.flush()
            audience_id = unnamed.id
        inserted = insert_once(
            session,
            Assignment,
            agency_id=agency_id,
            path_id=path_id,
            audience_id=audience_id,
            due_kind=due.kind,
            due_on=due.on,
            due_days=due.days,
            valid_months=renew.months if renew else None,
            renew_days=renew.days if renew else None,
            renew_basis=renew.basis if renew else None,
            created_at=now,
            created_by_id=actor_id,
            request_key=request_key,
        )
        assignment = with_request_key(session, agency_id, request_key)
        if assignment is None:  # cannot be: either this insert or the one it met is there
            raise CannotAssign
        if not inserted:
            return assignment
        people = audiences.people_in(agency_id, spec, today)
        member_ids = list(
            session.scalars(
                insert(AssignmentMember)
                .from_select(
                    ["agency_id", "assignment_id", "person_id", "position_id", "version_id", "due_on", "joined_at"],
                    select(
                        literal(agency_id),
                        literal(assignment.id),
                        people.c.person_id,
                        people.c.position_id,
                        literal(version_id),
                        due_dates.due_on_column(due, today, people.c.starts_on, session.get_bind().dialect),
                        literal(now, UtcDateTime()),
                    ),
                )
                .returning(AssignmentMember.id)
            )
        )
        if not member_ids:
            raise EmptyAudience
        if expected is not None and expected != len(member_ids):
            raise AudienceChanged
    audit.record(
        session,
        "assignment.created",
        subject_type="assignment",
        subject_id=assignment.id,
        actor_id=actor_id,
        agency_id=agency_id,
        path=path.title,
        members=len(member_ids),
    )
    session.flush()
    members_joined.send(session, assignment=assignment, member_ids=member_ids)
    return assignment


def withdraw(session: Session, assignment: Assignment, *, actor_id: int | None) -> None:
    """End the assignment: it leaves the board and nobody is reminded of it. What people did stays theirs.

    Withdrawing it again changes nothing.
    """
    session.refresh(assignment, ["withdrawn_at"], with_for_update=True)
    if assignment.withdrawn_at is not None:
        return
    assignment.withdrawn_at = clock.now()
    member_ids = list(
        session.scalars(
            select(AssignmentMember.id).where(
                AssignmentMember.assignment_id == assignment.id, AssignmentMember.left_at.is_(None)
            )
        )
    )
    audit.record(
        session,
        "assignment.withdrawn",
        subject_type="assignment",
        subject_id=assignment.id,
        actor_id=actor_id,
        agency_id=assignment.agency_id,
        path=assignment.path.title,
        members=len(member_ids),
    )
    session.flush()
    if member_ids:
        members_left.send(session, member_ids=member_ids)


def _day_in_oslo(day: date) -> tuple[datetime, datetime]:
    """The first moment of the day in Norway and that of the next day, in UTC."""
    midnight = datetime.combine(day, time(), clock.OSLO)
    return midnight.astimezone(UTC), datetime.combine(day + timedelta(days=1), time(), clock.OSLO).astimezone(UTC)


def _or_extended(due_on: ColumnElement[Any]) -> ColumnElement[Any]:
    """A member's new due date, or the day they have been given when that is later."""
    extended = AssignmentMember.extended_to
    return case((extended > due_on, extended), else_=due_on)


def change_due(session: Session, assignment: Assignment, due: DueRule, *, actor_id: int | None) -> None:
    """Give the assignment another due rule and every member in the first round the day it gives them.

    Relative days count from when each member joined. Whoever has been given more time keeps a day that is later than
    the new one; renewals keep theirs, which follow from what they renew. Raises due_dates.InvalidDueRule or
    CannotAssign.
    """
    due_dates.check(due, clock.today())
    session.refresh(assignment, ["withdrawn_at", "due_kind", "due_on", "due_days"], with_for_update=True)
    if assignment.withdrawn_at is not None:
        raise CannotAssign
    before = due_dates.rule_of(assignment)
    if before == due:
        return
    assignment.due_kind, assignment.due_on, assignment.due_days = due.kind, due.on, due.days
    assignment.due_changed_at = clock.now()
    session.flush()
    mine = and_(AssignmentMember.assignment_id == assignment.id, AssignmentMember.round == 1)
    old = _due_dates(session, assignment.id)
    if due.kind in (DueKind.NONE, DueKind.FIXED):
        session.execute(
            update(AssignmentMember)
            .where(mine)
            .values(due_on=_or_extended(literal(due.on, Date())))
            .execution_options(synchronize_session=False)
        )
    else:
        # People join in batches, so there are few joining days however many the members are.
        moments = session.scalars(select(AssignmentMember.joined_at).where(mine).distinct())
        starts_on = select(Position.starts_on).where(Position.id == AssignmentMember.position_id).scalar_subquery()
        dialect = session.get_bind().dialect
        for joined_on in sorted({moment.astimezone(clock.OSLO).date() for moment in moments}):
            begin, end = _day_in_oslo(joined_on)
            session.execute(
                update(AssignmentMember)
                .where(mine, AssignmentMember.joined_at >= begin, AssignmentMember.joined_at < end)
                .values(due_on=_or_extended(due_dates.due_on_column(due, joined_on, starts_on, dialect)))
                .execution_options(synchronize_session=False)
            )
    session.expire_all()
    audit.record(
        session,
        "assignment.due-changed",
        subject_type="assignment",
        subject_id=assignment.id,
        actor_id=actor_id,
        agency_id=assignment.agency_id,
        path=assignment.path.title,
        kind=due.kind.value,
        on=due.on.isoformat() if due.on else None,
        days=due.days,
    )
    session.flush()
    moved = {member_id for member_id, on in _due_dates(session, assignment.id).items() if on != old.get(member_id)}
    due_changed.send(session, assignment=assignment, member_ids=moved)


def _due_dates(session: Session, assignment_id: int) -> dict[int, date | None]:
    """The due date of each member that counts, by the member's id."""
    rows = session.execute(
        select(AssignmentMember.id, AssignmentMember.due_on).where(
            AssignmentMember.assignment_id == assignment_id, AssignmentMember.left_at.is_(None)
        )
    )
    found: dict[int, date | None] = dict(iter(rows))
    return found
