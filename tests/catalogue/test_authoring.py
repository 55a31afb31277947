"""What authors see in the system: types of activity, translations to do, and how courses were reviewed."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import ROOT
from learning.access.models import Role
from learning.activities.registry import activity_type, all_types
from learning.catalogue.quality_sheet import CRITERIA, MOST_TOTAL
from learning.catalogue.reviews import ReviewFile, reviews_of
from learning.organisation.models import Person
from tests.activities.test_templates import Page
from tests.catalogue.courses import change, copy_of_sound
from tests.catalogue.test_commands import run
from tests.factories import grant, make_agency, make_person

pytestmark = pytest.mark.one_database
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def author(session: Session) -> Person:
    person = make_person(session)
    grant(session, person, Role.AUTHOR, make_agency(session))
    session.commit()
    return person


@pytest.fixture
def folder(tmp_path: Path, app: Flask) -> Path:
    """The sound course, where the application looks for courses."""
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"courses_path": tmp_path})
    return copy_of_sound(tmp_path)


@pytest.fixture
def page(author: Person, sign_in: SignIn) -> Callable[[], str]:
    """The authors' page as it is now, in English."""
    client = sign_in(author)

    def read() -> str:
        answer = client.get("/authoring")
        assert answer.status_code == 200
        return unescape(answer.get_data(as_text=True))

    return read


# Types of activity


@pytest.fixture
def types_page(author: Person, sign_in: SignIn) -> str:
    answer = sign_in(author).get("/authoring/activities")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def section(page: str, name: str) -> str:
    return page.split(f'aria-labelledby="type-{name}"', 1)[1].split("</section>", 1)[0]


def test_every_type_is_there_with_its_words_and_its_example_to_copy(types_page: str) -> None:
    for name, kind in all_types().items():
        found = unescape(section(types_page, name))
        assert kind.summary in found
        assert kind.example in found


def test_examples_are_shown_by_the_templates_that_learners_meet(types_page: str) -> None:
    assert 'type="radio" name="single-before.choice" value="accept"' in section(types_page, "single")
    assert "Your thoughts" in section(types_page, "reflect")
    assert 'src="/static/examples/scale.svg"' in section(types_page, "figure")
    assert "Trust" in section(types_page, "scenario")


def test_the_right_answer_is_shown_after_and_not_before(types_page: str) -> None:
    for name in all_types():
        found = section(types_page, name)
        assert ("With the right answer" in found) == activity_type(name).scored
        if activity_type(name).scored:
            before, after = found.split("With the right answer")
            assert "verdict--right" not in before
            assert "verdict--right" in after


def test_nothing_on_the_page_of_types_can_be_sent(types_page: str) -> None:
    main = types_page.split("<main", 1)[1].split("</main>", 1)[0]
    assert "<form" not in main
    parsed = Page("<main" + main + "</main>")
    ids = [found["id"] for _, found in parsed.elements if "id" in found]
    assert len(ids) == len(set(ids))
    assert re.findall(r"\sstyle=|\son\w+=|course:", main) == []
    checked = [found["name"] for found in parsed.all("input") if found.get("type") == "radio" and "checked" in found]
    assert "single-after.choice" in checked
    assert [name for name in checked if "-after." not in str(name)] == []
    assert len(checked) == len(set(checked)), "examples do not take each other's ticks"


def test_pictures_and_films_of_the_examples_are_there(types_page: str, client: FlaskClient) -> None:
    addresses = set(re.findall(r'"(/static/examples/[^"]+)"', types_page))
    assert len(addresses) >= 3
    assert [each for each in sorted(addresses) if client.get(each).status_code != 200] == []


# Translations


def test_stale_and_missing_translations_are_told(folder: Path, page: Callable[[], str]) -> None:
    run("lock", folder)
    assert "nb: up to date" in " ".join(page().split())
    change(folder, "en/l1-first.md", "What would you do?", "What would you do today?")
    change(folder, "nb/glossary.md", "## `risk`", "## `peril`")
    shown = " ".join(page().split())
    assert "1 stale" in shown
    assert "1 missing" in shown
    assert "Stale <code>sound-101/nb/l1-first.md:20</code>" in shown
    assert "source <code>sound-101/en/l1-first.md:20</code>" in shown
    assert "Missing <code>sound-101/nb/glossary.md:1</code>" in shown


# Reviews


def review(**changes: Any) -> dict[str, Any]:
    scores = {code: {"score": 3, "why": f"Why {code}."} for code in CRITERIA}
    scores["C4"] = {"score": 1, "why": "Two facts have <no> year."}
    scores["B7"] = {"score": 2, "why": "Nothing comes back."}
    scores["F4"] = {"score": 2, "why": "No blank form."}
    return {"reviewer": "teaching", "date": "2026-11-24", "scores": scores, "total": 89, **changes}


def write(folder: Path, *reviews: dict[str, Any], name: str = "review-2026-11.yml") -> None:
    (folder / name).write_text(yaml.safe_dump({"reviews": list(reviews)}, allow_unicode=True), "utf-8")


