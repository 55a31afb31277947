from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Position
from learning.paths.due_dates import DueRule, InvalidDueRule, Status, check, due_on, due_on_column, status
from learning.paths.models import DueKind
from tests.paths.scene import make_town, manager

DATES = st.dates(date(1990, 1, 1), date(2060, 1, 1))
DAYS = st.integers(1, 1826)
TODAY = date(2026, 11, 24)


@given(joined_on=DATES, starts_on=DATES, days=DAYS)
def test_nobody_is_late_before_being_asked(joined_on: date, starts_on: date, days: int) -> None:
    for kind in (DueKind.AFTER_ASSIGNMENT, DueKind.AFTER_POSITION_START):
        due = due_on(kind, due_on=None, due_days=days, joined_on=joined_on, position_starts_on=starts_on)
        assert due is not None
        assert due >= joined_on


@given(joined_on=DATES, starts_on=DATES, fixed=DATES)
def test_a_fixed_date_is_the_same_for_all(joined_on: date, starts_on: date, fixed: date) -> None:
    assert (
        due_on(DueKind.FIXED, due_on=fixed, due_days=None, joined_on=joined_on, position_starts_on=starts_on) == fixed
    )
    assert due_on(DueKind.NONE, due_on=None, due_days=None, joined_on=joined_on, position_starts_on=starts_on) is None


def test_days_from_the_position_run_from_its_start_while_there_are_any_left() -> None:
    rule = {"due_on": None, "due_days": 90, "joined_on": TODAY}
    new = due_on(DueKind.AFTER_POSITION_START, position_starts_on=TODAY - timedelta(days=10), **rule)  # type: ignore[arg-type]
    old = due_on(DueKind.AFTER_POSITION_START, position_starts_on=date(2011, 1, 1), **rule)  # type: ignore[arg-type]
    assert new == TODAY + timedelta(days=80)
    assert old == TODAY + timedelta(days=90)


@given(due=st.none() | DATES, done=st.booleans(), begun=st.booleans(), today=DATES)
def test_status_has_one_answer(due: date | None, done: bool, begun: bool, today: date) -> None:
    found = status(due, done=done, begun=begun, today=today)
    assert (found is Status.DONE) == done
    assert (found is Status.OVERDUE) == (not done and due is not None and due < today)


def test_the_due_day_itself_is_in_time() -> None:
    assert status(TODAY, done=False, begun=True, today=TODAY) is Status.UNDER_WAY
    assert status(TODAY, done=False, begun=True, today=TODAY + timedelta(days=1)) is Status.OVERDUE


def test_the_due_day_ends_at_midnight_in_norway() -> None:
    # 23:30 in UTC is half past midnight in Oslo: the next day has begun there.
    with clock.stopped_at(datetime(2026, 11, 24, 22, 59, tzinfo=UTC)):
        assert status(TODAY, done=False, begun=False, today=clock.today()) is Status.NOT_BEGUN
    with clock.stopped_at(datetime(2026, 11, 24, 23, 0, tzinfo=UTC)):
        assert status(TODAY, done=False, begun=False, today=clock.today()) is Status.OVERDUE


@pytest.mark.parametrize(
    "rule",
    [
        DueRule(DueKind.FIXED, on=TODAY - timedelta(days=1)),
        DueRule(DueKind.FIXED),
        DueRule(DueKind.NONE, on=TODAY),
        DueRule(DueKind.AFTER_ASSIGNMENT),
        DueRule(DueKind.AFTER_ASSIGNMENT, days=0),
        DueRule(DueKind.AFTER_POSITION_START, days=1827),
        DueRule(DueKind.FIXED, on=TODAY, days=3),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(rule: DueRule) -> None:
    with pytest.raises(InvalidDueRule):
        check(rule, TODAY)


@pytest.mark.parametrize(
    "rule",
    [
        DueRule(DueKind.NONE),
        DueRule(DueKind.FIXED, on=TODAY),
        DueRule(DueKind.AFTER_ASSIGNMENT, days=1),
        DueRule(DueKind.AFTER_POSITION_START, days=1826),
    ],
)
def test_rules_that_can_be_kept(rule: DueRule) -> None:
    check(rule, TODAY)


def test_the_database_works_out_the_same_day(session: Session) -> None:
    town = make_town(session)
    starts = [TODAY - timedelta(days=days) for days in (0, 1, 29, 30, 31, 59, 365, 366, 4000)] + [date(2024, 2, 29)]
    for start in starts:
        manager(session, town.school, starts_on=start)
    for kind, days, on in (
        (DueKind.AFTER_POSITION_START, 30, None),
        (DueKind.AFTER_POSITION_START, 366, None),
        (DueKind.AFTER_ASSIGNMENT, 30, None),
        (DueKind.FIXED, None, TODAY),
        (DueKind.NONE, None, None),
    ):
        column = due_on_column(DueRule(kind, on, days), TODAY, Position.starts_on, session.get_bind().dialect)
        for start, worked_out in session.execute(select(Position.starts_on, column)):
            expected = due_on(kind, due_on=on, due_days=days, joined_on=TODAY, position_starts_on=start)
            assert worked_out == expected, (kind, start)
