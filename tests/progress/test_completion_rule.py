"""The rule for completing, drawing and scoring: pure, so property tests can try everything."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from learning.catalogue.document import Activity, Assessment, CourseText, Lesson
from learning.progress.completion import draw_items, score, what_is_left


def _text(lessons: int, assessed: bool) -> CourseText:
    assessment = _pool([1, 1], 1) if assessed else None
    return CourseText(
        language="en", title="T", summary="S", start_html="", outcomes=(), glossary=(), search_text="",
        lessons=tuple(Lesson(id=f"l{place}", title="L", minutes=5, parts=()) for place in range(lessons)),
        assessment=assessment,
    )  # fmt: skip


def _pool(sizes: list[int], draw: int) -> Assessment:
    items = tuple(
        Activity(id=f"o{outcome}-{place}", type="single", outcome=f"o{outcome}", points=Decimal(1), data={})
        for outcome, size in enumerate(sizes)
        for place in range(size)
    )
    return Assessment(title="A", minutes=5, intro_html="", items=items, draw=draw, pass_percent=75, attempts=None)


@given(st.integers(1, 6), st.booleans(), st.sets(st.sampled_from([f"l{n}" for n in range(6)])), st.booleans())
def test_a_course_is_complete_exactly_when_all_lessons_are_finished_and_the_assessment_passed(
    lessons: int, assessed: bool, finished: set[str], passed: bool
) -> None:
    left = what_is_left(_text(lessons, assessed), finished, passed)
    expected = {f"l{n}" for n in range(lessons)} <= finished and (passed or not assessed)
    assert left.is_nothing == expected
    assert {lesson.id for lesson in left.lessons} == {f"l{n}" for n in range(lessons)} - finished


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.data())
def test_a_draw_is_repeatable_without_doubles_and_measures_every_outcome(sizes: list[int], data: st.DataObject) -> None:
    draw = data.draw(st.integers(1, sum(sizes)))
    seed = data.draw(st.integers(0, 2**62))
    pool = _pool(sizes, draw)
    drawn = draw_items(pool, seed)
    assert drawn == draw_items(pool, seed)
    assert len(drawn) == len(set(drawn)) == draw
    outcomes = {item_id.split("-")[0] for item_id in drawn}
    assert len(outcomes) == min(draw, len(sizes))


@given(st.integers(1, 5), st.integers(0, 2**62))
def test_a_new_try_draws_questions_not_seen_before_while_there_are_any(half: int, seed: int) -> None:
    pool = _pool([2 * half], half)
    first = draw_items(pool, seed)
    second = draw_items(pool, seed + 1, set(first))
    assert not set(first) & set(second)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 100)), min_size=1, max_size=20), st.integers(1, 100))
def test_a_score_is_within_bounds_and_passes_by_exact_points(parts: list[tuple[int, int]], limit: int) -> None:
    pairs = [(Decimal(min(got, most)), Decimal(most)) for got, most in parts]
    result = score(pairs, limit)
    assert Decimal(0) <= result.percent <= Decimal(100)
    got, most = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    assert result.passed == (got * 100 >= limit * most)


def test_a_score_that_rounds_up_to_the_limit_does_not_pass() -> None:
    result = score([(Decimal("74.9999"), Decimal(100))], 75)
    assert result.percent == Decimal("75.00")
    assert not result.passed


def test_nothing_to_score_is_not_a_pass() -> None:
    assert score([], 75).passed is False
