"""The published rule: what evidence amounts to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.competences.levels import (
    NEEDED,
    STATED,
    WEIGHTS,
    EvidenceKind,
    Piece,
    last_day,
    level_of,
    years_after,
)

TODAY = date(2026, 11, 25)
K = EvidenceKind


def piece(number: int, kind: EvidenceKind, level: int = 2, *, ago: int = 10, origin: str = "") -> Piece:
    weight = WEIGHTS[kind]
    day = TODAY - timedelta(days=ago)
    return Piece(number, kind, weight.level or level, weight.points, day, last_day(kind, day), origin or f"o{number}")


def of(*pieces: Piece) -> int:
    return level_of(pieces, TODAY).level


@st.composite
def heaps(draw: st.DrawFn) -> list[Piece]:
    """Evidence of all ages; the same people and courses come back."""
    kinds = draw(st.lists(st.sampled_from(list(EvidenceKind)), max_size=10))
    found = []
    for number, kind in enumerate(kinds, start=1):
        origin = f"person:{draw(st.integers(1, 3))}" if kind in STATED else f"{kind}:{draw(st.integers(1, 3))}"
        found.append(piece(number, kind, draw(st.integers(1, 4)), ago=draw(st.integers(0, 2500)), origin=origin))
    return found


def test_a_course_gives_level_1_and_two_passed_assessments_level_2() -> None:
    assert of() == 0
    assert of(piece(1, K.COMPLETION)) == 1
    assert of(piece(1, K.COMPLETION), piece(2, K.ASSESSMENT)) == 1
    assert of(piece(1, K.COMPLETION), piece(2, K.ASSESSMENT), piece(3, K.ASSESSMENT)) == 2
    assert of(piece(1, K.ASSESSMENT), piece(2, K.COMMITMENT)) == 2
    assert of(piece(1, K.PRIOR_LEARNING)) == 2


def test_levels_3_and_4_take_two_kinds_and_somebody_else() -> None:
    manager, colleague, other = piece(1, K.MANAGER, 4), piece(2, K.COLLEAGUE, 4), piece(3, K.COLLEAGUE, 4)
    assert of(manager) == 2
    assert of(manager, colleague) == 3
    assert of(manager, colleague, other) == 4
    colleagues = [piece(number, K.COLLEAGUE, 4) for number in range(1, 8)]
    assert of(*colleagues) == 2
    found = level_of(colleagues, TODAY)
    assert found.next is not None
    assert (found.next.missing, found.next.lacks_kinds, found.next.lacks_another) == (0, True, False)
    assert of(piece(1, K.MOBILITY), piece(2, K.COLLEAGUE, 3)) == 3
    assert of(piece(1, K.MOBILITY), piece(2, K.MOBILITY)) == 2


def test_a_persons_newer_word_takes_the_place_of_the_older_also_when_it_is_lower() -> None:
    older, newer = piece(1, K.MANAGER, 2, ago=50, origin="person:7"), piece(2, K.MANAGER, 1, ago=5, origin="person:7")
    assert of(older) == 2
    assert of(older, newer) == 1
    assert level_of([older, newer], TODAY).replaced == (older,)
    # Who was a colleague and became the manager speaks once.
    colleague = piece(3, K.COLLEAGUE, 3, ago=60, origin="person:7")
    assert level_of([colleague, older], TODAY).counted == (older,)


def test_of_several_managers_the_one_that_states_the_highest_level_counts() -> None:
    former, present = piece(1, K.MANAGER, 3, ago=300), piece(2, K.MANAGER, 2, ago=5)
    found = level_of([former, present, piece(3, K.COLLEAGUE, 3)], TODAY)
    assert found.level == 3
    assert found.replaced == (present,)


def test_a_course_taken_again_counts_once_for_longer() -> None:
    first, again = piece(1, K.ASSESSMENT, ago=900, origin="course:1"), piece(2, K.ASSESSMENT, ago=9, origin="course:1")
    found = level_of([first, again], TODAY)
    assert (found.level, found.counted) == (0, (again,))


@pytest.mark.parametrize(("after", "level"), [(0, 1), (1, 0)])
def test_the_last_day_still_counts(after: int, level: int) -> None:
    course = piece(1, K.COMPLETION)
    assert course.expires_on is not None
    assert level_of([course], course.expires_on + timedelta(days=after)).level == level
    assert level_of([course], TODAY).falls == ((course.expires_on, 0),)


def test_years_end_on_the_same_day() -> None:
    assert years_after(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert last_day(K.PRIOR_LEARNING, TODAY, date(2027, 1, 1)) == date(2027, 1, 1)
    assert last_day(K.PRIOR_LEARNING, TODAY) == date(2031, 11, 25)


@given(heaps(), st.sampled_from(list(EvidenceKind)), st.integers(1, 4), st.integers(0, 2500))
def test_more_evidence_from_elsewhere_never_lowers(heap: list[Piece], kind: EvidenceKind, level: int, ago: int) -> None:
    before = level_of(heap, TODAY)
    after = level_of([*heap, piece(99, kind, level, ago=ago, origin="elsewhere")], TODAY)
    assert after.level >= before.level
    assert all(new.points >= old.points for new, old in zip(after.rungs, before.rungs, strict=True))


@given(heaps(), st.integers(1, 9))
def test_taking_or_doing_the_same_again_never_lowers(heap: list[Piece], place: int) -> None:
    again = [each for each in heap if each.kind not in STATED][:place]
    newer = [
        replace(each, id=100 + each.id, happened_on=TODAY, expires_on=last_day(each.kind, TODAY)) for each in again
    ]
    assert level_of([*heap, *newer], TODAY).level >= level_of(heap, TODAY).level


@given(heaps(), st.randoms(use_true_random=False))
def test_the_order_makes_no_difference(heap: list[Piece], chance: object) -> None:
    mixed = list(heap)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert level_of(mixed, TODAY) == level_of(heap, TODAY)


@given(heaps())
def test_the_explanation_adds_up_to_the_level(heap: list[Piece]) -> None:
    found = level_of(heap, TODAY)
    assert sorted([*found.counted, *found.replaced, *found.expired], key=lambda each: each.id) == heap
    for rung in found.rungs:
        assert rung.points == sum(each.points for each in found.counted if each.level >= rung.level)
        assert rung.needed == NEEDED[rung.level]
        assert rung.reached is (rung.level <= found.level)
    assert len({each.origin for each in found.counted}) == len(found.counted)


@given(heaps(), st.integers(0, 3000))
def test_time_alone_never_raises_and_the_days_of_falling_are_told(heap: list[Piece], days: int) -> None:
    found = level_of(heap, TODAY)
    later = TODAY + timedelta(days=days)
    then = level_of(heap, later).level
    assert then <= found.level
    told = [after for day, after in found.falls if day < later]
    assert then == (told[-1] if told else found.level)
    if found.next_expiry is None or later <= found.next_expiry:
        assert level_of(heap, later).counted == found.counted
