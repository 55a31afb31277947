"""The server's part in reading offline: what to keep, what is told to a script, and what has waited too long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Person
from learning.progress import enrolling, notes
from learning.progress.models import Enrolment, LessonFinish, Response
from tests import factories

JSON = {"Accept": "application/json"}
Taking = tuple[FlaskClient, Enrolment, str]


@pytest.fixture
def taking(session: Session, sign_in: Callable[..., FlaskClient]) -> Taking:
    version = factories.publish_sample(session)
    person = factories.make_person(session)
    enrolment = enrolling.enrol(session, person, version.course, "en")
    session.commit()
    return sign_in(session.get_one(Person, person.id)), enrolment, f"/learn/{enrolment.id}"


def test_the_list_names_every_page_picture_and_script_and_nothing_of_the_assessment(app: Flask, taking: Taking) -> None:
    client, enrolment, course = taking
    listing: dict[str, Any] = client.get(f"{course}/offline.json").get_json()
    assert listing["person"] == enrolment.person_id
    assert listing["pages"] == [course, f"{course}/lessons/l1", f"{course}/lessons/l2", f"{course}/glossary"]
    assert [each["finished"] for each in listing["lessons"]] == [False, False]
    assert "/courses/sample-101/media/1/cycle.en.svg" in listing["files"]
    assert {"/static/css/app.css", "/static/js/player.js", "/static/js/offline/store.js"} <= set(listing["files"])
    for address in [*listing["pages"], *listing["files"]]:
        answer = client.get(address)
        assert answer.status_code == 200, address
        if address in listing["pages"]:
            assert answer.headers["Learning-Person"] == str(enrolment.person_id)
            assert "That is a fact" not in answer.get_data(as_text=True)


def test_a_script_is_told_how_it_went(session: Session, taking: Taking) -> None:
    client, _, course = taking
    answer = f"{course}/lessons/l1/activities/q-risk"
    wrong = client.post(answer, data={"key": "a"}, headers=JSON)
    assert (wrong.status_code, set(wrong.get_json())) == (422, {"reason"})
    early = client.post(f"{course}/lessons/l1/finish", headers=JSON)
    assert (early.status_code, early.get_json()) == (422, {"reason": "1 activity still needs an answer"})
    assert client.post(f"{course}/lessons/no-such/finish", headers=JSON).status_code == 404
    for _ in range(2):
        sent = client.post(answer, data={"key": "b", "choice": "alarm", "version": "1"}, headers=JSON)
        assert (sent.status_code, sent.get_json()) == (200, {"saved": True})
        done = client.post(f"{course}/lessons/l1/finish", headers=JSON)
        assert (done.status_code, done.get_json()) == (200, {"saved": True})
    assert session.scalars(select(Response.activity_id)).all() == ["q-risk"]
    assert session.scalars(select(LessonFinish.lesson_id)).all() == ["l1"]


def test_an_answer_to_an_earlier_version_of_the_course_is_refused(session: Session, taking: Taking) -> None:
    client, _, course = taking
    data = {"key": "b", "choice": "alarm", "version": "7"}
    answer = client.post(f"{course}/lessons/l1/activities/q-risk", data=data, headers=JSON)
    assert answer.status_code == 409
    assert "newer version" in answer.get_json()["reason"]
    assert session.scalars(select(Response.id)).all() == []


def test_a_note_that_has_waited_does_not_overwrite_a_newer_one(session: Session, taking: Taking) -> None:
    client, enrolment, course = taking
    address, now = f"{course}/lessons/l1/note", clock.now()

    def send(words: str, minutes: int) -> int:
        written = int((now + timedelta(minutes=minutes)).timestamp())
        return client.post(address, data={"note": words, "written": str(written)}, headers=JSON).status_code

    assert send("From the train", -10) == 200
    assert send("From the train", -10) == 200  # the same again: its answer was lost on the way
    assert send("Older still", -20) == 409
    assert send("After it", 10) == 200
    too_long = client.post(address, data={"note": "x" * (notes.LONGEST + 1)}, headers=JSON)
    assert too_long.status_code == 422
    session.expire_all()
    assert notes.notes_of(session, enrolment.id) == {"l1": "After it"}


def test_who_is_signed_in_and_what_installing_needs(app: Flask, taking: Taking) -> None:
    client, enrolment, _ = taking
    told = client.get("/session.json").get_json()
    assert told["person"] == enrolment.person_id
    assert told["csrf_token"]
    assert abs(told["now"] - clock.now().timestamp()) < 60
    stranger = app.test_client()
    assert stranger.get("/session.json").get_json() == {"person": None}
    assert stranger.get("/").headers["Learning-Person"] == "nobody"

    worker = stranger.get("/service-worker.js")
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert stranger.get("/static/js/start.js").headers["Cache-Control"] == "no-cache"
    manifest = stranger.get("/app.webmanifest").get_json(force=True)
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert stranger.get(icon["src"]).mimetype == "image/png"
    # The page that is kept on the device whoever is signed in says nothing about them.
    assert client.get("/offline").get_data() == app.test_client().get("/offline").get_data()
