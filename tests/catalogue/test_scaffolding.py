"""``learning courses new``: what it writes is a whole course, without a fault, and says what is to be replaced."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from learning import clock
from learning.catalogue.compiling import compile_course
from learning.catalogue.document import CourseDocument
from tests.catalogue.test_commands import run

MARKS = {"nb": "BYTT UT", "nn": "BYT UT", "en": "REPLACE"}


def written(folder: Path, *options: str) -> CourseDocument:
    result = run("new", "new-101", "--folder", folder, *options)
    assert result.exit_code == 0, result.output
    compiled = compile_course(folder / "new-101")
    assert [str(fault) for fault in compiled.faults.found] == []
    assert compiled.document is not None
    return compiled.document


@pytest.mark.parametrize("languages", ["nb", "nn", "en", "nb,nn,en", "en, nn", "nn,en,nb"])
def test_a_new_course_has_no_faults_in_any_language(tmp_path: Path, languages: str) -> None:
    document = written(tmp_path, "--languages", languages)
    assert list(document.languages) == [each.strip() for each in languages.split(",")]
    assert document.source_language == document.languages[0]
    result = run("check", tmp_path)
    assert result.output == "1 course checked: 0 errors, 0 warnings.\n"


@pytest.mark.parametrize("day", [datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2030, 12, 31, 12, tzinfo=UTC)])
def test_a_new_course_is_without_warnings_on_any_day(tmp_path: Path, day: datetime) -> None:
    with clock.stopped_at(day):
        document = written(tmp_path, "--languages", "nb,nn,en")
    assert document.review_by is not None
    assert document.review_by.year == day.year + 1


def test_a_new_course_shows_the_useful_activities_and_all_else_a_course_has(tmp_path: Path) -> None:
    document = written(tmp_path, "--languages", "nb,nn,en")
    for text in document.texts.values():
        (lesson,) = text.lessons
        assert [each.type for each in lesson.activities] == ["reflect", "single", "scenario", "sheet", "plan"]
        scenario = lesson.activity("sc-example")
        assert scenario is not None
        assert len(scenario.data["meters"]) == 2
        assert text.assessment is not None
        assert len(text.assessment.items) == 2 * text.assessment.draw
        assert {item.outcome for item in text.assessment.items} == {"o1", "o2"}
        assert text.glossary
        assert text.manager_note is not None
        assert text.manager_note.after_html


def test_every_text_of_a_new_course_is_marked_as_one_to_replace(tmp_path: Path) -> None:
    for language, text in written(tmp_path, "--languages", "nb,nn,en").texts.items():
        mark = MARKS[language]
        assert text.assessment is not None
        assert text.manager_note is not None
        texts = [text.title, text.summary, text.assessment.title, text.assessment.intro_html]
        texts += [outcome.text for outcome in text.outcomes]
        texts += [text.manager_note.title, text.manager_note.before_html, text.manager_note.after_html]
        texts += [part for term in text.glossary for part in (term.term, term.html)]
        texts += [lesson.title for lesson in text.lessons]
        texts += [part.html for lesson in text.lessons for part in lesson.parts if part.html]
        texts += [str(each.data) for lesson in text.lessons for each in lesson.activities]
        texts += [str(item.data) for item in text.assessment.items]
        assert [each for each in texts if mark not in each] == []


def test_what_was_asked_for_stands_in_the_course(tmp_path: Path) -> None:
    title = 'Risiko: "akseptabelt" nivå # 2'
    document = written(
        tmp_path, "--line", "risk-management", "--level", "middle", "--level", "top", "--title", title,
        "--languages", "nb,en",
    )  # fmt: skip
    assert document.line == "risk-management"
    assert document.levels == ("middle", "top")
    assert {text.title for text in document.texts.values()} == {title}


def test_an_id_that_yaml_takes_for_something_else(tmp_path: Path) -> None:
    assert run("new", "no", "--folder", tmp_path).exit_code == 0
    assert run("check", tmp_path).output == "1 course checked: 0 errors, 0 warnings.\n"


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "old-101").mkdir()
    result = run("new", "old-101", "--folder", tmp_path)
    assert result.exit_code == 1
    assert "old-101 exists already. Choose another id, or remove it first." in result.output
    assert list((tmp_path / "old-101").iterdir()) == []


@pytest.mark.parametrize("slug", ["RM-102", "102", "../rm-102", "rm_102", "rm/102", "", "r" * 61, "rm-102\n"])
def test_an_id_that_cannot_be_used(tmp_path: Path, slug: str) -> None:
    result = run("new", "--folder", tmp_path / "courses", "--", slug)
    assert result.exit_code == 1
    assert "cannot be a course's id. Begin with a small letter a-z" in result.output
    assert not (tmp_path / "courses").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--languages", "nb,fr"), "There are no texts in 'fr'. Use nb, nn, en."),
        (("--languages", "nb,nb"), "The language nb stands twice."),
        (("--languages", ","), "The course has no language."),
        (("--title", "  "), "The title cannot be used."),
        (("--title", "a\nb"), "The title cannot be used."),
    ],
)
def test_what_cannot_be_written_is_told(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    result = run("new", "new-101", "--folder", tmp_path / "courses", *options)
    assert result.exit_code == 1
    assert told in result.output
    assert not (tmp_path / "courses").exists()


def test_a_place_that_cannot_hold_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = run("new", "new-101", "--folder", tmp_path / "file")
    assert result.exit_code == 1
    assert "cannot be made: Not a directory. Choose a folder you may write in." in result.output
