"""The pre-test: what may be skipped, and that it is asked once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.activities.registry import activity_type
from learning.catalogue.compiling import compile_course
from learning.catalogue.document import CourseDocument
from learning.organisation.models import Person
from learning.progress import assessing, enrolling, pretesting
from learning.progress.models import Enrolment, FinishWay, LessonFinish
from tests import factories

SignIn = Callable[[Person], FlaskClient]
COMPILED = compile_course(factories.PRACTICE_COURSE / "practice-101").document
assert COMPILED is not None
COURSE: CourseDocument = COMPILED


@given(st.integers(0, 2**62))
def test_so_many_of_each_outcome_are_drawn_and_the_same_for_the_same_seed(seed: int) -> None:
    drawn = pretesting.draw(COURSE, "en", seed)
    assert drawn == pretesting.draw(COURSE, "en", seed)
    assert len(drawn) == len(set(drawn)) == 2
    assert all(item.startswith("a-o1") for item in drawn)


@given(st.sets(st.sampled_from([f"a-o1-{number}" for number in range(1, 6)])))
def test_a_lesson_may_be_skipped_only_when_everything_asked_about_it_is_right(right: set[str]) -> None:
    assessment = COURSE.text("en").assessment
    assert assessment is not None
    asked = [item for item in assessment.items if item.id in ("a-o1-1", "a-o1-2")]
    assert pretesting.skippable(COURSE, right, asked) == (["l1"] if {"a-o1-1", "a-o1-2"} <= right else [])
    assert pretesting.skippable(COURSE, right, []) == []


@pytest.fixture
def learner(session: Session, sign_in: SignIn) -> tuple[FlaskClient, int]:
    """A learner's client and the id of their enrolment."""
    person = factories.make_person(session)
    made = enrolling.enrol(session, person, factories.publish_practice(session).course, "en")
    enrolment_id = made.id
    session.commit()
    return sign_in(person), enrolment_id


def form_for(enrolment_id: int, session: Session, *, right: bool) -> dict[str, list[str]]:
    """The pre-test's form, everything right or everything wrong. Leaves no transaction open."""
    taken = pretesting.pretest_of(session, enrolment_id)
    assert taken is not None
    fields = {}
    for item in pretesting.items_of(session, taken):
        best = activity_type(item.type).best_form(item.data)
        assert best is not None
        for name, values in best.items():
            wrong = [option["key"] for option in item.data["options"] if option["key"] not in values]
            fields[f"{item.id}.{name}"] = values if right else wrong[:1]
    session.rollback()
    return fields


def test_who_knows_it_skips_the_lesson_and_is_not_asked_the_same_again(
    session: Session, learner: tuple[FlaskClient, int]
) -> None:
    client, enrolment_id = learner
    address = f"/learn/{enrolment_id}"
    assert "Take the short test" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/pretest/start").status_code == 303
    form = form_for(enrolment_id, session, right=True)
    for _ in range(2):  # handed in twice, as by a double click
        answer = client.post(f"{address}/pretest", data=form, follow_redirects=True)
        assert "You know this" in answer.get_data(as_text=True)
    page = client.get(address).get_data(as_text=True)
    assert "Known already" in page
    assert "Take the short test" not in page
    ways = session.execute(select(LessonFinish.lesson_id, LessonFinish.way)).all()
    assert [tuple(row) for row in ways] == [("l1", FinishWay.SKIPPED)]
    taken = pretesting.pretest_of(session, enrolment_id)
    enrolment = session.get_one(Enrolment, enrolment_id)
    assert taken is not None
    session.add(LessonFinish(enrolment_id=enrolment_id, lesson_id="l2"))
    session.flush()
    attempt = assessing.start_attempt(session, enrolment, COURSE)
    assert not set(attempt.items) & set(taken.items)


def test_who_does_not_know_it_takes_every_lesson(session: Session, learner: tuple[FlaskClient, int]) -> None:
    client, enrolment_id = learner
    client.post(f"/learn/{enrolment_id}/pretest/start")
    form = form_for(enrolment_id, session, right=False)
    answer = client.post(f"/learn/{enrolment_id}/pretest", data=form, follow_redirects=True)
    assert "something new for you in every lesson" in answer.get_data(as_text=True)
    assert session.scalars(select(LessonFinish)).all() == []


def test_questions_may_be_left_out(learner: tuple[FlaskClient, int]) -> None:
    client, enrolment_id = learner
    client.post(f"/learn/{enrolment_id}/pretest/start")
    answer = client.post(f"/learn/{enrolment_id}/pretest", data={}, follow_redirects=True)
    assert "something new for you" in answer.get_data(as_text=True)


def test_a_course_without_a_pre_test_has_no_such_page(session: Session, sign_in: SignIn) -> None:
    person = factories.make_person(session)
    enrolment = enrolling.enrol(session, person, factories.publish_sample(session).course, "en")
    session.commit()
    client = sign_in(person)
    assert client.post(f"/learn/{enrolment.id}/pretest/start").status_code == 404
    assert client.get(f"/learn/{enrolment.id}/pretest").status_code == 404
