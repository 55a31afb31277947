"""The rules of renewal, against a model that looks at one day at a time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.paths import renewal
from learning.paths.models import RenewBasis
from learning.paths.renewal import InvalidRenewRule, RenewRule, add_months, done_on, due_of_round, opens_on, valid_until

days = st.dates(date(2019, 1, 1), date(2035, 12, 31))
periods = st.integers(1, 60)


@st.composite
def rules(draw: st.DrawFn, basis: RenewBasis | None = None) -> RenewRule:
    months = draw(periods)
    return RenewRule(months, draw(st.integers(1, months * 28)), basis or draw(st.sampled_from(RenewBasis)))


def _slow_add_months(day: date, months: int) -> date:
    """Walk to the first of the month a month at a time, then to the wanted day as long as the month lasts."""
    here = day.replace(day=1)
    for _ in range(months):
        here = (here + timedelta(days=31)).replace(day=1)
    month = here.month
    while here.day < day.day and (here + timedelta(days=1)).month == month:
        here += timedelta(days=1)
    return here


@given(days, st.integers(0, 130))
def test_months_are_added_as_a_calendar_shows(day: date, months: int) -> None:
    assert add_months(day, months) == _slow_add_months(day, months)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_months_that_are_too_short(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(rules(RenewBasis.COMPLETION), days, days)
def test_from_completion_only_the_day_it_was_done_counts(rule: RenewRule, done: date, anchor: date) -> None:
    assert valid_until(rule, done, anchor) == _slow_add_months(done, rule.months)


def _slow_anniversary(rule: RenewRule, done: date, anchor: date) -> date:
    """Go through the days after it was done, and take the first anniversary whose own renewal had not begun."""
    anniversaries = {_slow_add_months(anchor, rule.months * number) for number in range(1, 260)}
    day = done
    while True:
        day += timedelta(days=1)
        if day in anniversaries and day - timedelta(days=rule.days) > done:
            return day


@given(st.integers(6, 60), st.integers(1, 60), days, st.integers(-400, 1500))
def test_by_anniversary_the_date_stays(months: int, window: int, anchor: date, later: int) -> None:
    rule = RenewRule(months, window, RenewBasis.ANNIVERSARY)
    done = anchor + timedelta(days=later)
    assert valid_until(rule, done, anchor) == _slow_anniversary(rule, done, anchor)


@given(rules(), days, st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_whoever_renews_in_time_is_never_without(rule: RenewRule, first: date, waits: list[int]) -> None:
    """Round after round: the next opens before the last runs out, is due when it does, and lasts longer."""
    until = valid_until(rule, first, first)
    anchor = first
    for wait in waits:
        opened = opens_on(rule, until)
        due = due_of_round(rule, until, opened)
        assert due == until
        done = min(opened + timedelta(days=wait), due)
        renewed = valid_until(rule, done, anchor)
        assert renewed > until or rule.basis is RenewBasis.COMPLETION
        assert renewed > due
        assert opens_on(rule, renewed) > done or rule.basis is RenewBasis.COMPLETION
        until = renewed


@given(rules(), days, st.integers(0, 500))
def test_nobody_is_late_before_being_asked(rule: RenewRule, until: date, late: int) -> None:
    opened = until + timedelta(days=late)
    due = due_of_round(rule, until, opened)
    assert due >= opened
    assert due == (until if late == 0 else opened + timedelta(days=rule.days))


@given(days)
def test_a_leap_day_comes_back(day: date) -> None:
    leap = date(2024, 2, 29)
    rule = RenewRule(12, 30, RenewBasis.ANNIVERSARY)
    until = valid_until(rule, day, leap)
    is_leap = until.year % 4 == 0
    assert (until.month, until.day) == (2, 29 if is_leap else 28)


@pytest.mark.parametrize("rule", [RenewRule(0, 1), RenewRule(121, 5), RenewRule(12, 0), RenewRule(1, 29)])
def test_rules_that_cannot_work_are_refused(rule: RenewRule) -> None:
    with pytest.raises(InvalidRenewRule):
        renewal.check(rule)


optional_days = st.lists(st.one_of(st.none(), days), max_size=5)


@given(optional_days, st.lists(st.tuples(st.integers(1, 4), optional_days.filter(len)), max_size=3))
def test_a_path_is_done_on_the_first_day_it_is_all_there(
    mandatory: list[date | None], choices: list[tuple[int, list[date | None]]]
) -> None:
    def is_done(today: date) -> bool:
        taken = [day is not None and day <= today for day in mandatory]
        enough = [
            sum(day is not None and day <= today for day in found) >= min(needed, len(found))
            for needed, found in choices
        ]
        return all(taken) and all(enough)

    found = done_on(mandatory, choices)
    everything = [day for day in mandatory if day] + [day for _, listed in choices for day in listed if day]
    expected = next((day for day in sorted(everything) if is_done(day)), None)
    assert found == expected
