"""The start page, one's own record and data, the menu and the error pages, as people meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from learning import clock, create_app
from learning.access.guard import public
from learning.access.models import Role
from learning.certificates.models import Certificate
from learning.database import db
from learning.organisation.models import Person
from learning.paths.due_dates import DueRule
from learning.paths.models import DueKind
from learning.progress import answering, enrolling
from learning.progress.models import Enrolment
from tests import factories
from tests.paths import scene

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def town(session: Session) -> scene.Town:
    return scene.make_town(session)


@pytest.fixture
def ada(session: Session, town: scene.Town) -> Person:
    person = scene.manager(session, town.school, "Ada Berg")
    session.commit()
    return person


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def next_up(page: str) -> str:
    found = re.search(r'<section class="ds-card next-up".*?</section>', page, re.S)
    assert found
    assert found[0].count('data-variant="primary"') + found[0].count("See the courses") == 1  # one thing to do
    return found[0]


def test_a_stranger_sees_what_this_is_and_where_to_go(session: Session, client: FlaskClient) -> None:
    factories.publish_sample(session)
    session.commit()
    client.post("/language", data={"language": "en"})
    page = read(client, "/")
    for words in ("Short courses for managers", "Leading for innovation", "Risk management", "Change competence"):
        assert words in page
    assert 'href="/sign-in"' in page
    assert 'href="/courses/sample-101"' in page
    assert page.count("<h1") == 1


def test_next_up_goes_from_suggested_to_assigned_to_going_on_to_nothing(
    session: Session, town: scene.Town, ada: Person, sign_in: SignIn
) -> None:
    client = sign_in(ada)
    assert "You are up to date" in next_up(read(client, "/"))

    version = factories.publish_sample(session)
    session.commit()
    card = next_up(read(client, "/"))
    assert 'href="/courses/sample-101"' in card
    assert "assigned to you" not in card

    path = scene.make_path(session, town.agency, version.course)
    day = clock.today() + timedelta(days=10)
    scene.assign(session, path, scene.audience(town.top), DueRule(DueKind.FIXED, on=day))
    session.commit()
    page = read(client, "/")
    assert "assigned to you" in next_up(page)
    assert f"Due {day.day} " in next_up(page)
    assert "0 of 1 courses done." in page
    with clock.stopped_at(clock.now() + timedelta(days=11)):
        assert "Overdue since" in next_up(read(client, "/"))

    enrolment = enrolling.enrol(session, session.get_one(Person, ada.id), version.course, "en")
    session.commit()
    card = next_up(read(client, "/"))
    assert f'href="/learn/{enrolment.id}/continue"' in card
    assert "minutes left" in card
    assert "Next lesson:" in card

    enrolment = session.get_one(Enrolment, enrolment.id)
    factories.finish_lessons(session, enrolment)
    session.commit()
    assert "The final assessment." in next_up(read(client, "/"))


def test_a_completed_course_stands_with_its_certificate(session: Session, ada: Person, sign_in: SignIn) -> None:
    version = factories.publish_sample(session)
    factories.complete_course(session, session.get_one(Person, ada.id), version)
    code = session.scalars(select(Certificate.code)).one()
    session.commit()
    client = sign_in(ada)
    for address in ("/", "/my/record"):
        page = read(client, address)
        assert f'href="/certificates/{code}/' in page or f'href="/certificates/{code}.pdf' in page
    assert "You are up to date" in next_up(read(client, "/"))
    assert "100 %" in read(client, "/my/record")


def test_own_data_hold_all_of_ones_own_and_nothing_of_others(session: Session, ada: Person, sign_in: SignIn) -> None:
    version = factories.publish_sample(session)
    factories.complete_course(session, session.get_one(Person, ada.id), version)
    other = factories.make_person(session, email="other@example.org")
    enrolment = enrolling.enrol(session, other, version.course, "en")
    factories.finish_lessons(session, enrolment)
    session.commit()
    client = sign_in(ada)
    answer = client.get("/my/data")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-learning.json"'
    data = answer.get_json()
    assert data["person"] == {"name": "Ada Berg", "email": ada.email, "language": "en"}
    assert [(each["unit"], each["ends_on"]) for each in data["positions"]] == [("School", None)]
    assert [(each["course"], each["score_percent"]) for each in data["courses"]] == [("sample-101", "100.00")]
    assert {each["activity"] for each in data["responses"]} == {"q-risk", "q-steps"}
    assert [(each["passed"], len(each["answers"])) for each in data["attempts"]] == [(True, 2)]
    assert [each["revoked"] for each in data["certificates"]] == [False]
    mine = {each["enrolment"] for each in data["courses"]}
    assert {each["enrolment"] for each in (*data["responses"], *data["attempts"])} == mine
    assert "other@example.org" not in answer.get_data(as_text=True)


def test_an_empty_record_says_so(ada: Person, sign_in: SignIn) -> None:
    client = sign_in(ada)
    assert "No completed courses yet" in read(client, "/my/record")
    assert client.get("/my/data").get_json()["courses"] == []


class Menu(HTMLParser):
    """The words of the links in the menu that holds all pages, and which are current."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.current: list[str] = []
        self._in_menu = False
        self._href = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "nav":
            self._in_menu = values.get("aria-label") == "All pages"
        if tag == "a" and self._in_menu:
            self._href = values.get("href") or ""
            if values.get("aria-current") == "page":
                self.current.append(self._href)

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self._in_menu = False
        if tag == "a":
            self._href = ""

    def handle_data(self, data: str) -> None:
        if self._href:
            self.links[data] = self._href


