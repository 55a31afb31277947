"""The check of a course is made once for what it looks at, and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue import authoring, check_results
from learning.catalogue.authoring import CourseOnDisk, courses_on_disk
from learning.catalogue.compiling import Compiled, compile_course
from learning.catalogue.models import CourseCheck
from learning.catalogue.publishing import publish
from learning.database import db, reading_only
from tests.catalogue.courses import broken, change, copy_of_sound
from tests.catalogue.test_commands import run

Compiling = list[str]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Compiling:
    """The names of the courses that pages have compiled so far."""
    names: Compiling = []

    def note(folder: Path) -> Compiled:
        names.append(folder.name)
        return compile_course(folder)

    monkeypatch.setattr(authoring, "compile_course", note)
    return names


def look(session: Session, folders: list[Path], seconds: float = 60) -> tuple[list[CourseOnDisk], int]:
    """As a page does that only reads; the test's own session steps aside."""
    session.rollback()
    with reading_only(), db.sessionmaker() as own:
        return courses_on_disk(own, folders, seconds)


def test_an_unchanged_course_is_checked_once(session: Session, tmp_path: Path, compiled: Compiling) -> None:
    folder = broken("claim-without-source", tmp_path)
    first, waiting = look(session, [folder])
    again, _ = look(session, [folder])
    assert waiting == 0
    assert compiled == [folder.name]
    assert again == first
    assert again[0].checked.errors == 1
    row = session.scalars(select(CourseCheck)).one()
    assert (row.errors, row.warnings) == (1, again[0].checked.warnings)
    assert [each.checked.errors for each in look(session, [folder])[0]] == [1]


CHANGES: list[Callable[[Path], object]] = [
    lambda folder: change(folder, "en/l1-first.md", "[@paper]", "[@nobody]"),
    lambda folder: (folder / "ids.lock.json").write_text('{"ids": {"gone": "single"}}', "utf-8"),
    lambda folder: (folder / "i18n.lock.json").write_text("no lock", "utf-8"),
    lambda folder: (folder / "nb" / "stray.md").write_text("A file that is no part.", "utf-8"),
    lambda folder: (folder / "media" / "spare.png").write_bytes(b"x"),
]


@pytest.mark.parametrize("changed", CHANGES)
def test_whatever_the_check_looks_at_makes_it_check_again(
    session: Session, tmp_path: Path, compiled: Compiling, changed: Callable[[Path], object]
) -> None:
    folder = copy_of_sound(tmp_path)
    before = look(session, [folder])[0][0]
    changed(folder)
    after = look(session, [folder])[0][0]
    assert len(compiled) == 2
    assert after.checked == check_results.of_compiled(compile_course(folder))
    assert after.checked != before.checked


@pytest.mark.one_database
def test_a_review_does_not_make_it_check_again(session: Session, tmp_path: Path, compiled: Compiling) -> None:
    folder = copy_of_sound(tmp_path)
    look(session, [folder])
    (folder / "review-2026-11.yml").write_text("reviews: []", "utf-8")
    found = look(session, [folder])[0][0]
    assert compiled == [folder.name]
    assert found.reviews[0].faults


@pytest.mark.one_database
def test_it_is_checked_again_when_a_date_of_review_has_passed(
    session: Session, tmp_path: Path, compiled: Compiling
) -> None:
    folder = copy_of_sound(tmp_path)
    plan = compile_course(folder).plan
    assert plan is not None
    with clock.stopped_at(clock.start_of_day(plan.review_by)):
        before = look(session, [folder])[0][0].checked.warnings
    with clock.stopped_at(clock.start_of_day(plan.review_by) + timedelta(days=1, hours=12)):
        after = look(session, [folder])[0][0].checked
    assert len(compiled) == 2
    assert after.warnings == before + 1


@pytest.mark.one_database
def test_what_is_published_is_checked_already(session: Session, tmp_path: Path, compiled: Compiling) -> None:
    folder = copy_of_sound(tmp_path)
    run("lock", folder)
    publish(session, folder)
    session.commit()
    found, _ = look(session, [folder])
    assert compiled == []
    assert [each.language for each in found[0].checked.translations] == ["nb"]


@pytest.mark.one_database
def test_a_page_checks_one_at_least_and_the_rest_later(session: Session, tmp_path: Path, compiled: Compiling) -> None:
    folders = [copy_of_sound(tmp_path / name) for name in ("a", "b")]
    change(folders[1], "en/l1-first.md", "What would you do?", "What would you do now?")
    assert look(session, folders, seconds=0)[1] == 1
    assert look(session, folders, seconds=0)[1] == 0
    assert len(compiled) == 2


def test_old_results_are_swept_away(session: Session, tmp_path: Path) -> None:
    checked = check_results.Checked([], [])
    with clock.stopped_at(clock.now() - check_results.KEPT - timedelta(days=1)):
        check_results.keep(session, "a" * 64, checked)
    check_results.keep(session, "b" * 64, checked)
    check_results.keep(session, "b" * 64, checked)
    assert session.scalar(select(func.count()).select_from(CourseCheck)) == 1
