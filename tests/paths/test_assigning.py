from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent
from learning.organisation.models import Level
from learning.paths import assigning, audiences, building
from learning.paths.due_dates import DueRule, InvalidDueRule
from learning.paths.membership import refresh
from learning.paths.models import Assignment, AssignmentMember, DueKind
from learning.paths.signals import members_joined, members_left
from tests.paths.scene import (
    NO_DUE_DATE,
    assign,
    audience,
    complete,
    counted,
    make_course,
    make_path,
    make_town,
    manager,
)

KEY = "a-key-that-is-long-enough"


def members_of(session: Session, assignment: Assignment) -> list[AssignmentMember]:
    statement = select(AssignmentMember).where(AssignmentMember.assignment_id == assignment.id)
    return list(session.scalars(statement.order_by(AssignmentMember.person_id)))


def test_the_preview_says_exactly_who_is_reached(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    path = make_path(session, town.agency, course)
    ada = manager(session, town.school, "Ada Berg")
    manager(session, town.nursing, "Bo Dahl", Level.MIDDLE)
    manager(session, town.nursing, "Cato Aas", starts_on=clock.today() - timedelta(days=3))
    complete(session, ada, course)
    seen = assigning.preview(
        session, town.agency.id, path.id, audience(town.top), DueRule(DueKind.AFTER_POSITION_START, days=30)
    )
    assert seen.total == 3
    assert seen.by_unit == [("Nursing", 2), ("School", 1)]
    assert seen.by_level == [(Level.FIRST_LINE, 2), (Level.MIDDLE, 1)]
    assert [person.name for person in seen.sample] == ["Cato Aas", "Ada Berg", "Bo Dahl"]
    assert (seen.completed, [name for _, name in seen.completed_people]) == (1, ["Ada Berg"])
    assert (seen.assigned, seen.from_today) == (0, 2)


def test_the_preview_and_the_assignment_reach_the_same_people(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    people = {manager(session, unit).id for unit in (town.school, town.nursing, town.home_care) for _ in range(30)}
    seen = assigning.preview(session, town.agency.id, path.id, audience(town.top), NO_DUE_DATE)
    assert len(seen.sample) == audiences.SAMPLE_SIZE
    assignment = assign(session, path, audience(town.top), expected=seen.total)
    assert {member.person_id for member in members_of(session, assignment)} == people
    again = assigning.preview(session, town.agency.id, path.id, audience(town.top), NO_DUE_DATE)
    assert again.assigned == 90


def test_everybody_gets_their_own_due_date(session: Session) -> None:
    town, today = make_town(session), clock.today()
    path = make_path(session, town.agency, make_course(session))
    new = manager(session, town.school, starts_on=today - timedelta(days=10))
    old = manager(session, town.school, starts_on=date(2015, 1, 1))
    assignment = assign(session, path, audience(town.top), DueRule(DueKind.AFTER_POSITION_START, days=90))
    assert {member.person_id: member.due_on for member in members_of(session, assignment)} == {
        new.id: today + timedelta(days=80),
        old.id: today + timedelta(days=90),
    }


def test_a_second_click_gives_the_same_assignment(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    manager(session, town.school)
    told: list[list[int]] = []

    def note(sender: Session, *, member_ids: list[int], **_: object) -> None:
        told.append(member_ids)

    with members_joined.connected_to(note):
        first = assign(session, path, audience(town.top), request_key=KEY)
        second = assign(session, path, audience(town.top), request_key=KEY)
    assert first.id == second.id
    assert told == [[member.id for member in members_of(session, first)]]
    assert session.scalar(select(func.count()).select_from(AssignmentMember)) == 1
    assert session.scalar(select(func.count()).where(AuditEvent.action == "assignment.created")) == 1


def test_an_empty_audience_writes_nothing(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    with pytest.raises(assigning.EmptyAudience):
        assign(session, path, audience(town.top), request_key=KEY)
    assert session.scalar(select(func.count()).select_from(Assignment)) == 0
    manager(session, town.school)
    with pytest.raises(assigning.AudienceChanged):
        assign(session, path, audience(town.top), request_key=KEY, expected=2)
    assert session.scalar(select(func.count()).select_from(Assignment)) == 0
    assert members_of(session, assign(session, path, audience(town.top), request_key=KEY, expected=1))


def test_what_cannot_be_assigned(session: Session) -> None:
    mine, theirs = make_town(session), make_town(session)
    path = make_path(session, mine.agency, make_course(session))
    manager(session, mine.school)
    manager(session, theirs.school)
    with pytest.raises(audiences.UnknownUnit):
        assign(session, path, audience(theirs.top))
    with pytest.raises(assigning.CannotAssign):
        assigning.assign(
            session, theirs.agency.id, path.id, audience(theirs.top), NO_DUE_DATE, request_key=KEY, actor_id=None
        )
    with pytest.raises(InvalidDueRule):
        assign(session, path, audience(mine.top), DueRule(DueKind.FIXED, on=clock.today() - timedelta(days=1)))
    building.archive_path(session, path, actor_id=None)
    with pytest.raises(assigning.CannotAssign):
        assign(session, path, audience(mine.top))
    assert session.scalar(select(func.count()).select_from(Assignment)) == 0


def test_withdrawing_tells_once(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    manager(session, town.school)
    assignment = assign(session, path, audience(town.top))
    told: list[list[int]] = []

    def note(sender: Session, *, member_ids: list[int]) -> None:
        told.append(member_ids)

    with members_left.connected_to(note):
        assigning.withdraw(session, assignment, actor_id=None)
        assigning.withdraw(session, assignment, actor_id=None)
    assert told == [[member.id for member in members_of(session, assignment)]]
    with pytest.raises(assigning.CannotAssign):
        assigning.change_due(session, assignment, DueRule(DueKind.AFTER_ASSIGNMENT, days=3), actor_id=None)


def test_a_new_due_date_counts_from_when_each_joined(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    early = manager(session, town.school, starts_on=date(2010, 1, 1))
    # Half past eleven in the evening by UTC is the next day in Norway.
    with clock.stopped_at(datetime(2026, 11, 1, 23, 30, tzinfo=UTC)):
        assignment = assign(session, path, audience(town.top))
        late = manager(session, town.school, starts_on=date(2026, 11, 5))
    with clock.stopped_at(datetime(2026, 11, 10, 12, 0, tzinfo=UTC)):
        refresh(session)
        assigning.change_due(session, assignment, DueRule(DueKind.AFTER_ASSIGNMENT, days=30), actor_id=None)
        assert {member.person_id: member.due_on for member in members_of(session, assignment)} == {
            early.id: date(2026, 12, 2),
            late.id: date(2026, 12, 10),
        }
        assigning.change_due(session, assignment, DueRule(DueKind.AFTER_POSITION_START, days=30), actor_id=None)
        assert {member.person_id: member.due_on for member in members_of(session, assignment)} == {
            early.id: date(2026, 12, 2),
            late.id: date(2026, 12, 5),
        }
        assigning.change_due(session, assignment, DueRule(DueKind.FIXED, on=date(2027, 1, 1)), actor_id=None)
        assert {member.due_on for member in members_of(session, assignment)} == {date(2027, 1, 1)}
        assigning.change_due(session, assignment, NO_DUE_DATE, actor_id=None)
        assert {member.due_on for member in members_of(session, assignment)} == {None}


def test_assigning_takes_the_same_number_of_statements_for_many(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    for _ in range(10):
        manager(session, town.school)
    for _ in range(200):
        manager(session, town.nursing)
    session.flush()
    numbers = []
    for unit in (town.school, town.nursing):
        session.expire_all()
        with members_joined.muted(), counted(session) as statements:  # mails are another room's
            assigning.preview(session, town.agency.id, path.id, audience(unit), NO_DUE_DATE)
            assignment = assign(session, path, audience(unit))
        numbers.append(len(statements))
        assert len(members_of(session, assignment)) in (10, 200)
    assert numbers[0] == numbers[1]