@pytest.mark.parametrize("role", [None, *Role])
def test_the_menu_holds_what_the_reader_may_open_and_nothing_else(
    session: Session, town: scene.Town, ada: Person, sign_in: SignIn, role: Role | None
) -> None:
    if role is not None:
        factories.grant(session, ada, role, None if role is Role.PLATFORM_ADMIN else town.agency)
        session.commit()
    client = sign_in(ada)
    menu = Menu(read(client, "/"))
    assert menu.current == ["/"]
    for address in menu.links.values():
        assert client.get(address).status_code == 200, address
    wanted = {
        Role.HR: {"Overview", "Learning paths", "People", "Units", "Completion records", "Certificates", "Mail"},
        Role.AUDITOR: {"Overview", "Completion records", "Audit trail"},
        Role.AUTHOR: {"Authoring"},
        Role.AGENCY_ADMIN: {"Roles", "Audit trail", "People"},
        Role.PLATFORM_ADMIN: {"Agencies", "Authoring"},
    }
    assert {"Start", "Courses", "My record"} | wanted.get(role, set()) <= set(menu.links)  # type: ignore[arg-type]
    if role is None:
        assert not [address for address in menu.links.values() if "/agency/" in address or "/platform/" in address]


def test_error_pages_are_pages(client: FlaskClient) -> None:
    client.post("/language", data={"language": "en"})
    for address, code, words in (
        ("/no-such", 404, "We cannot find this page."),
        ("/sign-out", 405, "This address cannot be used that way."),
    ):
        answer = client.get(address)
        page = answer.get_data(as_text=True)
        assert answer.status_code == code
        assert words in page
        assert page.count("<h1") == 1
        assert "Go to the start page" in page


def test_a_fault_in_the_database_gets_an_error_page(app: Flask, ada: Person, sign_in: SignIn) -> None:
    broken = create_app(app.config["SETTINGS"], PROPAGATE_EXCEPTIONS=False)

    @broken.get("/broken")
    @public
    def failing() -> str:
        db.session.execute(text("SELECT nothing FROM nowhere"))
        return ""

    answer = broken.test_client().get("/broken")
    assert answer.status_code == 500
    assert "</html>" in answer.get_data(as_text=True)
    assert "nowhere" not in answer.get_data(as_text=True)
    with broken.app_context():
        db.engine.dispose()


@pytest.mark.one_database
def test_every_page_has_the_headers_that_protect_it(client: FlaskClient) -> None:
    answer = client.get("/")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = answer.get_data(as_text=True)
    assert not re.search(r'<script(?! type="module" src="/static/)', page)  # no script that stands in the page itself
    assert not re.search(r'\sstyle="', page)


@pytest.mark.one_database
def test_the_accessibility_statement_is_open_to_all(client: FlaskClient) -> None:
    client.post("/language", data={"language": "en"})
    assert "WCAG 2.2" in read(client, "/accessibility")


@pytest.mark.one_database
def test_every_font_and_style_of_the_layout_is_there(client: FlaskClient) -> None:
    page = read(client, "/")
    links = re.findall(r'href="(/static/[^"]+)"', page)
    assert len(links) >= 4
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, link
        for font in re.findall(r'url\("\.\./(fonts/[^"]+)"\)', answer.get_data(as_text=True) if "css" in link else ""):
            assert client.get(f"/static/{font}").status_code == 200, font


def test_answers_do_not_reach_the_start_page(session: Session, ada: Person, sign_in: SignIn) -> None:
    version = factories.publish_sample(session)
    enrolment = enrolling.enrol(session, session.get_one(Person, ada.id), version.course, "en")
    lesson = factories.load_document(session, version.id).text("en").lessons[0]
    question = lesson.activity("q-risk")
    assert question is not None
    answering.record_response(session, enrolment, lesson, question, {"choice": ["alarm"]}, "k")
    session.commit()
    page = read(sign_in(ada), "/")
    assert "alarm" not in next_up(page)
