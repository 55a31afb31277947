"""Which line of a plan is reminded of on which day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from learning import working_hours
from learning.paths.reminder_plans import DEFAULT_PLAN, TOO_LATE, Line, Plan, Timing, Who, ahead, due, in_order

LINES = st.one_of(
    st.builds(Line, st.sampled_from([Timing.BEFORE, Timing.AFTER]), st.integers(1, 40), st.sampled_from(list(Who))),
    st.builds(Line, st.just(Timing.ON), st.just(0), st.sampled_from(list(Who))),
)
PLANS = st.sets(LINES, max_size=8).map(in_order)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
DUE = date(2026, 12, 16)  # a Wednesday


def test_the_default_plan_day_by_day() -> None:
    joined = date(2026, 11, 1)
    found = {}
    for who in Who:
        spent = joined
        for number in range(60):
            today = date(2026, 11, 25) + timedelta(days=number)
            now = due(DEFAULT_PLAN, who, DUE, spent=spent, today=today)
            if now is not None:
                found[who, today] = now.line.key
                spent = now.line.day(DUE)
    assert found == {
        (Who.LEARNER, date(2026, 12, 2)): "before-14",
        (Who.LEARNER, date(2026, 12, 13)): "before-3",
        (Who.LEARNER, date(2026, 12, 16)): "on",
        (Who.LEARNER, date(2026, 12, 23)): "after-7",
        (Who.LEARNER, date(2026, 12, 30)): "after-14",
        (Who.MANAGER, date(2026, 12, 30)): "after-14",
    }


def test_of_several_lines_only_the_latest_is_said() -> None:
    now = due(DEFAULT_PLAN, Who.LEARNER, DUE, spent=date(2026, 11, 1), today=date(2026, 12, 24))
    assert now is not None
    assert now.line.key == "after-7"
    assert [line.key for line in now.passed] == ["before-14", "before-3", "on"]


def test_whoever_joined_on_a_lines_day_or_after_it_is_not_reminded_of_it() -> None:
    for joined in (date(2026, 12, 13), date(2026, 12, 14)):
        assert due(DEFAULT_PLAN, Who.LEARNER, DUE, spent=joined, today=date(2026, 12, 14)) is None
    assert due(DEFAULT_PLAN, Who.LEARNER, DUE, spent=date(2026, 12, 12), today=date(2026, 12, 14)) is not None


@given(PLANS, st.sampled_from(list(Who)), DAYS, DAYS, DAYS)
def test_what_is_said_has_come_and_was_not_spent(plan: Plan, who: Who, due_on: date, spent: date, today: date) -> None:
    now = due(plan, who, due_on, spent=spent, today=today)
    fresh = {
        line
        for line in plan
        if line.who is who and line.day(due_on) <= today and line.day(due_on) > max(spent, today - TOO_LATE)
    }
    assert (now is None) == (not fresh)
    if now is not None:
        assert {now.line, *now.passed} == fresh
        assert now.line.day(due_on) == max(line.day(due_on) for line in fresh)
        # Said once: with that line spent there is nothing left today.
        assert due(plan, who, due_on, spent=now.line.day(due_on), today=today) is None


@given(PLANS, st.sampled_from(list(Who)), DAYS, st.integers(-50, 20), st.integers(-60, 60))
def test_the_preview_is_what_the_daily_runs_will_do(
    plan: Plan, who: Who, due_on: date, spent_days: int, start_days: int
) -> None:
    spent = due_on + timedelta(days=spent_days)
    first = working_hours.working_day_from(due_on + timedelta(days=start_days))
    until = first + timedelta(days=30)
    said, day, so_far = [], first, spent
    while day <= until:
        now = due(plan, who, due_on, spent=so_far, today=day) if working_hours.is_working_day(day) else None
        if now is not None:
            said.append((day, now.line))
            so_far = now.line.day(due_on)
        day += timedelta(days=1)
    assert said == ahead(plan, who, due_on, spent=spent, next_run=first, until=until)
