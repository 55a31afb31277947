"""A forgotten password, and links to choose one: good once, for a while, for the right address only."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import password_links
from learning.access.models import AuditEvent
from learning.access.password_links import OldLink, Purpose
from learning.access.sign_in import set_password
from learning.notifications import worker
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from tests.conftest import PASSWORD
from tests.factories import make_person
from tests.organisation.test_pages import link_in

SignIn = Callable[[Person], FlaskClient]
NEW = "four words in a row"
FORM = {"new": NEW, "again": NEW}


@pytest.fixture
def ada(session: Session) -> Person:
    person = make_person(session, email="ada@example.org", given_name="Ada", language="en")
    set_password(session, person, PASSWORD)
    session.commit()
    return person


def outbox(session: Session) -> list[OutboxMessage]:
    found = list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
    session.commit()
    return found


def ask(client: FlaskClient, email: str) -> tuple[int, str, str]:
    answer = client.post("/forgotten", data={"email": email})
    location = answer.headers.get("Location", "")
    page = client.get(location) if location else answer
    words = re.sub(r'name="csrf_token" value="[^"]*"', "", page.get_data(as_text=True))
    return answer.status_code, location, words.replace(email, "")


def test_somebody_who_forgot_the_password_gets_in_again(
    app: Flask, client: FlaskClient, session: Session, ada: Person, sign_in: SignIn
) -> None:
    elsewhere = sign_in(ada)
    assert 'href="/forgotten"' in client.get("/sign-in").get_data(as_text=True)
    code, where, page = ask(client, " ADA@example.org")
    assert (code, where) == (303, "/sign-in")
    assert "a mail with a link is on its way" in page
    (mail,) = outbox(session)
    link = link_in(mail)
    assert (mail.kind, mail.is_private, mail.agency_id) == ("new-password", True, None)
    assert worker.send_due(app) == 1
    assert client.get(link).status_code == client.get(link).status_code == 200  # opening it uses nothing up
    for form, fault in (({"new": "short", "again": "short"}, "at least 12"), ({"new": NEW}, "The two are not alike.")):
        answer = client.post(link, data=form)
        assert answer.status_code == 422
        assert fault in answer.get_data(as_text=True)
    answer = client.post(link, data=FORM)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Your password is saved" in client.get("/").get_data(as_text=True)
    assert client.get("/my/record").status_code == 200
    assert elsewhere.get("/my/record").status_code == 302  # signed out everywhere else
    fresh = app.test_client()
    assert fresh.post("/sign-in", data={"email": ada.email, "password": PASSWORD}).status_code == 422
    assert fresh.post("/sign-in", data={"email": ada.email, "password": NEW}).status_code == 303
    for method in (fresh.get, fresh.post):
        answer = method(link, data=FORM)
        assert answer.status_code == 404
        assert "does not work any more" in answer.get_data(as_text=True)
    assert session.scalars(select(AuditEvent.action)).all() == ["password.chosen"]


def test_the_answer_is_the_same_for_an_unknown_address(
    app: Flask, client: FlaskClient, session: Session, ada: Person
) -> None:
    gone = make_person(session, email="gone@example.org")
    gone.deactivated_at = clock.now()
    session.commit()
    answers = [ask(app.test_client(), email) for email in (ada.email, "nobody@example.org", gone.email)]
    assert answers[0] == answers[1] == answers[2]
    assert [mail.to_address for mail in outbox(session)] == [ada.email]


def test_asking_is_throttled_alike_and_does_not_shut_anybody_out(
    app: Flask, client: FlaskClient, session: Session, ada: Person
) -> None:
    tries = app.config["SETTINGS"].sign_in_tries
    with clock.stopped_at(clock.now()):
        for email in (ada.email, "nobody@example.org"):
            codes = [ask(client, email)[0] for _ in range(tries + 1)]
            assert codes == [303] * tries + [429]
        assert len(outbox(session)) == 1  # one mail, however often it was asked for
        assert client.post("/sign-in", data={"email": ada.email, "password": PASSWORD}).status_code == 303
    with clock.stopped_at(clock.now() + timedelta(minutes=16)):
        assert ask(app.test_client(), ada.email)[0] == 303
    assert len(outbox(session)) == 2


@pytest.mark.parametrize(("purpose", "longest"), [(Purpose.NEW_PASSWORD, 24), (Purpose.INVITATION, 14 * 24)])
def test_a_link_ends_by_itself(
    session: Session, client: FlaskClient, ada: Person, purpose: Purpose, longest: int
) -> None:
    now = clock.now()
    with clock.stopped_at(now):
        token = password_links.sign(session, ada, purpose)
    session.commit()
    with clock.stopped_at(now + timedelta(hours=longest, minutes=-1)):
        assert client.get(f"/password/{token}").status_code == 200
    with clock.stopped_at(now + timedelta(hours=longest, minutes=1)):
        assert client.get(f"/password/{token}").status_code == 404


def test_a_new_password_or_address_ends_every_link_under_way(session: Session, ada: Person) -> None:
    def still_good(token: str) -> bool:
        try:
            return password_links.person_of(session, token) is ada
        except OldLink:
            return False

    first, second = (password_links.sign(session, ada, Purpose.NEW_PASSWORD) for _ in range(2))
    assert still_good(first)
    set_password(session, ada, NEW)
    assert not still_good(first)
    assert not still_good(second)
    third = password_links.sign(session, ada, Purpose.NEW_PASSWORD)
    ada.email = "other@example.org"
    session.flush()
    assert not still_good(third)
    for broken in ("", "x", third[:-1], third + "x", "a.b.c"):
        assert not still_good(broken)
    fourth = password_links.sign(session, ada, Purpose.NEW_PASSWORD)
    ada.deactivated_at = clock.now()
    session.flush()
    assert not still_good(fourth)


def test_a_link_used_twice_at_once_sets_one_password(app: Flask, session: Session, ada: Person) -> None:
    newcomer = make_person(session, email="new@example.org")
    tokens = [
        password_links.sign(session, ada, Purpose.NEW_PASSWORD),
        password_links.sign(session, newcomer, Purpose.INVITATION),
    ]
    session.commit()

    def post(number: int, token: str) -> int:
        words = f"these are words {number}"
        return app.test_client().post(f"/password/{token}", data={"new": words, "again": words}).status_code

    for token in tokens:
        with ThreadPoolExecutor(max_workers=4) as pool:
            codes = sorted(pool.map(post, range(4), [token] * 4))
        assert codes == [303, 404, 404, 404]
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 2
