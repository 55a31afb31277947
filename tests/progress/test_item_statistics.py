"""What the answers to a question say about it: the formulas, what is told to whom, and what the page shows."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from math import sqrt
from pathlib import Path
from random import Random
from statistics import fmean, pstdev
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.catalogue.models import CourseVersion
from learning.organisation.models import Person
from learning.progress.item_answers import answers_by_item
from learning.progress.item_chart import LEFT, WIDTH, chart_of
from learning.progress.item_statistics import (
    FEWEST,
    Answered,
    ItemStatistics,
    Sign,
    all_statistics,
    discrimination,
    item_statistics,
)
from learning.progress.models import Attempt, AttemptAnswer, Enrolment
from tests import factories
from tests.paths.scene import counted

SignIn = Callable[[Person], FlaskClient]
SHARES = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 1.0])
ANSWERS = st.builds(
    Answered,
    person=st.integers(1, 12),
    share=SHARES,
    rest=st.none() | SHARES | st.floats(0, 1),
    chosen=st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3).map(tuple),
)


def answered(person: int, share: float, rest: float | None, *chosen: str) -> Answered:
    return Answered(person, share, rest, chosen)


def told(answers: list[Answered], *options: str) -> ItemStatistics:
    found = item_statistics(answers, options)
    assert found is not None
    return found


# The formulas


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=40))
def test_discrimination_lies_from_minus_one_to_one(pairs: list[tuple[float, float]]) -> None:
    found = discrimination(pairs)
    assert found is None or -1 <= found <= 1


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.floats(0, 1)), min_size=2, max_size=40))
def test_of_right_and_wrong_it_is_the_point_biserial_correlation(pairs: list[tuple[float, float]]) -> None:
    right = [rest for item, rest in pairs if item == 1]
    wrong = [rest for item, rest in pairs if item == 0]
    spread = pstdev([rest for _, rest in pairs])
    found = discrimination(pairs)
    if not right or not wrong or spread < 1e-5:
        return
    share = len(right) / len(pairs)
    assert found == pytest.approx((fmean(right) - fmean(wrong)) / spread * sqrt(share * (1 - share)), abs=1e-6)


@given(st.lists(st.tuples(SHARES, st.floats(0, 1)), max_size=30), st.booleans())
def test_turning_the_answers_round_turns_the_sign(pairs: list[tuple[float, float]], of_item: bool) -> None:
    turned = [(1 - item, rest) if of_item else (item, 1 - rest) for item, rest in pairs]
    before, after = discrimination(pairs), discrimination(turned)
    if before is not None and after is not None:
        assert after == pytest.approx(-before, abs=1e-6)


@given(st.lists(ANSWERS, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(answers: list[Answered], rng: Random) -> None:
    other = list(answers)
    rng.shuffle(other)
    assert item_statistics(answers, ["a", "b", "c"]) == item_statistics(other, ["a", "b", "c"])


@given(st.lists(ANSWERS, max_size=40))
def test_shares_are_shares_and_too_few_tell_nothing(answers: list[Answered]) -> None:
    found = item_statistics(answers, ["a", "b", "c"])
    people = {answer.person for answer in answers}
    assert (found is None) == (len(people) < FEWEST)
    if found is None:
        return
    for share in (found.difficulty, found.right, *(option.share for option in found.options)):
        assert 0 <= share <= 1
    assert found.right <= found.difficulty + 1e-9
    for option in found.options:
        takers = {answer.person for answer in answers if option.key in answer.chosen}
        assert option.rest is None or (len(takers) >= FEWEST and 0 <= option.rest <= 1)


def test_the_numbers_of_a_small_example() -> None:
    answers = [
        answered(1, 1, 0.9, "right"), answered(2, 1, 0.8, "right"), answered(3, 1, 0.7, "right"),
        answered(4, 1, 0.6, "right"), answered(5, 1, 0.5, "right"), answered(6, 0, 0.4, "wrong"),
        answered(7, 0, 0.2, "wrong"), answered(8, 0, 0.3, "wrong"),
    ]  # fmt: skip
    found = told(answers, "right", "wrong", "never")
    assert (found.answers, found.difficulty, found.right) == (8, 0.625, 0.625)
    assert found.discrimination == pytest.approx((0.7 - 0.3) / sqrt(0.0525) * sqrt(0.625 * 0.375))
    assert [(option.key, option.chosen, option.share) for option in found.options] == [
        ("right", 5, 0.625), ("wrong", 3, 0.375), ("never", 0, 0.0),
    ]  # fmt: skip
    assert found.options[0].rest == pytest.approx(0.7)
    assert found.options[1].rest is None, "three people could be known"
    assert found.signs == (Sign.RARE_OPTION,)


def test_signs_stand_at_their_limits() -> None:
    def of(right: int, count: int) -> tuple[Sign, ...]:
        return told([answered(number, float(number < right), None, "a") for number in range(count)], "a").signs

    assert of(95, 100) == ()
    assert of(96, 100) == (Sign.TOO_EASY,)
    negative = told([answered(number, number % 2, 1 - number % 2) for number in range(6)])
    assert negative.discrimination == -1
    assert negative.signs == (Sign.NEGATIVE,)
    rare = [answered(number, 0, None, "b" if number < 5 else "a") for number in range(100)]
    assert told(rare, "a", "b").signs == ()
    assert told([*rare, answered(101, 0, None, "a")], "a", "b").signs == (Sign.RARE_OPTION,)


def test_where_all_is_alike_discrimination_cannot_be_told() -> None:
    assert discrimination([]) is None
    assert discrimination([(1, 0.2), (1, 0.9)]) is None
    assert discrimination([(0, 0.5), (1, 0.5)]) is None
    assert told([answered(number, 1, None) for number in range(5)]).discrimination is None


def test_one_person_five_times_is_not_five_people() -> None:
    assert item_statistics([answered(1, 1, 0.5)] * 5) is None
    assert all_statistics({}, {"a": []}) == {"a": None}


def test_bars_are_as_long_as_the_shares() -> None:
    full = told([answered(number, 1, None) for number in range(5)])
    half = told([answered(number, 0.5, None) for number in range(5)])
    chart = chart_of([(1, full), (4, half)])
    assert [(bar.number, bar.width, bar.percent, bar.has_sign) for bar in chart.bars] == [
        (1, WIDTH, 100, True), (4, WIDTH / 2, 50, False),
    ]  # fmt: skip
    assert chart.lines[0] == (0, LEFT)
    assert chart.lines[-1] == (100, LEFT + WIDTH)


# What the database holds


def take(
    session: Session, version: CourseVersion, person: Person, *items: tuple[str, Any, float], number: int = 1
) -> Attempt:
    """An attempt that was handed in: item, answer and points out of one each."""
    enrolment = session.query(Enrolment).filter_by(person_id=person.id, course_id=version.course_id).one_or_none()
    if enrolment is None:
        enrolment = Enrolment(person_id=person.id, course_id=version.course_id, version_id=version.id, language="en")
        session.add(enrolment)
        session.flush()
    points = sum(Decimal(str(each[2])) for each in items)
    attempt = Attempt(
        enrolment_id=enrolment.id, version_id=version.id, number=number, seed=1, items=[each[0] for each in items],
        language="en", submitted_at=clock.now(), points=points, max_points=Decimal(len(items)),
        score_percent=100 * points / len(items), passed=False,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    for item_id, answer, got in items:
        if answer is not None:
            row = AttemptAnswer(attempt_id=attempt.id, item_id=item_id, answer=answer, points=Decimal(str(got)))
            session.add(row)
    session.flush()
    return attempt


RIGHT, WRONG = {"choice": "right"}, {"choice": "wrong"}


def pilot(session: Session, version: CourseVersion, people: int = 12) -> None:
    """Those with odd numbers are right about the one and half right about the two."""
    for number in range(people):
        person = factories.make_person(session)
        one = ("a-one", RIGHT, 1) if number % 2 else ("a-one", WRONG, 0)
        two = (
            ("a-two", {"choices": ["owner"]}, 0.5)
            if number % 2
            else ("a-two", {"choices": ["owner", "measure"]}, 1)
            if number % 4
            else ("a-two", {"choices": ["colour"]}, 0)
        )
        take(session, version, person, one, two)


@pytest.fixture
def version(session: Session) -> CourseVersion:
    return factories.publish_sample(session)


def pool_of(session: Session, version: CourseVersion) -> Any:
    from learning.catalogue.store import load_document

    return load_document(session, version.id).texts["en"].assessment


def test_answers_come_with_what_the_rest_of_the_attempt_earned(session: Session, version: CourseVersion) -> None:
    person = factories.make_person(session)
    take(session, version, person, ("a-one", RIGHT, 1), ("a-two", {"choices": ["owner"]}, 0.5), ("a-three", None, 0))
    found = answers_by_item(session, version.course_id, pool_of(session, version))
    assert found == {
        "a-one": [Answered(person.id, 1.0, 0.25, ("right",))],
        "a-two": [Answered(person.id, 0.5, 0.5, ("owner",))],
    }


def test_only_what_was_handed_in_counts(session: Session, version: CourseVersion) -> None:
    enrolment = Enrolment(
        person_id=factories.make_person(session).id, course_id=version.course_id, version_id=version.id, language="en"
    )
    session.add(enrolment)
    session.flush()
    attempt = Attempt(
        enrolment_id=enrolment.id, version_id=version.id, number=1, seed=1, items=["a-one"], language="en"
    )
    session.add(attempt)
    session.flush()
    session.add(AttemptAnswer(attempt_id=attempt.id, item_id="a-one", answer=RIGHT))
    other = factories.publish_practice(session)
    take(session, other, factories.make_person(session), ("a-one", RIGHT, 1))
    assert answers_by_item(session, version.course_id, pool_of(session, version)) == {}


def test_answers_to_an_earlier_meaning_of_a_question_are_left_out(
    session: Session, version: CourseVersion, tmp_path: Path
) -> None:
    for number in range(6):
        take(
            session,
            version,
            factories.make_person(session),
            ("a-one", RIGHT, 1),
            ("a-three", {"number": "2"}, number % 2),
        )
    folder = tmp_path / "sample-101"
    shutil.copytree(factories.SAMPLE_COURSE / "sample-101", folder)
    path = folder / "en" / "assessment.md"
    path.write_text(path.read_text("utf-8").replace("single a-one {", "single a-one {rev=2 "), "utf-8")
    newer = factories.publish_sample(session, folder)
    found = answers_by_item(session, version.course_id, pool_of(session, newer))
    assert {item: len(answers) for item, answers in found.items()} == {"a-three": 6}


def test_a_stored_answer_of_another_shape_chooses_nothing(session: Session, version: CourseVersion) -> None:
    for answer in ({}, {"choices": "right"}, {"choice": 3}, {"choices": [None, ["x"]]}):
        take(session, version, factories.make_person(session), ("a-one", answer, 0))
    (answers,) = answers_by_item(session, version.course_id, pool_of(session, version)).values()
    assert [each.chosen for each in answers] == [()] * 4


def test_the_number_of_queries_does_not_grow_with_answers(session: Session, version: CourseVersion) -> None:
    numbers = []
    for people in (3, 40):
        pilot(session, version, people)
        session.expunge_all()
        pool = pool_of(session, version)
        with counted(session) as queries:
            found = answers_by_item(session, version.course_id, pool)
        numbers.append(len(queries))
        assert len(found["a-one"]) in (3, 43)
    assert numbers == [2, 2]


# The page


@pytest.fixture
def author(session: Session, sign_in: SignIn) -> FlaskClient:
    person = factories.make_person(session)
    factories.grant(session, person, Role.AUTHOR, factories.make_agency(session))
    session.commit()
    return sign_in(person)


def words_of(client: FlaskClient, address: str = "/authoring/courses/sample-101/items") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(unescape(answer.get_data(as_text=True)).split())  # a hard space is a space too


def test_authors_see_numbers_bars_and_signs(session: Session, version: CourseVersion, author: FlaskClient) -> None:
    pilot(session, version)
    session.commit()
    page = words_of(author)
    one, two = page.split('id="item-a-one"')[1].split("</section>")[0], page.split('id="item-a-two"')[1]
    assert "<td>12</td> <td>50 %</td> <td>50 %</td> <td>0.00</td>" in page
    assert "6 (50 %)" in one
    assert "Something that may happen and hurt the goal" in one
    assert one.count('data-color="success"') == 1
    assert "3 (25 %)" in two  # a colour
    assert "too few" in two
    assert page.count("<svg") == 1 + 5 + 1  # the chart, a bar for each option, the brand
    assert 'role="img"' in page
    assert "Question 1: 50 per cent." in page
    assert re.findall(r"\sstyle=", page) == []


def test_questions_that_too_few_have_answered_show_nothing(
    session: Session, version: CourseVersion, author: FlaskClient
) -> None:
    pilot(session, version, FEWEST - 1)
    session.commit()
    page = words_of(author)
    assert page.count("fewer than 5 people") == 4
    assert "chart-title" not in page
    assert "item-a-one" not in page
    assert "%)" not in page


def test_what_is_too_easy_is_told(session: Session, version: CourseVersion, author: FlaskClient) -> None:
    for _ in range(6):
        take(session, version, factories.make_person(session), ("a-one", RIGHT, 1), ("a-three", {"number": "2"}, 1))
    session.commit()
    page = words_of(author)
    assert "too easy" in page
    assert "hardly ever chosen" in page
    assert "cannot be told" in page


def test_nobody_can_be_told_from_the_page(session: Session, version: CourseVersion, author: FlaskClient) -> None:
    pilot(session, version)
    session.commit()
    main = words_of(author).split("<main")[1].split("</main>")[0]
    for person in session.query(Person):
        assert person.email not in main
        assert person.family_name not in main


def test_a_course_that_nobody_has_taken(session: Session, version: CourseVersion, author: FlaskClient) -> None:
    session.commit()
    assert "fewer than 5 people" in words_of(author)
    assert author.get("/authoring/courses/none-101/items").status_code == 404


@pytest.mark.one_database
def test_a_course_without_an_assessment(session: Session, author: FlaskClient, tmp_path: Path) -> None:
    folder = tmp_path / "sample-101"
    shutil.copytree(factories.SAMPLE_COURSE / "sample-101", folder)
    (folder / "ids.lock.json").unlink(missing_ok=True)
    plan = yaml.safe_load((folder / "course.yaml").read_text("utf-8"))
    del plan["assessment"]
    for outcome in plan["outcomes"]:
        outcome["evidence"].remove("assessment")
    (folder / "course.yaml").write_text(yaml.safe_dump(plan), "utf-8")
    factories.publish_sample(session, folder)
    session.commit()
    assert "The course has no assessment." in words_of(author)


def test_the_page_is_linked_from_authoring(session: Session, version: CourseVersion, author: FlaskClient) -> None:
    session.commit()
    assert 'href="/authoring/courses/sample-101/items"' in words_of(author, "/authoring")