def test_reviews_are_shown_with_their_weakest_points_and_facts_to_confirm(
    folder: Path, page: Callable[[], str]
) -> None:
    write(folder, review(confirm=["That § 4-2 is in force."]), review(reviewer="field", weakest=["A1", "B1", "B2"]))
    shown = " ".join(page().split())
    assert shown.count("89 of 93") == 4  # twice in the table, twice below
    assert "Review: teaching, 24 November 2026" in shown
    weak = shown.split("Review: teaching")[1].split("Review: field")[0]
    assert weak.index("C4 Right, dated and sourced: 1") < weak.index("B7 ") < weak.index("F4 ")
    assert "Two facts have <no> year." in weak
    assert "1 fact for a person to confirm" in weak
    assert "<li>That § 4-2 is in force.</li>" in weak
    assert "Why B1." in shown.split("Review: field")[1]


def test_a_must_below_two_is_not_enough_to_publish(folder: Path, page: Callable[[], str]) -> None:
    write(folder, review())
    assert "not enough to publish" in page()
    scores = review()["scores"]
    scores["C4"] = {"score": 2, "why": "Better."}
    write(folder, review(scores=scores, total=90))
    assert "not enough to publish" not in page()


MALFORMED = [
    ("", "the file: Input should be"),
    ("reviews: [", "The YAML cannot be read on line 1"),
    ("a: b: c\n", "The YAML cannot be read on line 1"),
    ("[]", "the file: Input should be"),
    ("reviews: []", "reviews: List should have at least 1 item"),
    ("reviews: [{reviewer: x}]", "reviews.0.date: Field required."),
    ("reviews: [{reviewer: x, date: 2026-13-45, scores: {}}]", "The file cannot be read: ValueError."),
    ("{? [a] : b}", "The YAML cannot be read on line 1"),
    ("reviews: [{reviewer: x, date: 2026-11-24, scores: {A1: {score: 4, why: x}}}]", "reviews.0.scores.A1.score:"),
    ("reviews: [{reviewer: x, date: 2026-11-24, scores: {A1: {score: 3, why: x}}}]", "has no score for A2, A3"),
    ("[" * 5000, "The file cannot be read: RecursionError."),
]


@pytest.mark.parametrize(("content", "told"), MALFORMED)
def test_a_malformed_review_has_faults_and_no_reviews(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "review-2026-11.yml").write_text(content, "utf-8")
    (file,) = reviews_of(tmp_path)
    assert told in " ".join(file.faults)
    assert not file.reviews


def test_malformed_reviews_are_told_on_the_page(folder: Path, page: Callable[[], str]) -> None:
    for place, (content, _) in enumerate(MALFORMED, start=1):
        (folder / f"review-2026-{place:02}.yml").write_text(content, "utf-8")
    shown = page()
    assert shown.count("cannot be read as a review.") == len(MALFORMED)
    assert all(told in shown for _, told in MALFORMED)
    assert "Weakest:" not in shown


def test_a_review_that_is_no_text_is_told(folder: Path) -> None:
    (folder / "review-2026-11.yml").write_bytes(b"\xff\xfe\x00")
    (folder / "review-2026-12.yml").mkdir()
    faults = [file.faults for file in reviews_of(folder)]
    assert faults == [["The file cannot be read: IsADirectoryError."], ["The file cannot be read: UnicodeDecodeError."]]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"total": 90}, "The review by teaching says 90 in all; its scores sum to 89."),
        ({"weakest": ["Z9"]}, "The review by teaching names Z9, which is no criterion."),
    ],
)
def test_a_review_that_does_not_add_up_is_told(folder: Path, changes: dict[str, Any], told: str) -> None:
    write(folder, review(**changes))
    (file,) = reviews_of(folder)
    assert file == ReviewFile("review-2026-11.yml", (), [told])


def test_the_newest_review_stands_first(folder: Path) -> None:
    write(folder, review(), name="review-2026-11.yml")
    write(folder, review(), name="review-2027-03.yml")
    assert [file.name for file in reviews_of(folder)] == ["review-2027-03.yml", "review-2026-11.yml"]


def test_a_course_without_reviews(folder: Path, page: Callable[[], str]) -> None:
    assert "<td> none" in " ".join(page().split())


@pytest.mark.parametrize("name", sorted(path.parent.name for path in (ROOT / "courses").glob("*/course.yaml")))
def test_the_reviews_of_this_repository_can_be_read(name: str) -> None:
    assert [file.faults for file in reviews_of(ROOT / "courses" / name) if file.faults] == []


def test_the_sheet_in_the_documentation_is_the_one_that_counts() -> None:
    page = (ROOT / "docs" / "quality-sheet.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-F]\d) \| (.+?) \| .+? \| (must)? ?\|$", page, re.MULTILINE)
    assert [(code, name, must == "must") for code, name, must in rows] == [
        (each.code, str(each.name), each.must) for each in CRITERIA.values()
    ]
    assert (len(CRITERIA), MOST_TOTAL) == (31, 93)
