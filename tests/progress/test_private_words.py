"""What a learner writes for themselves is sealed in the database, and opens only with the right key."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from learning.organisation.models import Person
from learning.progress import enrolling, notes
from learning.progress.models import Response
from tests import factories

SignIn = Callable[[Person], FlaskClient]
SECRET = "I fear the new director"


def _write(session: Session, sign_in: SignIn) -> tuple[FlaskClient, int]:
    person = factories.make_person(session)
    enrolment = enrolling.enrol(session, person, factories.publish_practice(session).course, "en")
    enrolment_id = enrolment.id
    session.commit()
    client = sign_in(person)
    lesson = f"/learn/{enrolment_id}/lessons/l2"
    assert client.post(f"{lesson}/activities/r-own", data={"text": SECRET, "key": "1"}).status_code == 303
    assert client.post(f"{lesson}/note", data={"note": SECRET}).status_code == 303
    promise = {"choice": "own-words", "text": SECRET, "key": "2"}
    assert client.post(f"{lesson}/activities/c-ask", data=promise).status_code == 303
    return client, enrolment_id


def test_private_words_are_not_readable_in_the_database_and_are_on_ones_own_page(
    session: Session, sign_in: SignIn
) -> None:
    client, enrolment_id = _write(session, sign_in)
    for table in ("response", "note", "follow_up", "outbox_message"):
        rows = session.execute(text(f"SELECT * FROM {table}")).all()
        assert SECRET not in str(rows), table
    session.rollback()
    page = client.get(f"/learn/{enrolment_id}/lessons/l2").get_data(as_text=True)
    assert page.count(SECRET) == 3
    assert SECRET in client.get("/my/data").get_data(as_text=True)
    assert SECRET in client.get(f"/learn/{enrolment_id}/print").get_data(as_text=True)


def test_a_changed_key_loses_no_page_and_the_previous_key_opens_the_words_again(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    client, enrolment_id = _write(session, sign_in)
    settings = app.config["SETTINGS"]
    before = settings.secret_key
    object.__setattr__(settings, "secret_key", "y" * 40)
    page = client.get(f"/learn/{enrolment_id}/lessons/l2")
    assert page.status_code == 200
    assert SECRET not in page.get_data(as_text=True)
    object.__setattr__(settings, "previous_secret_keys", (before,))
    assert SECRET in client.get(f"/learn/{enrolment_id}/lessons/l2").get_data(as_text=True)


def test_an_answer_from_before_sealing_is_read_as_it_is(session: Session, sign_in: SignIn) -> None:
    person = factories.make_person(session)
    enrolment = enrolling.enrol(session, person, factories.publish_practice(session).course, "en")
    session.add(
        Response(
            enrolment_id=enrolment.id, version_id=enrolment.version_id, lesson_id="l2", activity_id="r-own",
            language="en", answer={"text": "plain"}, key="old",
        )
    )  # fmt: skip
    session.commit()
    assert "plain" in sign_in(person).get(f"/learn/{enrolment.id}/lessons/l2").get_data(as_text=True)


def test_an_emptied_note_is_gone(session: Session, sign_in: SignIn) -> None:
    client, enrolment_id = _write(session, sign_in)
    client.post(f"/learn/{enrolment_id}/lessons/l2/note", data={"note": " "})
    session.rollback()
    assert notes.notes_of(session, enrolment_id) == {}
    session.rollback()
    too_long = client.post(f"/learn/{enrolment_id}/lessons/l2/note", data={"note": "x" * 20_001}, follow_redirects=True)
    assert "too long" in too_long.get_data(as_text=True)
    assert set(session.scalars(select(Response.activity_id))) == {"r-own", "c-ask"}
