from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Level
from learning.paths import assigning, building
from learning.paths.due_dates import DueRule
from learning.paths.membership import Refreshed, refresh
from learning.paths.models import AssignmentMember, DueKind
from learning.paths.signals import members_joined, members_left
from tests.factories import make_position
from tests.paths.scene import assign, audience, counted, make_course, make_path, make_town, manager, move


def member(session: Session, person_id: int) -> AssignmentMember:
    return session.scalars(select(AssignmentMember).where(AssignmentMember.person_id == person_id)).one()


def test_a_new_manager_joins_with_a_due_date_of_their_own(session: Session) -> None:
    town, today = make_town(session), clock.today()
    path = make_path(session, town.agency, make_course(session))
    manager(session, town.school)
    assignment = assign(session, path, audience(town.top), DueRule(DueKind.AFTER_ASSIGNMENT, days=30))
    with clock.stopped_at(clock.now() + timedelta(days=5)):
        late = manager(session, town.nursing)
        told: list[tuple[int, list[int]]] = []

        def note(sender: Session, *, assignment: object, member_ids: list[int]) -> None:
            told.append((assignment.id, member_ids))  # type: ignore[attr-defined]

        with members_joined.connected_to(note):
            assert refresh(session, town.agency.id) == Refreshed(joined=1)
            assert refresh(session, town.agency.id) == Refreshed()
    joiner = member(session, late.id)
    assert joiner.due_on == today + timedelta(days=35)
    assert told == [(assignment.id, [joiner.id])]


def test_leaving_and_coming_back(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    manager(session, town.school)
    leaver = manager(session, town.nursing)
    due = clock.today() + timedelta(days=90)
    assign(session, path, audience(town.top), DueRule(DueKind.FIXED, on=due))
    left: list[int] = []

    def note(sender: Session, *, member_ids: list[int]) -> None:
        left.extend(member_ids)

    position = leaver.positions[0]
    position.ends_on = clock.today() - timedelta(days=1)
    session.flush()
    with members_left.connected_to(note):
        assert refresh(session) == Refreshed(left=1)
        assert refresh(session) == Refreshed()
    gone = member(session, leaver.id)
    assert left == [gone.id]
    assert gone.left_at is not None
    back = make_position(session, leaver, town.school, starts_on=clock.today())
    assert refresh(session) == Refreshed(returned=1)
    returned = member(session, leaver.id)
    assert (returned.id, returned.left_at, returned.position_id, returned.due_on) == (gone.id, None, back.id, due)


def test_somebody_deactivated_leaves(session: Session) -> None:
    town = make_town(session)
    assign_to = manager(session, town.school)
    assign(session, make_path(session, town.agency, make_course(session)), audience(town.top))
    assign_to.deactivated_at = clock.now()
    session.flush()
    assert refresh(session) == Refreshed(left=1)


def test_a_move_inside_the_audience_keeps_the_due_date_and_counts_in_the_new_unit(session: Session) -> None:
    town = make_town(session)
    person = manager(session, town.school)
    assign(
        session,
        make_path(session, town.agency, make_course(session)),
        audience(town.top),
        DueRule(DueKind.AFTER_ASSIGNMENT, days=10),
    )
    due = member(session, person.id).due_on
    with clock.stopped_at(clock.now() + timedelta(days=3)):
        new = move(session, person.positions[0], town.nursing, clock.today())
        session.flush()
        assert refresh(session) == Refreshed()
    assert (member(session, person.id).position_id, member(session, person.id).due_on) == (new.id, due)


def test_levels_of_the_audience_hold_for_joiners_too(session: Session) -> None:
    town = make_town(session)
    manager(session, town.school)
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, audience(town.top, levels=(Level.FIRST_LINE,)))
    manager(session, town.school, level=Level.EMPLOYEE)
    assert refresh(session) == Refreshed()


@pytest.mark.parametrize("ended", ["withdrawn", "archived", "other agency"])
def test_what_has_ended_is_left_alone(session: Session, ended: str) -> None:
    town, other = make_town(session), make_town(session)
    manager(session, town.school)
    path = make_path(session, town.agency, make_course(session))
    assignment = assign(session, path, audience(town.top))
    if ended == "withdrawn":
        assigning.withdraw(session, assignment, actor_id=None)
    if ended == "archived":
        building.archive_path(session, path, actor_id=None)
    manager(session, town.school)
    assert refresh(session, other.agency.id if ended == "other agency" else None) == Refreshed()


def test_a_refresh_takes_the_same_number_of_statements_for_many(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    manager(session, town.school)
    assign(session, path, audience(town.top))
    numbers = []
    for joiners in (10, 200):
        for _ in range(joiners):
            manager(session, town.nursing)
        session.flush()
        session.expire_all()
        with members_joined.muted(), counted(session) as statements:  # mails are another room's
            assert refresh(session).joined == joiners
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
