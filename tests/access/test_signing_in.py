"""Signing in and out, the account page, language and colours, as people meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock, create_app
from learning.access.models import AuditEvent, FailedSignIn
from learning.access.sign_in import set_password
from learning.access.views import safe_next
from learning.organisation.models import Person
from tests.conftest import PASSWORD
from tests.factories import make_person

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def ada(session: Session) -> Person:
    person = make_person(session, email="ada@example.org", given_name="Ada", language="en")
    set_password(session, person, PASSWORD)
    session.commit()
    return person


def try_to_sign_in(client: FlaskClient, email: str, password: str, **more: str) -> tuple[int, str, str]:
    answer = client.post("/sign-in", data={"email": email, "password": password, **more})
    return answer.status_code, answer.get_data(as_text=True), answer.headers.get("Location", "")


def test_the_right_password_opens_the_page_that_was_asked_for(client: FlaskClient, ada: Person) -> None:
    asked = client.get("/my/record")
    assert asked.status_code == 302
    assert asked.headers["Location"] == "/sign-in?next=%2Fmy%2Frecord"
    page = client.get(asked.headers["Location"]).get_data(as_text=True)
    assert '<input type="hidden" name="next" value="/my/record">' in page
    code, _, where = try_to_sign_in(client, " ADA@example.org", PASSWORD, next="/my/record")
    assert (code, where) == (303, "/my/record")
    assert client.get("/my/record").status_code == 200
    assert client.get("/sign-in").status_code == 303


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("email", "password"),
    [("ada@example.org", "wrong password"), ("nobody@example.org", PASSWORD), ("ada@example.org'--", PASSWORD)],
)
def test_a_wrong_address_and_a_wrong_password_are_told_alike(
    client: FlaskClient, email: str, password: str, session: Session
) -> None:
    code, page, _ = try_to_sign_in(client, email, password)
    assert code == 422
    assert "The address or the password is wrong." in page
    assert client.get("/my/record").status_code == 302
    assert session.scalar(select(func.count()).select_from(FailedSignIn)) == 2  # kept although the answer is an error


def test_empty_fields_are_named(client: FlaskClient, ada: Person) -> None:
    code, page, _ = try_to_sign_in(client, "", "")
    assert code == 422
    assert "Write your e-mail address." in page
    assert "Write your password." in page


def test_somebody_without_an_account_or_deactivated_does_not_get_in(
    client: FlaskClient, session: Session, ada: Person
) -> None:
    make_person(session, email="new@example.org")
    ada.deactivated_at = clock.now()
    session.commit()
    assert try_to_sign_in(client, "new@example.org", PASSWORD)[0] == 422
    assert try_to_sign_in(client, "ada@example.org", PASSWORD)[0] == 422


def test_after_too_many_failures_even_the_right_password_waits(app: Flask, client: FlaskClient, ada: Person) -> None:
    tries = app.config["SETTINGS"].sign_in_tries
    begin = clock.now()
    with clock.stopped_at(begin):
        for _ in range(tries):
            assert try_to_sign_in(client, "ada@example.org", "wrong")[0] == 422
        code, page, _ = try_to_sign_in(client, "ada@example.org", PASSWORD)
        assert code == 429
        assert "Wait 15 minutes" in page
    with clock.stopped_at(begin + timedelta(minutes=16)):
        assert try_to_sign_in(client, "ada@example.org", PASSWORD)[0] == 303


def test_signing_out_ends_the_session(sign_in: SignIn, ada: Person) -> None:
    client = sign_in(ada)
    assert client.get("/account").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert client.get("/account").status_code == 302


def test_a_new_password_keeps_this_session_and_ends_the_others(
    sign_in: SignIn, app: Flask, ada: Person, session: Session
) -> None:
    here = sign_in(ada)
    there = app.test_client()
    assert try_to_sign_in(there, ada.email, PASSWORD)[0] == 303
    new = "four words in a row"
    answer = here.post("/account", data={"current": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 303
    assert "Your password is changed." in here.get("/account").get_data(as_text=True)
    assert there.get("/account").status_code == 302
    assert try_to_sign_in(there, ada.email, PASSWORD)[0] == 422
    assert try_to_sign_in(there, ada.email, new)[0] == 303
    assert session.scalars(select(AuditEvent.action)).all() == ["password.changed"]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"current": "wrong", "new": "four words in a row", "again": "four words in a row"}, "The password is wrong."),
        ({"current": PASSWORD, "new": "short", "again": "short"}, "Use at least 12 characters."),
        ({"current": PASSWORD, "new": "four words in a row", "again": "other words"}, "The two are not alike."),
        ({}, "Write your password."),
    ],
)
def test_a_refused_password_changes_nothing(
    sign_in: SignIn, client: FlaskClient, ada: Person, form: dict[str, str], fault: str
) -> None:
    answer = sign_in(ada).post("/account", data=form)
    assert answer.status_code == 422
    assert fault in answer.get_data(as_text=True)
    assert try_to_sign_in(client, ada.email, PASSWORD)[0] == 303


def test_language_and_colours_are_remembered(
    client: FlaskClient, sign_in: SignIn, ada: Person, session: Session
) -> None:
    assert client.post("/theme", data={"theme": "dark", "next": "/courses"}).headers["Location"] == "/courses"
    assert 'data-color-scheme="dark"' in client.get("/").get_data(as_text=True)
    client.post("/theme", data={"theme": '"><script>'})
    assert 'data-color-scheme="dark"' in client.get("/").get_data(as_text=True)
    for language in ("en", "nb"):
        client.post("/language", data={"language": language})
        assert f'<html lang="{language}"' in client.get("/").get_data(as_text=True)
    client.post("/language", data={"language": "xx"})
    assert '<html lang="nb"' in client.get("/").get_data(as_text=True)

    sign_in(ada).post("/language", data={"language": "nb", "next": "/account"})
    session.expire_all()
    assert ada.language == "nb"


@pytest.mark.one_database
@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "\\\\x",
        "/\t/elsewhere.example", "///elsewhere.example", "http:/courses", "courses", "", None, "/no-such-page",
        "/sign-out", "//[", "/courses\\@elsewhere.example/..",
    ],
)  # fmt: skip
def test_elsewhere_and_what_is_no_page_is_not_gone_on_to(app: Flask, target: str | None) -> None:
    with app.test_request_context():
        assert safe_next(target) == "/"


@pytest.mark.one_database
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.sampled_from("/\\:.@?#%\t\n abce09"), max_size=30))
def test_any_next_stays_on_this_site(app: Flask, target: str) -> None:
    with app.test_request_context():
        where = safe_next(target)
    assert where.startswith("/")
    assert not re.match(r"[\s\\/]{2,}", where)


@pytest.mark.one_database
@pytest.mark.parametrize("target", ["/courses", "/courses?q=risk&page=2", "/my/record#top"])
def test_a_page_of_this_site_is_gone_on_to(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert safe_next(target) == target


@pytest.mark.one_database
def test_the_demo_offers_its_people_and_only_the_demo_does(app: Flask, client: FlaskClient) -> None:
    assert "Samira Haddad" in client.get("/sign-in").get_data(as_text=True)
    real = create_app(app.config["SETTINGS"].model_copy(update={"demo": False}), TESTING=True)
    page = real.test_client().get("/sign-in").get_data(as_text=True)
    assert "Samira" not in page
    assert "demo" not in page.lower()


@pytest.mark.one_database
def test_a_form_from_elsewhere_is_refused(app: Flask, ada: Person) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    for address in ("/sign-in", "/sign-out", "/language", "/theme"):
        answer = client.post(address, data={"email": ada.email, "password": PASSWORD})
        assert answer.status_code == 400
        assert "came from elsewhere" in answer.get_data(as_text=True)
    page = client.get("/sign-in").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    assert try_to_sign_in(client, ada.email, PASSWORD, csrf_token=found[1])[0] == 303


@pytest.mark.one_database
def test_session_cookies_are_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, ada: Person) -> None:
    answer = client.post("/sign-in", data={"email": ada.email, "password": PASSWORD})
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("handlingsrom="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie  # ends by itself after the set number of hours
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.one_database
def test_what_is_fetched_on_the_side_does_not_prolong_a_session(ada: Person, sign_in: SignIn) -> None:
    client = sign_in(ada)

    def prolongs(**headers: str) -> bool:
        return "Set-Cookie" in client.get("/account", headers=headers).headers

    assert prolongs(**{"Sec-Fetch-Mode": "navigate"})  # the page has made its token now
    assert not prolongs(**{"Sec-Fetch-Mode": "cors"})
    assert not prolongs(**{"Sec-Fetch-Mode": "no-cors"})
    assert prolongs()  # an older browser does not say
