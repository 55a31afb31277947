"""Cohorts, participants, gatherings and attendance: what may happen, once, and what may not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.paths.due_dates import Status
from learning.paths.models import Recognition, RecognitionKind
from learning.programmes import attendance, cohorts, gatherings, mine, participants, progress
from learning.programmes.cohorts import CohortDraft, State
from learning.programmes.models import Attended, CohortMember, Reply
from tests.factories import make_agency, make_unit
from tests.paths.scene import complete, counted, make_path
from tests.programmes.scene import facts, join, key, plan, set_up, works


def test_a_form_sent_twice_makes_one_cohort_and_one_set_of_gatherings(session: Session) -> None:
    here = set_up(session)
    draft = CohortDraft("Again", date(2026, 9, 1), None, frozenset())
    first = cohorts.create(session, here.agency.id, here.path.id, draft, request_key="same", actor_id=None)
    again = cohorts.create(session, here.agency.id, here.path.id, draft, request_key="same", actor_id=None)
    assert first.id == again.id
    wanted = [facts("One"), facts("Two", days=60)]
    assert len(gatherings.plan(session, first, wanted, request_key="k", actor_id=None)) == 2
    assert gatherings.plan(session, first, wanted, request_key="k", actor_id=None) == []
    assert len(gatherings.of_cohort(session, first.id)) == 2


def test_a_path_of_another_agency_makes_no_cohort(session: Session) -> None:
    here = set_up(session)
    other = make_path(session, make_agency(session), *here.courses)
    draft = CohortDraft("Theirs", date(2026, 9, 1), None, frozenset())
    with pytest.raises(cohorts.UnknownPath):
        cohorts.create(session, here.agency.id, other.id, draft, request_key=key(), actor_id=None)


def test_only_people_who_work_in_the_agency_can_join(session: Session) -> None:
    here = set_up(session)
    elsewhere = works(session, make_unit(session, make_agency(session)), "Eva Elv")
    gone = works(session, here.unit, "Gro Grav", ends_on=clock.today() - timedelta(days=1))
    coming = works(session, here.unit, "Carl Kvam", starts_on=clock.today() + timedelta(days=20))
    for person in (elsewhere, gone):
        with pytest.raises(participants.NotHere):
            participants.add(session, here.cohort, [here.ada.id, person.id], actor_id=None)
    assert participants.member_ids(session, here.cohort.id) == set()
    assert participants.add(session, here.cohort, [here.ada.id, coming.id], actor_id=None) == [here.ada.id, coming.id]
    assert participants.add(session, here.cohort, [here.ada.id], actor_id=None) == []
    known = participants.by_address(session, here.agency.id, [here.bo.email, elsewhere.email, gone.email])
    assert known == {here.bo.email: here.bo.id}


def test_more_than_the_seats_only_when_it_is_wanted(session: Session) -> None:
    here = set_up(session, seats=1)
    with pytest.raises(participants.TooFewSeats) as full:
        participants.add(session, here.cohort, [here.ada.id, here.bo.id], actor_id=None)
    assert (full.value.wanted, full.value.seats) == (2, 1)
    assert participants.member_ids(session, here.cohort.id) == set()
    participants.add(session, here.cohort, [here.ada.id], actor_id=None)
    participants.add(session, here.cohort, [here.bo.id], actor_id=None, beyond_seats=True)
    assert participants.count(session, here.cohort.id) == 2


def test_who_leaves_and_returns_is_the_same_member(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    assert participants.remove(session, here.cohort, here.ada.id, actor_id=None)
    assert not participants.remove(session, here.cohort, here.ada.id, actor_id=None)
    assert not attendance.takes_part(session, here.cohort, here.ada.id)
    join(session, here.cohort, here.ada)
    assert len(session.scalars(select(CohortMember)).all()) == 1
    assert attendance.takes_part(session, here.cohort, here.ada.id)


def test_the_sequence_rises_when_those_invited_must_know(session: Session) -> None:
    here = set_up(session)
    (day,) = plan(session, here.cohort, facts("A day"))
    assert day.sequence == 0
    start, uid = day.starts_at, day.uid
    steps = [
        (facts("A day", starts_at=start, notes="Bring a pen"), 0),  # notes stand on the page; nobody is told
        (facts("A day", starts_at=start, notes="Bring a pen", place="Library"), 1),
        (facts("A day", starts_at=start, notes="Bring a pen", place="Library"), 1),  # nothing has changed
        (facts("A day", starts_at=start + timedelta(hours=1), place="Library"), 2),
    ]
    for wanted, expected in steps:
        gatherings.change(session, day, wanted, seen_sequence=day.sequence, actor_id=None)
        assert day.sequence == expected
    gatherings.cancel(session, day, actor_id=None)
    gatherings.cancel(session, day, actor_id=None)
    assert (day.sequence, day.uid) == (3, uid)
    with pytest.raises(gatherings.GatheringCancelled):
        gatherings.change(session, day, facts(), seen_sequence=3, actor_id=None)


def test_a_change_on_top_of_somebody_elses_is_refused_but_a_double_click_is_not(session: Session) -> None:
    here = set_up(session)
    (day,) = plan(session, here.cohort, facts("A day"))
    moved = facts("A day", starts_at=day.starts_at + timedelta(days=1))
    gatherings.change(session, day, moved, seen_sequence=0, actor_id=None)
    assert gatherings.change(session, day, moved, seen_sequence=0, actor_id=None) == []
    with pytest.raises(gatherings.ChangedMeanwhile):
        gatherings.change(session, day, facts("Another"), seen_sequence=0, actor_id=None)


def test_replies_hold_until_the_time_changes(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada, here.bo)
    (day,) = plan(session, here.cohort, facts("A day"))
    attendance.reply(session, day, here.ada.id, Reply.YES)
    attendance.reply(session, day, here.ada.id, Reply.NO)
    gatherings.change(
        session, day, facts("A day", starts_at=day.starts_at, place="Barn"), seen_sequence=0, actor_id=None
    )
    assert attendance.of_gathering(session, day.id)[here.ada.id].reply is Reply.NO
    later = facts("A day", starts_at=day.starts_at + timedelta(days=7), place="Barn")
    gatherings.change(session, day, later, seen_sequence=1, actor_id=None)
    session.expire_all()
    assert attendance.of_gathering(session, day.id)[here.ada.id].reply is Reply.NONE


def test_a_reply_is_refused_when_there_is_nothing_to_reply_to(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("A day"))
    with pytest.raises(attendance.NotInvited):
        attendance.reply(session, day, here.bo.id, Reply.YES)
    with clock.stopped_at(day.starts_at), pytest.raises(attendance.TooLate):
        attendance.reply(session, day, here.ada.id, Reply.YES)
    gatherings.cancel(session, day, actor_id=None)
    with pytest.raises(gatherings.GatheringCancelled):
        attendance.reply(session, day, here.ada.id, Reply.YES)


def test_attendance_is_noted_from_the_day_on_and_corrected_by_noting_again(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada, here.bo)
    (day,) = plan(session, here.cohort, facts("A day"))
    attendance.reply(session, day, here.ada.id, Reply.YES)
    marks = {here.ada.id: Attended.PRESENT, here.bo.id: Attended.ABSENT}
    with pytest.raises(attendance.TooEarly):
        attendance.note(session, day, marks, actor_id=here.facilitator.id)
    with clock.stopped_at(day.ends_at):
        assert attendance.note(session, day, marks, actor_id=here.facilitator.id) == 2
        assert attendance.note(session, day, marks, actor_id=here.facilitator.id) == 0
        assert attendance.note(session, day, {here.bo.id: Attended.EXCUSED}, actor_id=here.facilitator.id) == 1
        with pytest.raises(attendance.NotInvited):
            attendance.note(session, day, {here.hr.id: Attended.PRESENT}, actor_id=here.facilitator.id)
    found = attendance.of_gathering(session, day.id)
    assert found[here.ada.id] == attendance.Mark(Reply.YES, Attended.PRESENT)
    assert found[here.bo.id] == attendance.Mark(Reply.NONE, Attended.EXCUSED)


def test_a_cancelled_cohort_changes_no_more(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("A day"))
    cohorts.cancel(session, here.cohort, actor_id=None)
    cohorts.cancel(session, here.cohort, actor_id=None)
    assert day.cancelled_at is not None
    with pytest.raises(participants.CohortCancelled):
        plan(session, here.cohort)
    with pytest.raises(participants.CohortCancelled):
        join(session, here.cohort, here.bo)
    with pytest.raises(participants.CohortCancelled):
        participants.remove(session, here.cohort, here.ada.id, actor_id=None)


def test_the_state_of_a_cohort(session: Session) -> None:
    here = set_up(session)
    day = date(2026, 8, 1)
    assert cohorts.state(here.cohort, 0, 0, day) is State.COMING
    assert cohorts.state(here.cohort, 3, 0, date(2026, 9, 1)) is State.UNDER_WAY
    assert cohorts.state(here.cohort, 3, 1, day) is State.UNDER_WAY  # the first gathering may be before the start
    assert cohorts.state(here.cohort, 3, 3, day) is State.OVER
    assert cohorts.state(here.cohort, 0, 0, date(2027, 9, 1)) is State.UNDER_WAY


def test_progress_follows_the_path_and_costs_the_same_for_few_and_many(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada, here.bo)
    complete(session, here.ada, here.courses[0])
    far = progress.how_far(session, here.cohort)
    assert (far[here.ada.id].taken, far[here.ada.id].needed, far[here.ada.id].status) == (1, 2, Status.UNDER_WAY)
    assert far[here.bo.id] == progress.HowFar(0, 2, Status.NOT_BEGUN)
    by_step = progress.by_step(session, here.cohort, [here.ada.id, here.bo.id])
    assert by_step == {(here.ada.id, here.courses[0].id): Status.DONE}
    own = mine.programmes(session, here.ada.id)[0]
    assert [step.status for step in own.path.steps] == [Status.DONE, Status.NOT_BEGUN]
    assert own.path.next_step is not None
    assert own.path.next_step.course_slug == here.courses[1].slug
    session.flush()
    with counted(session) as few:
        progress.how_far(session, here.cohort)
    join(session, here.cohort, *[works(session, here.unit, f"Person {number}") for number in range(5)])
    with counted(session) as many:
        progress.how_far(session, here.cohort)
    assert len(few) == len(many) == 1


def test_what_need_not_be_taken_counts_as_done_in_the_table_and_in_the_sum(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    session.add(
        Recognition(
            agency_id=here.agency.id, person_id=here.ada.id, course_id=here.courses[0].id,
            kind=RecognitionKind.PRIOR_LEARNING, reason="Taught it", granted=True, decided_at=clock.now(),
        )
    )  # fmt: skip
    session.flush()
    assert progress.by_step(session, here.cohort, [here.ada.id]) == {(here.ada.id, here.courses[0].id): Status.DONE}
    assert progress.how_far(session, here.cohort)[here.ada.id].taken == 1
    own = mine.programmes(session, here.ada.id)[0]
    assert [step.is_recognised for step in own.path.steps] == [True, False]


def test_who_has_left_the_agency_neither_takes_part_nor_facilitates(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    plan(session, here.cohort)
    assert len(gatherings.of_person(session, here.ada.id)) == 1
    assert len(gatherings.of_person(session, here.facilitator.id)) == 1
    for person in (here.ada, here.facilitator):
        person.positions[0].ends_on = clock.today() - timedelta(days=1)
    session.flush()
    assert mine.programmes(session, here.ada.id) == []
    assert gatherings.of_person(session, here.ada.id) == []
    assert cohorts.facilitated(session, here.facilitator.id) == []
    assert participants.to_tell(session, here.cohort) == []
    assert [each.unit for each in participants.listing(session, here.cohort)] == [""]
