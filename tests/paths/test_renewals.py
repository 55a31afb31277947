"""Renewal, more time, exemptions and choices, in the database."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Person
from learning.paths import assigning, building, extending, membership, recognising, renewals
from learning.paths.board import board
from learning.paths.building import PathDraft, StepDraft
from learning.paths.due_dates import DueRule, Status
from learning.paths.extending import CannotExtend
from learning.paths.learner import my_paths
from learning.paths.models import AssignmentMember, DueKind, RecognitionKind, RenewBasis
from learning.paths.recognising import AlreadyDecided, InvalidRecognition, OwnRecognition
from learning.paths.renewal import RenewRule
from tests.factories import make_person, make_position
from tests.paths.scene import assign, audience, begin, complete, make_course, make_path, make_town, manager


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=clock.OSLO)


def the_member(session: Session) -> AssignmentMember:
    session.expire_all()
    return session.scalars(select(AssignmentMember)).one()


@pytest.mark.parametrize(
    ("basis", "second"), [(RenewBasis.COMPLETION, date(2028, 2, 10)), (RenewBasis.ANNIVERSARY, date(2028, 3, 1))]
)
def test_a_round_after_another(session: Session, basis: RenewBasis, second: date) -> None:
    town, course = make_town(session), make_course(session)
    person = manager(session, town.school)
    path = make_path(session, town.agency, course)
    with clock.stopped_at(on(date(2026, 1, 5))):
        due = DueRule(DueKind.FIXED, on=date(2026, 3, 1))
        assign(session, path, audience(town.top), due, renew=RenewRule(12, 30, basis))
    with clock.stopped_at(on(date(2026, 2, 20))):
        complete(session, person, course)
        assert renewals.settle(session) == 1
    until = the_member(session).valid_until
    assert until == (date(2027, 2, 20) if basis is RenewBasis.COMPLETION else date(2027, 3, 1))
    with clock.stopped_at(on(until - timedelta(days=31))):
        assert renewals.open_rounds(session) == 0
        assert my_paths(session, person.id)[0].status is Status.DONE
    with clock.stopped_at(on(until - timedelta(days=30))):
        assert renewals.open_rounds(session) == 1
        assert renewals.open_rounds(session) == 0
        mine = my_paths(session, person.id)[0]
        assert (mine.status, mine.due_on, mine.is_renewal) == (Status.NOT_BEGUN, until, True)
        found = board(session, town.agency.id)
        assert found is not None
        assert found.totals.not_begun == 1
    with clock.stopped_at(on(date(2027, 2, 10))):
        complete(session, person, course, again=2)
        renewals.settle(session)
        assert my_paths(session, person.id)[0].status is Status.DONE
        assert renewals.differences(session) == []
    assert the_member(session).valid_until == second


def test_what_ran_out_long_ago_gives_time_from_today(session: Session) -> None:
    """Nobody is late before being asked."""
    town, course = make_town(session), make_course(session)
    person = manager(session, town.school)
    with clock.stopped_at(on(date(2020, 5, 5))):
        complete(session, person, course)
    with clock.stopped_at(on(date(2026, 6, 1))):
        assign(session, make_path(session, town.agency, course), audience(town.top), renew=RenewRule(24, 60))
        renewals.settle(session)
        renewals.open_rounds(session)
        assert the_member(session).due_on == date(2026, 7, 31)
        assert my_paths(session, person.id)[0].status is Status.NOT_BEGUN


def test_what_is_no_longer_done_is_not_valid_any_longer(session: Session) -> None:
    """Else its renewal would open although it waits to be taken."""
    town, course, more = make_town(session), make_course(session), make_course(session)
    person, hr = manager(session, town.school), make_person(session)
    path = make_path(session, town.agency, course)
    with clock.stopped_at(on(date(2026, 1, 5))):
        due = DueRule(DueKind.FIXED, on=date(2026, 3, 1))
        assign(session, path, audience(town.top), due, renew=RenewRule(6, 30))
        asked = recognising.ask(
            session, town.agency.id, person.id, course.id, RecognitionKind.EXEMPTION, reason="On leave", actor_id=hr.id
        )
        recognising.decide(session, asked, granted=True, valid_until=date(2026, 2, 1), actor_id=hr.id)
        assert the_member(session).valid_until == date(2026, 7, 5)
    with clock.stopped_at(on(date(2026, 2, 2))):
        assert renewals.settle(session) == 1
        assert the_member(session).valid_until is None
        assert renewals.differences(session) == []
    with clock.stopped_at(on(date(2026, 2, 10))):
        complete(session, person, course)
        assert renewals.settle(session) == 1
        assert the_member(session).valid_until == date(2026, 8, 10)
        draft = PathDraft(path.title, "", (StepDraft(course.id), StepDraft(more.id)))
        building.change_path(session, path, draft, actor_id=None, for_everybody=True)
        assert the_member(session).valid_until is None
        assert renewals.differences(session) == []
    with clock.stopped_at(on(date(2026, 7, 12))):
        assert renewals.open_rounds(session) == 0
        complete(session, person, more)
        renewals.settle(session)
        assert the_member(session).valid_until == date(2027, 1, 12)


def test_two_of_three(session: Session) -> None:
    town = make_town(session)
    one, two, three, base = (make_course(session) for _ in range(4))
    person = manager(session, town.school)
    steps = (StepDraft(base.id), *(StepDraft(course.id, False, 1) for course in (one, two, three)))
    path = building.create_path(session, town.agency.id, PathDraft("Two of three", "", steps, {1: 2}), actor_id=None)
    assign(session, path, audience(town.top))

    def stand() -> tuple[Status, int, int]:
        session.expire_all()
        found = board(session, town.agency.id)
        mine = my_paths(session, person.id)[0]
        assert found is not None
        assert found.totals.of(mine.status) == 1
        return mine.status, mine.taken, mine.needed

    assert stand() == (Status.NOT_BEGUN, 0, 3)
    complete(session, person, one)
    complete(session, person, three)
    assert stand() == (Status.UNDER_WAY, 2, 3)
    complete(session, person, two)
    assert stand() == (Status.UNDER_WAY, 2, 3)
    complete(session, person, base)
    assert stand() == (Status.DONE, 3, 3)


def test_whoever_has_begun_keeps_what_they_began(session: Session) -> None:
    town, old, new = make_town(session), make_course(session), make_course(session)
    begun, fresh = manager(session, town.school, "Ada Berg"), manager(session, town.school, "Bo Dahl")
    path = make_path(session, town.agency, old)
    assign(session, path, audience(town.top))
    begin(session, begun, old)
    building.change_path(session, path, PathDraft(path.title, "", (StepDraft(new.id),)), actor_id=None)
    assert [step.course_slug for step in my_paths(session, begun.id)[0].steps] == [old.slug]
    assert [step.course_slug for step in my_paths(session, fresh.id)[0].steps] == [new.slug]
    late = manager(session, town.school)
    membership.refresh(session)
    assert [step.course_slug for step in my_paths(session, late.id)[0].steps] == [new.slug]


def test_steps_open_in_order_and_after_another_path(session: Session) -> None:
    town = make_town(session)
    one, two, base = (make_course(session) for _ in range(3))
    person = manager(session, town.school)
    first = make_path(session, town.agency, base)
    draft = PathDraft("Ordered", "", (StepDraft(one.id), StepDraft(two.id)), in_order=True, requires_id=first.id)
    path = building.create_path(session, town.agency.id, draft, actor_id=None)
    assign(session, path, audience(town.top))
    mine = my_paths(session, person.id)[0]
    assert (mine.first, [step.waits for step in mine.steps]) == (first.title, [True, True])
    complete(session, person, base)
    mine = my_paths(session, person.id)[0]
    assert (mine.first, [step.waits for step in mine.steps]) == (None, [False, True])
    complete(session, person, one)
    assert [step.waits for step in my_paths(session, person.id)[0].steps] == [False, False]
    circle = PathDraft(first.title, "", (StepDraft(base.id),), requires_id=path.id)
    with pytest.raises(building.InvalidPath):
        building.change_path(session, first, circle, actor_id=None)


def test_the_path_to_take_first_is_done_as_every_path_is(session: Session) -> None:
    """By an exemption, and in a renewal anew."""
    town, base, more = make_town(session), make_course(session), make_course(session)
    exempt, renews = manager(session, town.school), manager(session, town.school)
    hr = make_person(session)
    first = make_path(session, town.agency, base)
    draft = PathDraft("Second", "", (StepDraft(more.id),), requires_id=first.id)
    second = building.create_path(session, town.agency.id, draft, actor_id=None)

    def waits_for(person: Person) -> str | None:
        session.expire_all()
        (mine,) = (each for each in my_paths(session, person.id) if each.path_id == second.id)
        assert mine.steps[0].waits == (mine.first is not None)
        return mine.first

    with clock.stopped_at(on(date(2026, 1, 5))):
        assign(session, second, audience(town.top))
        asked = recognising.ask(
            session, town.agency.id, exempt.id, base.id, RecognitionKind.EXEMPTION, reason="Taught it", actor_id=hr.id
        )
        assert waits_for(exempt) == first.title
        recognising.decide(session, asked, granted=True, valid_until=date(2026, 3, 1), actor_id=hr.id)
        assert waits_for(exempt) is None
        complete(session, renews, base)
        assert waits_for(renews) is None  # although nobody has given them the first path
        assign(session, first, audience(town.top), renew=RenewRule(12, 30))
        renewals.settle(session)
        assert waits_for(renews) is None
    with clock.stopped_at(on(date(2026, 3, 2))):
        assert waits_for(exempt) == first.title
    with clock.stopped_at(on(date(2026, 12, 10))):
        renewals.open_rounds(session)
        assert waits_for(renews) == first.title
        complete(session, renews, base, again=2)
        assert waits_for(renews) is None


def test_more_time_for_one(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    manager(session, town.school)
    today = clock.today()
    due = DueRule(DueKind.FIXED, on=today + timedelta(days=10))
    assignment = assign(session, make_path(session, town.agency, course), audience(town.top), due)
    member = the_member(session)
    later = today + timedelta(days=40)
    assert extending.extend(session, member, later, "On leave", request_key="k" * 16, actor_id=None)
    assert not extending.extend(session, member, later, "On leave", request_key="k" * 16, actor_id=None)
    assert the_member(session).due_on == later

    sooner = DueRule(DueKind.FIXED, on=today + timedelta(days=5))
    assigning.change_due(session, assignment, sooner, actor_id=None)
    assert the_member(session).due_on == later
    assigning.change_due(session, assignment, DueRule(DueKind.FIXED, on=today + timedelta(days=90)), actor_id=None)
    assert the_member(session).due_on == today + timedelta(days=90)
    for day, reason in ((later, "Why"), (today + timedelta(days=200), "  ")):
        with pytest.raises(CannotExtend):
            extending.extend(session, the_member(session), day, reason, request_key="x" * 16, actor_id=None)


def test_what_one_knows_already_counts_when_granted_and_only_here(session: Session) -> None:
    here, there, course = make_town(session), make_town(session), make_course(session)
    person, hr = manager(session, here.school), make_person(session)

    make_position(session, person, there.school)
    for town in (here, there):
        assign(session, make_path(session, town.agency, course), audience(town.top))
    asked = recognising.ask(
        session, here.agency.id, person.id, course.id, RecognitionKind.PRIOR_LEARNING, reason="Taught it",
        evidence="Ten years", actor_id=person.id,
    )  # fmt: skip
    again = recognising.ask(
        session, here.agency.id, person.id, course.id, RecognitionKind.EXEMPTION, reason="Again", actor_id=person.id
    )
    assert again.id == asked.id
    with pytest.raises(OwnRecognition):
        recognising.decide(session, asked, granted=True, actor_id=person.id)
    with pytest.raises(InvalidRecognition):
        recognising.decide(session, asked, granted=False, actor_id=hr.id)

    def statuses() -> set[tuple[int, Status]]:
        session.expire_all()
        return {(mine.agency_id, mine.status) for mine in my_paths(session, person.id)}

    assert statuses() == {(here.agency.id, Status.NOT_BEGUN), (there.agency.id, Status.NOT_BEGUN)}
    recognising.decide(session, asked, granted=True, actor_id=hr.id)
    assert statuses() == {(here.agency.id, Status.DONE), (there.agency.id, Status.NOT_BEGUN)}
    with pytest.raises(AlreadyDecided):
        recognising.decide(session, asked, granted=False, answer="No", actor_id=hr.id)
    recognising.end(session, asked, actor_id=hr.id)
    assert statuses() == {(here.agency.id, Status.NOT_BEGUN), (there.agency.id, Status.NOT_BEGUN)}
