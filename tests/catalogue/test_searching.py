"""The search finds stems, words inside words and glossary terms, alike on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.catalogue import searching
from learning.catalogue.models import CoursePassage, PassageKind
from learning.catalogue.publishing import publish
from tests.catalogue.courses import SOUND, change, copy_of_sound


def slugs(session: Session, query: str, language: str = "en") -> list[str]:
    return [each.document.id for each in searching.search(session, query, language)]


@pytest.fixture
def courses(session: Session, tmp_path: Path) -> Session:
    """The sound course, and one about managing risks with "risikostyring" in its Bokmål."""
    publish(session, SOUND)
    other = copy_of_sound(tmp_path).rename(tmp_path / "boats-101")
    change(other, "course.yaml", "id: sound-101", "id: boats-101")
    change(other, "en/index.md", "title: A sample course", "title: Managing boats")
    change(other, "nb/index.md", "title: Et eksempelkurs", "title: Risikostyring for båter")
    publish(session, other)
    return session


@pytest.mark.parametrize(
    ("query", "language", "first"),
    [
        ("boat", "en", "boats-101"),
        ("BOATS", "en", "boats-101"),
        ("manage", "en", "boats-101"),
        ("båt", "nb", "boats-101"),
        ("båtene", "nb", "boats-101"),
        ("båten", "nn", "boats-101"),
        ("styring", "nb", "boats-101"),  # inside another word
        ("risikostyring båter", "nb", "boats-101"),
        ("boats-101", "en", "boats-101"),
    ],
)
def test_what_people_type_finds_the_course(courses: Session, query: str, language: str, first: str) -> None:
    assert slugs(courses, query, language)[:1] == [first]


@pytest.mark.parametrize("query", ["zebra", "boats zebra", "..", '"', "!!!"])
def test_what_is_not_there_is_not_found(courses: Session, query: str) -> None:
    assert slugs(courses, query) == []


def test_all_courses_without_a_query(courses: Session) -> None:
    assert slugs(courses, "") == slugs(courses, "  ") == ["boats-101", "sound-101"]


def test_a_hit_shows_its_place_and_the_word(courses: Session) -> None:
    found = searching.search(courses, "risks", "en")
    hits = [hit for each in found for hit in each.hits]
    assert hits
    assert {hit.word.casefold()[:4] for hit in hits} <= {"risk", ""}  # empty: it stands in the title
    assert PassageKind.TERM in {hit.kind for hit in hits}
    assert all("<" not in hit.before + hit.after for hit in hits)


def test_a_new_version_takes_the_place_of_the_old_in_the_index(session: Session, tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    publish(session, folder)
    count = session.scalar(select(func.count()).select_from(CoursePassage))
    publish(session, folder)
    change(folder, "en/index.md", "title: A sample course", "title: Something about whales")
    publish(session, folder)
    assert session.scalar(select(func.count()).select_from(CoursePassage)) == count
    assert slugs(session, "whale") == ["sound-101"]
    assert slugs(session, "sample") == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(query=st.text(max_size=30))
def test_no_query_is_a_fault(courses: Session, query: str) -> None:
    for language in ("nb", "nn", "en"):
        searching.search(courses, query.replace("\x00", ""), language)
