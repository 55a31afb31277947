"""Signing in with an employer's provider, as people meet it: who is let in, who is not, and what they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from learning import clock
from learning.access import linking, oidc
from learning.access.models import Account, AuditEvent, IdentityLink, IdentityProvider, Role
from learning.access.oidc import Identity
from learning.organisation.models import Agency, Person, Position, Unit
from tests import factories
from tests.access.fake_provider import SECRET, FakeProvider, running_provider

SignIn = Callable[[Person], FlaskClient]
VERIFIED = {"email": "ada@fjord.example", "email_verified": True}


@dataclass
class Place:
    """An agency with a provider, and Ada, who works there and has never had a password."""

    agency: Agency
    unit: Unit
    provider: IdentityProvider
    fake: FakeProvider
    ada: Person

    @property
    def begin(self) -> str:
        return f"/sign-in/{self.agency.slug}/{self.provider.id}"


@pytest.fixture
def place(session: Session) -> Iterator[Place]:
    oidc._kept.clear()
    with running_provider() as fake:
        agency = factories.make_agency(session, slug="fjord", name="Fjord kommune")
        unit = factories.make_unit(session, agency)
        provider = factories.make_provider(
            session, agency, name="Entra ID", issuer=fake.issuer, client_secret=SECRET, domains=("fjord.example",)
        )
        ada = factories.make_person(session, email="ada@fjord.example")
        factories.make_position(session, ada, unit)
        session.commit()
        yield Place(agency, unit, provider, fake, ada)


def come_back(
    client: FlaskClient, place: Place, subject: str = "subject-1", *, start: str = "", **claims: Any
) -> TestResponse:
    """Leave for the provider, sign in there, and come back."""
    left = client.get(start or place.begin)
    assert left.status_code == 302, left.get_data(as_text=True)
    assert left.location.startswith(f"{place.fake.issuer}/authorize?")
    where = place.fake.authorize(left.location, **claims)
    return client.get(where.removeprefix("http://127.0.0.1:8000"))


def words(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def actions(session: Session) -> list[str]:
    found = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    session.commit()
    return found


def test_somebody_without_a_password_is_recognised_by_a_verified_address(
    app: Flask, client: FlaskClient, session: Session, place: Place
) -> None:
    assert "Continue with Entra ID" in words(client.get("/sign-in/fjord?next=/my/record"))
    answer = come_back(client, place, start=f"{place.begin}?next=/my/record", **VERIFIED)
    assert (answer.status_code, answer.location) == (303, "/my/record")
    assert client.get("/my/record").status_code == 200
    assert "Connected on" in words(client.get("/account"))
    assert '"provider": "Entra ID"' in words(client.get("/my/data"))
    link = session.scalars(select(IdentityLink)).one()
    account = session.get_one(Account, place.ada.id)
    session.commit()
    assert (link.subject, link.person_id, link.confirmed) == ("subject-1", place.ada.id, False)
    assert account.password_hash is None
    assert account.last_sign_in_at is not None
    assert actions(session)[-2:] == ["sign-in.linked", "signed-in"]
    assert (
        client.post("/sign-in", data={"email": place.ada.email, "password": "nobody has this password"}).status_code
        == 422
    )


def test_a_known_subject_is_the_same_person_whatever_the_address(
    app: Flask, client: FlaskClient, session: Session, place: Place
) -> None:
    come_back(client, place, **VERIFIED)
    again = app.test_client()
    assert come_back(again, place, email="new@elsewhere.example").status_code == 303
    assert is_in(again)
    assert actions(session).count("sign-in.linked") == 1
    assert actions(session).count("signed-in") == 2


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"email": "ada@fjord.example", "email_verified": False}, "does not say that your e-mail address is verified"),
        ({"email": "ada@fjord.example"}, "does not say that your e-mail address is verified"),
        ({"email": "ada@fjord.example", "email_verified": "true"}, "does not say that your e-mail address is verified"),
        ({}, "has not told us your e-mail address"),
        ({"email": "who@fjord.example", "email_verified": True}, "Nobody in Fjord kommune is registered"),
        ({"email": "ada@elsewhere.example", "email_verified": True}, "not one of those that this sign-in is meant for"),
        ({"email": "ada@fjord.example@elsewhere.example", "email_verified": True}, "not one of those"),
    ],
)
def test_nobody_else_gets_in_and_nobody_is_made(
    client: FlaskClient, session: Session, place: Place, claims: dict[str, Any], sentence: str
) -> None:
    before = len(session.scalars(select(Person.id)).all())
    session.commit()
    answer = come_back(client, place, **claims)
    assert answer.status_code == 403
    assert sentence in words(answer)
    assert "Ask HR or the administrator" in words(answer)
    assert not is_in(client)
    assert len(session.scalars(select(Person.id)).all()) == before
    assert session.scalars(select(IdentityLink)).all() == []


def test_letters_that_only_look_alike_are_another_address(client: FlaskClient, session: Session, place: Place) -> None:
    kari = factories.make_person(session, email="kari@fjord.example")
    factories.make_position(session, kari, place.unit)
    session.commit()
    kelvin = "\u212aari@fjord.example"
    assert kelvin.lower() == kari.email
    assert come_back(client, place, email=kelvin, email_verified=True).status_code == 403
    assert come_back(client, place, email=" KARI@Fjord.Example ", email_verified=True).status_code == 303


def test_the_administrators_word_for_a_provider_holds_in_its_domains_only(
    app: Flask, client: FlaskClient, session: Session, place: Place
) -> None:
    place.provider.verifies_addresses = True
    session.commit()
    assert come_back(client, place, email="ada@fjord.example", email_verified=False).status_code == 403
    assert come_back(client, place, email="ada@fjord.example").status_code == 303
    session.execute(delete(IdentityLink))
    place.provider.domains.clear()
    session.commit()
    assert come_back(app.test_client(), place, email="ada@fjord.example").status_code == 403


def test_a_provider_never_signs_in_another_agencys_people(client: FlaskClient, session: Session, place: Place) -> None:
    other = factories.make_unit(session, factories.make_agency(session))
    bo = factories.make_person(session, email="bo@fjord.example")
    factories.make_position(session, bo, other)
    session.commit()
    answer = come_back(client, place, email=bo.email, email_verified=True)
    assert answer.status_code == 403
    assert "Nobody in Fjord kommune is registered" in words(answer)


def _position_elsewhere(session: Session, place: Place) -> None:
    factories.make_position(session, place.ada, factories.make_unit(session, factories.make_agency(session)))


def _role_elsewhere(session: Session, place: Place) -> None:
    factories.grant(session, place.ada, Role.HR, factories.make_agency(session))


def _platform_role(session: Session, place: Place) -> None:
    factories.grant(session, place.ada, Role.PLATFORM_ADMIN, None)


def _coming_position_elsewhere(session: Session, place: Place) -> None:
    unit = factories.make_unit(session, factories.make_agency(session))
    factories.make_position(session, place.ada, unit, starts_on=clock.today() + timedelta(days=9))


SHARED = [_position_elsewhere, _role_elsewhere, _platform_role, _coming_position_elsewhere]


@pytest.mark.parametrize("share", SHARED)
@pytest.mark.parametrize("linked_before", [False, True])
def test_somebody_who_is_not_the_agencys_alone_must_connect_it_themselves(
    app: Flask, client: FlaskClient, session: Session, place: Place, sign_in: SignIn,
    share: Callable[[Session, Place], None], linked_before: bool,
) -> None:  # fmt: skip
    if linked_before:
        assert come_back(client, place, **VERIFIED).status_code == 303
        client.post("/sign-out")
    share(session, place)
    session.commit()
    refused = come_back(client, place, **VERIFIED)
    assert refused.status_code == 403
    assert "Sign in another way, and choose Connect" in words(refused)
    assert not is_in(client)

    own = sign_in(place.ada)
    start = f"/account/sign-ins/{place.provider.id}"
    assert f'href="{start}"' in words(own.get("/account"))
    answer = come_back(own, place, start=start, **VERIFIED)
    assert answer.location == "/account/sign-ins/confirm"
    question = words(own.get(answer.location))
    assert "ada@fjord.example" in question
    assert "can then open your whole account" in question
    assert come_back(app.test_client(), place, **VERIFIED).status_code == 403  # nothing is connected by a link alone
    assert own.post(answer.location).status_code == 303
    assert "Connected. You can now sign in with Entra ID." in words(own.get("/account"))
    assert f'href="{start}"' not in words(own.get("/account"))
    assert come_back(app.test_client(), place, **VERIFIED).status_code == 303
    assert "sign-in.connected" in actions(session)

    assert own.post(f"{start}/end").status_code == 303
    assert come_back(app.test_client(), place, **VERIFIED).status_code == 403
    assert "sign-in.disconnected" in actions(session)


def test_what_is_connected_to_somebody_else_is_not_connected_again(
    client: FlaskClient, session: Session, place: Place, sign_in: SignIn
) -> None:
    come_back(client, place, **VERIFIED)
    bo = factories.make_person(session)
    factories.make_position(session, bo, place.unit)
    session.commit()
    own = sign_in(bo)
    answer = come_back(own, place, start=f"/account/sign-ins/{place.provider.id}")
    refused = own.post(answer.location)
    assert refused.status_code == 409
    assert "connected to another account here" in words(refused)
    assert session.scalars(select(IdentityLink.person_id)).all() == [place.ada.id]


def test_only_providers_of_where_one_works_are_connected(
    session: Session, place: Place, sign_in: SignIn, client: FlaskClient
) -> None:
    stranger = factories.make_person(session)
    session.commit()
    own = sign_in(stranger)
    for start in (f"/account/sign-ins/{place.provider.id}", "/account/sign-ins/99999", "/account/sign-ins/confirm"):
        answer = own.get(start)
        assert (answer.status_code, answer.location) == (303, "/account"), start
    assert client.get(f"/account/sign-ins/{place.provider.id}").location.startswith("/sign-in?next=")


def test_somebody_deactivated_or_without_a_position_is_told_so(
    app: Flask, client: FlaskClient, session: Session, place: Place
) -> None:
    come_back(client, place, **VERIFIED)
    for position in session.scalars(select(Position).where(Position.person_id == place.ada.id)):
        position.ends_on = clock.today() - timedelta(days=1)
    session.commit()
    answer = come_back(app.test_client(), place, **VERIFIED)
    assert (answer.status_code, "You have no position in Fjord kommune now." in words(answer)) == (403, True)
    factories.make_position(session, place.ada, place.unit, starts_on=clock.today() + timedelta(days=3))
    session.commit()
    assert come_back(app.test_client(), place, **VERIFIED).status_code == 303  # a coming one is enough
    place.ada.deactivated_at = clock.now()
    session.commit()
    answer = come_back(app.test_client(), place, **VERIFIED)
    assert (answer.status_code, "Your account here is closed." in words(answer)) == (403, True)
    assert not is_in(client)


def test_a_sign_in_comes_back_once_in_its_own_browser_and_not_too_late(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    left = client.get(place.begin)
    where = place.fake.authorize(left.location, **VERIFIED).removeprefix("http://127.0.0.1:8000")
    stolen = app.test_client().get(where)
    assert stolen.status_code == 400
    assert "Begin the sign-in again" in words(stolen)
    with clock.stopped_at(clock.now() + timedelta(minutes=21)):
        assert client.get(where).status_code == 400
    left = client.get(place.begin)
    where = place.fake.authorize(left.location, **VERIFIED).removeprefix("http://127.0.0.1:8000")
    assert client.get(where).status_code == 303
    assert client.get(where).location == "/"  # loaded again by somebody who is in
    client.post("/sign-out")
    assert client.get(where).status_code == 400
    assert client.get("/sign-in/fjord/callback").status_code == 400
    assert client.get("/sign-in/fjord/callback?state=x&code=y").status_code == 400


def test_two_tabs_can_be_under_way_at_once(client: FlaskClient, place: Place) -> None:
    first, second = client.get(place.begin).location, client.get(place.begin).location
    assert client.get(place.fake.authorize(first, **VERIFIED).removeprefix("http://127.0.0.1:8000")).status_code == 303
    # The first cleared the session; the second tab finds its reader signed in.
    assert client.get(place.fake.authorize(second, **VERIFIED).removeprefix("http://127.0.0.1:8000")).location == "/"


def test_an_answer_at_another_agencys_address_is_not_taken(client: FlaskClient, session: Session, place: Place) -> None:
    other = factories.make_agency(session, slug="other")
    factories.make_provider(session, other)
    session.commit()
    where = place.fake.authorize(client.get(place.begin).location, **VERIFIED)
    assert client.get(where.removeprefix("http://127.0.0.1:8000").replace("/fjord/", "/other/")).status_code == 400
    assert not is_in(client)
    assert client.get(f"/sign-in/other/{place.provider.id}").status_code == 404


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/no-such-page", "/" + "x" * 400])
def test_one_comes_back_to_this_site_only(client: FlaskClient, place: Place, target: str) -> None:
    answer = come_back(client, place, start=f"{place.begin}?next={target}", **VERIFIED)
    assert (answer.status_code, answer.location) == (303, "/")


def test_the_session_is_new_and_ends_with_the_accounts_version(
    client: FlaskClient, session: Session, place: Place
) -> None:
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
        before["csrf_token"] = "known to somebody else"
    come_back(client, place, **VERIFIED)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != "known to somebody else"
    assert is_in(client)
    session.get_one(Account, place.ada.id, populate_existing=True).session_version += 1
    session.commit()
    assert not is_in(client)


def test_signing_out_offers_to_sign_out_at_the_provider_too(client: FlaskClient, place: Place) -> None:
    come_back(client, place, **VERIFIED)
    answer = client.post("/sign-out")
    assert answer.location == "/signed-out"
    assert not is_in(client)
    page = words(client.get("/signed-out"))
    assert f'href="{place.fake.issuer}/end?client_id=handlingsrom&amp;post_logout_redirect_uri=' in page
    assert "id_token_hint=" in page
    assert client.get("/signed-out").location == "/"


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda fake: setattr(fake, "token_answer", ("", 500)), "does not answer"),
        (lambda fake: setattr(fake, "token_answer", ("{}", 200)), "cannot be trusted or understood"),
        (lambda fake: setattr(fake, "algorithm", "HS256"), "cannot be trusted or understood"),
        (lambda fake: setattr(fake, "published", []), "cannot be trusted or understood"),
    ],
)
def test_a_provider_that_fails_is_a_page_that_says_what_to_do(
    client: FlaskClient, place: Place, break_it: Callable[[FakeProvider], None], sentence: str
) -> None:
    break_it(place.fake)
    answer = come_back(client, place, **VERIFIED)
    assert answer.status_code == 424
    assert sentence in words(answer)
    assert "Try again" in words(answer)
    assert "looked after by the administrators of Fjord kommune" in words(answer)
    assert not is_in(client)


def test_clocks_that_differ_and_a_cancelled_sign_in_are_told(client: FlaskClient, place: Place) -> None:
    assert "clock" in words(come_back(client, place, **VERIFIED, iat=99999999999))
    url = client.get(place.begin).location
    state = url.split("state=")[1].split("&")[0]
    answer = client.get(f"/sign-in/fjord/callback?error=access_denied&state={state}")
    assert answer.status_code == 400
    assert "The sign-in was not completed" in words(answer)


def test_a_provider_that_is_gone_or_switched_off(client: FlaskClient, session: Session, place: Place) -> None:
    place.provider.issuer = "http://127.0.0.1:9"
    session.commit()
    answer = client.get(place.begin)
    assert (answer.status_code, "does not answer" in words(answer)) == (424, True)
    place.provider.enabled = False
    session.commit()
    assert client.get(place.begin).status_code == 404
    assert client.get("/sign-in/fjord").status_code == 404
    assert client.get("/sign-in/no-such-agency").status_code == 404


def test_the_employer_is_found_by_the_domain_alone(client: FlaskClient, session: Session, place: Place) -> None:
    assert "Continue with your employer" in words(client.get("/sign-in"))

    def ask(email: str) -> TestResponse:
        return client.post("/sign-in", data={"email": email, "way": "employer", "next": "/my/record"})

    for email in ("ada@fjord.example", "nobody-at-all@FJORD.example "):
        assert ask(email).location == "/sign-in/fjord?next=/my/record"
    for email, sentence in (("ada@elsewhere.example", "No employer"), ("", "Write your e-mail address.")):
        answer = ask(email)
        assert (answer.status_code, sentence in words(answer)) == (422, True)
    other = factories.make_agency(session, slug="other", name="Other kommune")
    factories.make_provider(session, other, domains=("fjord.example",))
    session.commit()
    page = words(ask("ada@fjord.example"))
    assert "/sign-in/fjord?next=/my/record" in page
    assert "/sign-in/other?next=/my/record" in page


def test_the_button_is_not_there_where_no_agency_has_a_provider(client: FlaskClient) -> None:
    assert "Continue with your employer" not in words(client.get("/sign-in"))


def test_two_first_sign_ins_at_the_same_moment_make_one_link(app: Flask, session: Session, place: Place) -> None:
    provider_id = place.provider.id
    identity = Identity("subject-1", "ada@fjord.example", True, "")

    def once(_: int) -> int:
        from learning.database import writing

        with app.app_context(), writing() as own:
            return linking.sign_in(own, provider_id, identity)

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert set(pool.map(once, range(4))) == {place.ada.id}
    assert len(session.scalars(select(IdentityLink)).all()) == 1
    assert len(session.scalars(select(Account)).all()) == 1
    session.commit()
    assert actions(session).count("sign-in.linked") == 1


def test_the_secret_is_stored_sealed(session: Session, place: Place) -> None:
    assert SECRET not in place.provider.client_secret
    assert date.today() >= place.provider.created_at.date()
