"""The catalogue, a course's page, its media and the authors' page, as visitors meet them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.catalogue.models import Course, CourseVersion
from learning.catalogue.publishing import publish
from learning.organisation.models import Person
from tests.catalogue.courses import SOUND, broken, change, copy_of_sound
from tests.factories import grant, make_agency, make_person

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def version(session: Session) -> CourseVersion:
    published, _ = publish(session, SOUND)
    session.commit()
    return published


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def test_the_catalogue_without_courses(client: FlaskClient) -> None:
    assert "empty-state" in text_of(client, "/courses")


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize(
    "query", ["", "?q=Eksempelkurs", "?q=LEKSJON", "?q=steg+risiko", "?line=risk-management&level=first-line"]
)
def test_a_course_is_found(client: FlaskClient, query: str) -> None:
    client.set_cookie("language", "nb")
    page = text_of(client, f"/courses{query}")
    assert "Et eksempelkurs" in page
    assert "/courses/sound-101" in page


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("query", ["?q=romfart", "?q=leksjon+romfart", "?line=innovation", "?level=top", "?level=x"])
def test_a_course_is_not_found(client: FlaskClient, query: str) -> None:
    client.set_cookie("language", "nb")
    page = text_of(client, f"/courses{query}")
    assert "Et eksempelkurs" not in page
    assert "empty-state" in page


def test_the_best_hit_stands_first(session: Session, client: FlaskClient, tmp_path: Path) -> None:
    publish(session, SOUND)
    other = copy_of_sound(tmp_path).rename(tmp_path / "aaa-101")
    change(other, "course.yaml", "id: sound-101", "id: aaa-101")
    change(other, "en/index.md", "title: A sample course", "title: Something else")
    publish(session, other)
    session.commit()
    client.set_cookie("language", "en")
    page = text_of(client, "/courses?q=sample")
    assert 'value="sample"' in page
    assert "Something else" not in page
    page = text_of(client, "/courses?q=risk")
    assert page.index("Something else") < page.index("A sample course")


def test_what_is_searched_for_is_shown_as_text(client: FlaskClient) -> None:
    page = text_of(client, "/courses?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page


@pytest.mark.usefixtures("version")
def test_the_course_page_says_what_it_is_about(client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    page = text_of(client, "/courses/sound-101")
    for expected in (
        "<h1",
        "A sample course",
        "Find a risk to a goal",
        "The first lesson",
        "75 per cent to pass",
        "as many tries as you like",
        'id="source-paper"',
        "https://example.org/paper",
        'id="term-risk"',
        "CC-BY-4.0",
        "Version 1.",
    ):
        assert expected in page
    assert "course:" not in page


@pytest.mark.usefixtures("version")
def test_the_course_page_in_another_language(client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    page = text_of(client, "/courses/sound-101?lang=nb")
    assert 'lang="nb">Et eksempelkurs</h1>' in page
    assert "A sample course" in text_of(client, "/courses/sound-101?lang=xx")


@pytest.mark.parametrize(
    "address", ["/courses/nothing-101", "/courses/sound-101/media/1/none.svg", "/courses/x/media/9/y"]
)
def test_what_is_not_there(client: FlaskClient, version: CourseVersion, address: str) -> None:
    text_of(client, address, 404)


def test_a_withdrawn_course_is_no_longer_in_the_catalogue(
    client: FlaskClient, session: Session, version: CourseVersion
) -> None:
    course = session.get(Course, version.course_id)
    assert course is not None
    course.withdrawn_at = clock.now()
    session.commit()
    assert "sound-101" not in text_of(client, "/courses")


@pytest.mark.usefixtures("version")
def test_media_may_be_kept_and_run_nothing(client: FlaskClient) -> None:
    answer = client.get("/courses/sound-101/media/1/cycle.en.svg")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert answer.get_data() == (SOUND / "media" / "cycle.en.svg").read_bytes()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get("/courses/sound-101/media/1/cycle.en.svg", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.fixture
def author(session: Session) -> Person:
    person = make_person(session)
    grant(session, person, Role.AUTHOR, make_agency(session))
    session.commit()
    return person


def test_authors_see_versions_and_faults(
    tmp_path: Path, author: Person, version: CourseVersion, sign_in: SignIn, app: Flask
) -> None:
    folder = broken("claim-without-source", tmp_path)
    (folder / "media" / "spare.png").write_bytes(b"x")
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"courses_path": tmp_path})
    page = text_of(sign_in(author), "/authoring")
    assert "sound-101/en/l1-first.md:7" in page
    assert "There is a figure in per cent without a source." in page
    assert "1 error" in page
    assert "1 warning" in page
    assert version.digest[:12] in page


def test_authors_see_an_empty_folder(tmp_path: Path, author: Person, sign_in: SignIn, app: Flask) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"courses_path": tmp_path / "none"})
    assert text_of(sign_in(author), "/authoring")


def test_learners_do_not_see_the_authors_page(session: Session, sign_in: SignIn, client: FlaskClient) -> None:
    learner = make_person(session)
    session.commit()
    assert sign_in(learner).get("/authoring").status_code == 403
    assert client.get("/authoring").status_code in (302, 303, 401)


@pytest.mark.one_database
def test_pages_of_the_catalogue_write_nothing(client: FlaskClient, session: Session, version: CourseVersion) -> None:
    """Reading goes on while somebody else holds the write lock."""
    session.connection()  # on SQLite this takes the lock
    assert "sound-101" in text_of(client, "/courses")
    text_of(client, "/courses/sound-101")
    session.rollback()
