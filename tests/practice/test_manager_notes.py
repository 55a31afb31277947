"""A note to one's own manager: exactly what was agreed to, once, to the right person."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.practice.manager_notes import plain_paragraphs
from learning.practice.models import ManagerNote
from learning.progress import enrolling
from tests import factories
from tests.practice import scene

SignIn = Callable[[Person], FlaskClient]


def test_the_draft_is_shown_edited_and_sent_once_to_ones_own_manager(session: Session, sign_in: SignIn) -> None:
    here = scene.set_up(session)
    address, manager_id = f"/learn/{here.enrolment.id}/manager-note/before", here.manager.id
    session.commit()
    client = sign_in(here.learner)
    page = client.get(address).get_data(as_text=True)
    assert "I take a course, and will make a plan." in page
    assert "- Please ask me how it goes." in page
    assert "Send to Mari" in page
    for words in ("My own words.\n\nAsk me.", "Something else"):
        assert client.post(address, data={"words": words}).status_code == 303
    note = session.scalars(select(ManagerNote)).one()
    assert "My own" not in note.words
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "manager-note")).one()
    assert mail.person_id == manager_id
    assert "> My own words.\n> \n> Ask me." in mail.words[0]
    assert "My own" not in mail.text_body
    session.rollback()
    assert "You sent it to Mari" in client.get(address).get_data(as_text=True)


def test_without_a_manager_nothing_is_sent_and_the_page_says_why(session: Session, sign_in: SignIn) -> None:
    person = factories.make_person(session)
    version = factories.publish_practice(session)
    enrolment_id = enrolling.enrol(session, person, version.course, "en").id
    session.commit()
    client = sign_in(person)
    address = f"/learn/{enrolment_id}/manager-note/after"
    assert "No manager is registered for you" in client.get(address).get_data(as_text=True)
    assert client.post(address, data={"words": "x"}).status_code == 422
    assert client.get(f"/learn/{enrolment_id}/manager-note/soon").status_code == 404


def test_an_empty_or_too_long_note_is_refused(session: Session, sign_in: SignIn) -> None:
    here = scene.set_up(session)
    address = f"/learn/{here.enrolment.id}/manager-note/before"
    session.commit()
    client = sign_in(here.learner)
    assert client.post(address, data={"words": "  "}).status_code == 422
    assert client.post(address, data={"words": "x" * 4001}).status_code == 422


def test_paragraphs_and_lists_become_plain_text() -> None:
    html = "<p>One &amp; two.</p>\n<ul>\n<li>First</li>\n<li>Second</li>\n</ul>"
    assert plain_paragraphs(html) == "One & two.\n\n- First\n- Second"
