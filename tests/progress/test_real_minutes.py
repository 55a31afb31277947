"""Minutes left learn from real use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from learning.progress import enrolling, overview, real_minutes
from learning.progress.answering import held
from learning.progress.models import FinishWay, LessonFinish, Response
from tests import factories


@given(st.lists(st.integers(0, 6000), min_size=5))
def test_the_estimate_lies_among_the_real_times(seconds: list[int]) -> None:
    minutes = real_minutes.estimate(seconds)
    assert minutes is not None
    assert max(1, round(min(seconds) / 60)) <= minutes <= max(1, round(max(seconds) / 60))


@pytest.mark.parametrize("seconds", [[], [60], [60, 60, 60, 60]])
def test_few_learners_say_nothing(seconds: list[int]) -> None:
    assert real_minutes.estimate(seconds) is None


def test_minutes_left_follow_what_learners_needed(session: Session) -> None:
    version = factories.publish_sample(session)
    for number in range(6):
        person = factories.make_person(session)
        enrolment = enrolling.enrol(session, person, version.course, "en")
        session.add(
            Response(
                enrolment_id=enrolment.id, version_id=version.id, lesson_id="l1", activity_id="q-risk", language="en",
                answer={}, key="k", seconds=500 + number,
            )
        )  # fmt: skip
        session.add(LessonFinish(enrolment_id=enrolment.id, lesson_id="l1", seconds=100))
        way = FinishWay.SKIPPED  # does not count: nobody spent time there
        session.add(LessonFinish(enrolment_id=enrolment.id, lesson_id="l2", way=way, seconds=1))
    session.flush()
    assert real_minutes.refresh(session) == 1
    assert real_minutes.refresh(session) == 1
    newcomer = factories.make_person(session)
    enrolling.enrol(session, newcomer, version.course, "en")
    progress = overview.for_person(session, newcomer.id)[0]
    assert progress.minutes_left == 10 + 4 + 2  # 10 learned, 4 and 2 as the author says


@pytest.mark.parametrize(("seconds", "kept"), [(5000, 600), (-5, 0), (42, 42), (None, None)])
def test_a_page_left_open_over_lunch_counts_ten_minutes_at_most(seconds: int | None, kept: int | None) -> None:
    assert held(seconds) == kept
