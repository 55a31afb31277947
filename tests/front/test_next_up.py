"""What the start page asks a learner to do next: the rule, without a database."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from learning.catalogue.searching import Found
from learning.front.next_up import NextUp, choose, suggest
from learning.paths.due_dates import Status
from learning.paths.learner import MyPath, MyStep
from learning.progress.overview import CourseProgress

SOON, LATE = date(2026, 12, 1), date(2027, 6, 1)


def course(slug: str, *levels: str) -> Found:
    return cast(Found, SimpleNamespace(document=SimpleNamespace(id=slug, levels=levels)))


def progress(slug: str, completed: bool = False) -> CourseProgress:
    return cast(CourseProgress, SimpleNamespace(course_slug=slug, completion=object() if completed else None))


def step(slug: str, status: Status = Status.NOT_BEGUN, **changes: Any) -> MyStep:
    values = {"titles": {}, "minutes": 30, "mandatory": True, "enrolment_id": None, "completed_at": None,
              "is_open": True, **changes}  # fmt: skip
    return MyStep(course_slug=slug, status=status, **values)


def path(due_on: date | None, *steps: MyStep, status: Status = Status.NOT_BEGUN) -> MyPath:
    return MyPath(1, "Path", "", 1, "Town", 1, due_on, status, 0, len(steps), list(steps))


def test_going_on_comes_before_all_else() -> None:
    left, other = progress("a"), progress("b")
    chosen = choose([progress("z", completed=True), left, other], [path(SOON, step("c"))], [course("c")], None)
    assert chosen == NextUp(going_on=left)


def test_going_on_with_an_assigned_course_tells_the_day() -> None:
    left = progress("a")
    chosen = choose([left], [path(SOON, step("a")), path(LATE, step("a"))], [], None)
    assert chosen == NextUp(going_on=left, is_assigned=True, due_on=SOON)


def test_an_old_day_of_a_finished_path_is_not_told() -> None:
    left = progress("a")
    chosen = choose([left], [path(SOON, step("a", Status.DONE), status=Status.DONE)], [], None)
    assert chosen == NextUp(going_on=left)


def test_the_first_due_assignment_comes_before_a_suggestion() -> None:
    catalogue = [course("a", "top"), course("b"), course("c")]
    chosen = choose([], [path(SOON, step("c")), path(LATE, step("b"))], catalogue, "top")
    assert chosen == NextUp(begin=catalogue[2], is_assigned=True, due_on=SOON)


def test_a_course_that_cannot_be_begun_is_passed_over() -> None:
    catalogue = [course("b")]
    paths = [path(SOON, step("closed", is_open=False)), path(None, step("gone")), path(LATE, step("b"))]
    assert choose([], paths, catalogue, None).begin is catalogue[0]


def test_a_new_course_for_the_level_is_suggested_first() -> None:
    catalogue = [course("a", "top"), course("b", "middle"), course("c", "middle")]
    assert suggest(catalogue, {"b"}, "middle") is catalogue[2]
    assert suggest(catalogue, {"b", "c"}, "middle") is catalogue[0]
    assert suggest(catalogue, set(), None) is catalogue[0]
    assert suggest(catalogue, {"a", "b", "c"}, "middle") is None


slugs = st.sampled_from("abcde")


@given(
    st.lists(st.builds(progress, slugs, st.booleans()), max_size=5),
    st.lists(st.builds(lambda due, chosen: path(due, *map(step, chosen)), st.none() | st.dates(), st.lists(slugs))),
    st.lists(st.builds(course, slugs, st.sampled_from(["top", "middle"])), unique_by=lambda each: each.document.id),
    st.none() | st.sampled_from(["top", "middle"]),
)
def test_one_thing_at_most_and_nothing_only_when_nothing_is_left(
    begun: list[CourseProgress], paths: list[MyPath], catalogue: list[Found], level: str | None
) -> None:
    chosen = choose(begun, paths, catalogue, level)
    assert chosen.going_on is None or chosen.begin is None
    if any(each.completion is None for each in begun):
        assert chosen.going_on is not None
    elif {each.document.id for each in catalogue} - {each.course_slug for each in begun}:
        assert chosen.begin is not None
