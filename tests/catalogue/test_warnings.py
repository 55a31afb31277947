"""What an author is told but may decide: load, reading time, giveaways, dates, strays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from learning import clock
from learning.catalogue.checking import lix
from tests.catalogue.courses import change, copy_of_sound, warnings_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_sound(tmp_path)


def test_a_long_text_without_an_activity_is_told_at_its_first_line(folder: Path) -> None:
    change(folder, "en/l1-first.md", "## Why\n", "## Why\n\n" + "Short words make a text. " * 75)
    told = warnings_of(folder)
    assert any(each.startswith("en/l1-first.md:5: There are 4") and "without an activity" in each for each in told)


def test_claimed_minutes_are_held_against_reading_and_doing(folder: Path) -> None:
    change(folder, "course.yaml", "file: l2-second.md, minutes: 2", "file: l2-second.md, minutes: 14")
    told = warnings_of(folder)
    assert "course.yaml:6: minutes is 8; the lessons and assessment sum to 20." in told
    assert any(each.startswith("en/l2-second.md:1: The lesson claims 14 minutes") for each in told)


def test_review_dates_that_have_passed(folder: Path) -> None:
    change(folder, "course.yaml", "as_of: 2026-01-01", "review_by: 2026-06-01")
    with clock.stopped_at(datetime(2099, 6, 1, tzinfo=UTC)):
        assert [each for each in warnings_of(folder) if "review" in each] == [
            "course.yaml:10: The review date has passed.",
            "course.yaml:25: The source paper is due for review.",
        ]


def test_a_source_that_nobody_cites_and_a_picture_that_nobody_sees(folder: Path) -> None:
    change(folder, "course.yaml", "sources:\n", "sources:\n  book: {title: A book}\n")
    (folder / "media" / "spare.png").write_bytes(b"\x89PNG")
    (folder / "en" / "l9-old.md").write_text("---\ntitle: Old\n---\n", "utf-8")
    assert warnings_of(folder) == [
        "course.yaml:25: The source book is never cited.",
        "en/l9-old.md:1: The file is no part of the course.",
        "media/spare.png:1: The file is never shown.",
    ]


def question(number: int, right_place: int, right_text: str = "About as long") -> str:
    lines = [f"::: single b-{number} {{outcome=o1}}", "", f"Question {number}?", ""]
    for place in range(3):
        is_right = place == right_place
        text = right_text if is_right else f"About as long {place}"
        lines += [f"- [{'x' if is_right else ' '}] `k{place}` {text}", "  > Because."]
    return "\n".join([*lines, "", ":::", ""])


def with_questions(folder: Path, questions: list[str]) -> None:
    for language in ("en", "nb"):
        path = folder / language / "assessment.md"
        path.write_text(path.read_text("utf-8") + "\n" + "\n".join(questions), "utf-8")


def test_right_answers_that_stand_in_one_place(folder: Path) -> None:
    with_questions(folder, [question(number, 0) for number in range(8)])
    assert "course.yaml:1: The right option is number 1 in 10 of 10 questions." in warnings_of(folder)


def test_right_answers_that_are_the_longest(folder: Path) -> None:
    with_questions(folder, [question(number, number % 3, "Clearly the longest of these") for number in range(8)])
    told = warnings_of(folder)
    assert "course.yaml:1: The right option is the longest in 10 of 10 questions." in told
    assert not any("is number" in each for each in told)


def test_even_questions_are_left_alone(folder: Path) -> None:
    with_questions(folder, [question(number, number % 3) for number in range(9)])
    assert warnings_of(folder) == []


def test_a_hard_norwegian_text(folder: Path) -> None:
    hard = "Virksomhetsstyringens overordnede risikovurderingsprosess forutsetter tverrsektorielle " * 15
    change(folder, "nb/l1-first.md", "## Why\n", f"## Why\n\n{hard}.\n")
    assert any("nb/l1-first.md:1: The text has LIX" in each for each in warnings_of(folder))


def test_lix_by_hand() -> None:
    # 8 words in 2 sentences, 3 of them (setning, Ledelse, handler) with more than six letters: 8/2 + 100*3/8
    assert lix("Dette er en setning. Ledelse handler om folk.") == pytest.approx(4 + 37.5)
    assert lix("") == 0
