"""A calendar to subscribe to: one's own dates, behind a secret address that can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy.orm import Session

from learning.organisation.models import Person
from tests.practice import scene

SignIn = Callable[[Person], FlaskClient]


def test_the_address_is_shown_once_and_gives_the_dates(session: Session, sign_in: SignIn, client: FlaskClient) -> None:
    here = scene.set_up(session)
    scene.answer(session, here.enrolment, "c-ask", scene.PROMISE, "1")
    session.commit()
    learner = sign_in(here.learner)
    page = learner.post("/my/calendar").get_data(as_text=True)
    first = re.search(r"/calendar/[\w-]+\.ics", page)
    assert first
    assert first[0] not in learner.get("/my/calendar").get_data(as_text=True)
    answer = client.get(first[0])
    assert answer.mimetype == "text/calendar"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["How did it go? A course to practise"] * 3
    assert b"ask" not in answer.data.lower()
    second = re.search(r"/calendar/[\w-]+\.ics", learner.post("/my/calendar").get_data(as_text=True))
    assert second
    assert client.get(first[0]).status_code == 404
    learner.post("/my/calendar", data={"stop": "1"})
    assert client.get(second[0]).status_code == 404
    assert client.get("/calendar/guess.ics").status_code == 404
