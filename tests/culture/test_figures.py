"""Rules of the figures that are read: rounding, level, change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from learning.culture import charts, figures
from learning.culture.anonymity import Bound, Safe
from learning.culture.figures import Figure

SCORES = st.dictionaries(st.sampled_from([f"IC.{each}" for each in "SCOMPQRT"]), st.integers(10, 50), min_size=1)


@given(SCORES)
def test_the_level_is_at_most_one_above_the_weakest_scale_and_never_above_the_mean(scores: dict[str, int]) -> None:
    found = figures.maturity(scores)
    assert found is not None
    assert 1 <= found.level <= 5
    assert found.level <= found.level_of_mean
    assert found.level <= found.level_of_weakest + 1
    assert found.level in (found.level_of_mean, found.level_of_weakest + 1)
    assert found.weakest_tenths == min(scores.values()) <= found.mean_tenths <= max(scores.values())


def test_levels_begin_where_the_page_says() -> None:
    assert [figures.level(score) for score in (10, 19, 20, 28, 34, 35, 42, 50)] == [1, 1, 2, 3, 3, 4, 5, 5]
    assert figures.maturity({}) is None
    found = figures.maturity({"IC.S": 48, "IC.C": 24})
    assert found is not None
    assert (found.level_of_mean, found.level_of_weakest, found.level) == (4, 2, 3)


@given(st.integers(15, 500), st.data())
def test_a_mean_is_rounded_to_the_nearest_tenth(answers: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(answers, 5 * answers))
    assert abs(figures.tenths(total, answers) - 10 * total / answers) <= 0.5 + 1e-9


def test_a_figure_says_in_how_many_pieces_people_are_apart() -> None:
    pieces = [
        Safe(15, 50, Bound.EXACT, True), Safe(15, 59, Bound.OR_HIGHER, None), Safe(30, 90, Bound.EXACT, False),
    ]  # fmt: skip
    shown = figures.figure(pieces)
    assert shown == Figure(33, Bound.OR_HIGHER, apart=1, together=1, untold=1)
    assert Figure.from_json(shown.as_json()) == shown
    mixed = figures.figure([Safe(15, 31, Bound.OR_LOWER, None), Safe(15, 59, Bound.OR_HIGHER, None)])
    assert mixed.bound is Bound.EXACT


def test_of_a_limit_no_change_is_told() -> None:
    exact, limit = Figure(30, Bound.EXACT, 0, 1, 0), Figure(39, Bound.OR_HIGHER, 0, 0, 1)
    assert figures.change(exact, exact) == 0
    assert figures.change(limit, exact) is None
    assert figures.change(exact, limit) is None


def test_bars_and_shades_go_from_the_lowest_to_the_highest_score() -> None:
    assert (charts.bar(10), charts.bar(30), charts.bar(50)) == (0, 100, 200)
    assert [charts.shade(each) for each in (10, 17, 18, 33, 49, 50)] == [0, 0, 1, 2, 4, 5]
