"""Somebody leaves: one step ends what they hold, the record stays theirs, and the step can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.certificates.models import Certificate
from learning.organisation import leaving
from learning.organisation.leaving import NothingToEnd, TooLate
from learning.organisation.models import Departure, Person, Position
from learning.paths.models import AssignmentMember
from tests.factories import complete_course, grant, make_person, make_position, publish_sample
from tests.paths.scene import assign, audience, make_course, make_path, make_town, manager

SignIn = Callable[[Person], FlaskClient]


def test_every_position_here_ends_and_none_elsewhere(session: Session) -> None:
    town, other = make_town(session), make_town(session)
    person, today = make_person(session), clock.today()
    soon = today + timedelta(days=30)
    first = make_position(session, person, town.school)
    second = make_position(session, person, town.nursing, ends_on=today + timedelta(days=300))
    over = make_position(session, person, town.health, ends_on=today - timedelta(days=30))
    coming = make_position(session, person, town.top, starts_on=today + timedelta(days=60))
    elsewhere = make_position(session, person, other.top)
    ends = {each: each.ends_on for each in (over, coming, elsewhere)}
    departure = leaving.leave(session, town.agency.id, person, soon, by_id=None, reason="New work")
    assert (first.ends_on, second.ends_on) == (soon, soon)
    assert {each: each.ends_on for each in ends} == ends
    assert leaving.leave(session, town.agency.id, person, soon, by_id=None).id == departure.id
    with pytest.raises(NothingToEnd):
        leaving.leave(session, town.agency.id, person, soon + timedelta(days=1), by_id=None)
    second.ends_on = soon + timedelta(days=1)  # HR changes one by hand: that is left alone
    session.flush()
    session.expire_all()
    assert leaving.take_back(session, departure, by_id=None) == 1
    assert leaving.take_back(session, departure, by_id=None) == 0
    assert first.ends_on is None
    assert second.ends_on == soon + timedelta(days=1)


@pytest.mark.parametrize(
    ("last_day", "asked_after", "may"),
    [(0, 1, True), (0, 2, False), (30, 31, True), (30, 32, False), (-90, 1, True), (-90, 2, False)],
)
def test_it_can_be_taken_back_until_the_day_after(session: Session, last_day: int, asked_after: int, may: bool) -> None:
    town = make_town(session)
    person = manager(session, town.school)
    day = clock.today() + timedelta(days=last_day)
    departure = leaving.leave(session, town.agency.id, person, day, by_id=None)
    with clock.stopped_at(clock.now() + timedelta(days=asked_after)):
        if may:
            assert leaving.take_back(session, departure, by_id=None) == 1
        else:
            with pytest.raises(TooLate):
                leaving.take_back(session, departure, by_id=None)


def test_from_the_persons_page_and_back(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    hr, person = manager(session, town.top), manager(session, town.school, "Ada Berg")
    led = manager(session, town.school, reports_to_id=person.id)
    grant(session, hr, Role.HR, town.agency)
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, audience(town.school))
    yesterday = clock.today() - timedelta(days=1)
    session.commit()
    assert led.id
    client, here = sign_in(hr), f"/agency/{town.agency.slug}/people/{person.id}"
    assert f'href="{here}/leave"' in client.get(here).get_data(as_text=True)
    page = client.get(f"{here}/leave").get_data(as_text=True)
    for words in (f"1 assignment ends the day after, and with it the reminders: {path.title}.",
                  "1 person has Ada Berg as line manager.", "Manager, School"):  # fmt: skip
        assert words in page, words
    assert client.post(f"{here}/leave", data={"last_day": "2019-01-01"}).status_code == 422
    form = {"last_day": yesterday.isoformat(), "reason": "Retired"}
    assert client.post(f"{here}/leave", data=form).status_code == 303
    assert client.post(f"{here}/leave", data=form).status_code == 303  # a double click
    after = client.get(here).get_data(as_text=True)
    assert "Retired" in after
    assert "Nothing is assigned to them now." in after
    session.expire_all()
    (departure,) = session.scalars(select(Departure))
    member = select(AssignmentMember).where(AssignmentMember.person_id == person.id)
    assert session.scalars(member).one().left_at is not None
    session.commit()
    back = f"{here}/leave/{departure.id}/take-back"
    assert f'action="{back}"' in after
    assert client.post(back).status_code == 303
    assert "It was taken back already." in client.post(back, follow_redirects=True).get_data(as_text=True)
    session.expire_all()
    assert session.scalars(member).one().left_at is None
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions.count("person.leaving-taken-back") == 1
    assert "person.left" in actions


def test_whoever_has_left_still_reads_and_takes_out_their_own_record(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    person = manager(session, town.school, "Ada Berg")
    complete_course(session, person, publish_sample(session))
    (certificate,) = session.scalars(select(Certificate))
    leaving.leave(session, town.agency.id, person, clock.today() - timedelta(days=1), by_id=None)
    session.refresh(person)
    session.refresh(certificate)
    session.commit()
    client = sign_in(person)
    for address in ("/", "/my/record", "/account", "/courses"):
        assert client.get(address).status_code == 200, address
    assert "A sample course" in client.get("/my/record").get_data(as_text=True)
    data = json.loads(client.get("/my/data").data)
    assert [each["serial"] for each in data["certificates"]] == [certificate.serial]
    assert len(data["responses"]) == 2
    pdf = client.get(f"/certificates/{certificate.code}.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert session.scalars(select(Position.ends_on)).one() is not None
