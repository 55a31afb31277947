"""How an administrator sets up the agency's own sign-in, and switches passwords off without locking anybody out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from learning.access import oidc, password_links
from learning.access.models import AuditEvent, IdentityLink, IdentityProvider, IdentityProviderDomain, Role
from learning.access.password_policy import may_use_password
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Agency, Person, Unit
from tests import factories
from tests.access.fake_provider import FakeProvider, running_provider
from tests.conftest import PASSWORD

SignIn = Callable[[Person], FlaskClient]
PAGE = "/agency/fjord/sign-in"
RIGHT = {
    "name": "Entra ID", "issuer": "https://login.example.org/tenant/v2.0", "client_id": "abc",
    "client_secret": "very secret indeed", "domains": "@Fjord.example, fjord.kommune.no", "verifies_addresses": "y",
    "scopes": "openid profile email", "acr_values": "",
}  # fmt: skip


@dataclass
class Place:
    agency: Agency
    unit: Unit
    admin: Person
    learner: Person


@pytest.fixture
def place(session: Session) -> Place:
    oidc._kept.clear()
    agency = factories.make_agency(session, slug="fjord", name="Fjord kommune")
    unit = factories.make_unit(session, agency)
    admin, learner = (factories.make_person(session, email=f"{name}@fjord.example") for name in ("admin", "learner"))
    for person in (admin, learner):
        factories.make_position(session, person, unit)
    factories.grant(session, admin, Role.AGENCY_ADMIN, agency)
    session.commit()
    return Place(agency, unit, admin, learner)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with running_provider() as running:
        yield running


def words(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def one(session: Session, statement: Any) -> Any:
    found = session.scalar(statement)
    session.commit()
    return found


def use(session: Session, provider: IdentityProvider, person: Person, *, confirmed: bool = False) -> None:
    """The person has signed in with the provider."""
    session.add(
        IdentityLink(provider_id=provider.id, subject=f"s{person.id}", person_id=person.id, confirmed=confirmed)
    )
    session.commit()


def test_an_administrator_adds_tries_and_switches_on_a_sign_in(
    session: Session, place: Place, sign_in: SignIn, fake: FakeProvider
) -> None:
    admin = sign_in(place.admin)
    assert "There is none yet." in words(admin.get(PAGE))
    form = words(admin.get(f"{PAGE}/new"))
    assert "http://127.0.0.1:8000/sign-in/fjord/callback" in form
    saved = admin.post(f"{PAGE}/new", data={**RIGHT, "issuer": f"{fake.issuer}/.well-known/openid-configuration"})
    assert saved.status_code == 303, words(saved)
    trial = words(admin.get(saved.location))
    assert "The provider answers" in trial
    assert "It has 1 key to sign with." in trial
    assert "fjord.example, fjord.kommune.no" in trial
    provider = one(session, select(IdentityProvider))
    assert (provider.issuer, provider.enabled, provider.verifies_addresses) == (fake.issuer, False, True)
    for _ in range(2):  # a second press changes nothing
        assert admin.post(f"{PAGE}/{provider.id}/switch", data={"on": "yes"}).status_code == 303
    assert "http://127.0.0.1:8000/sign-in/fjord" in words(admin.get(PAGE))
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    session.commit()
    assert actions[-2:] == ["identity-provider.added", "identity-provider.switched-on"]
    events = words(admin.get("/agency/fjord/audit"))
    for page in (form, trial, events, words(admin.get(PAGE)), words(admin.get(f"{PAGE}/{provider.id}"))):
        assert "very secret" not in page
        assert provider.client_secret not in page


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "This must be filled in."),
        ({"issuer": "login.example.org"}, "Write a public address that begins with https://"),
        ({"issuer": "http://login.example.org"}, "Write a public address that begins with https://"),
        ({"issuer": "https://10.0.0.1/"}, "Write a public address that begins with https://"),
        ({"issuer": "https://login.example.org/?x=1"}, "The address must not hold ? or #."),
        ({"client_id": " "}, "This must be filled in."),
        ({"client_secret": ""}, "This must be filled in."),
        ({"scopes": "profile"}, "One of the scopes must be openid."),
        ({"domains": "fjord.example not_a_domain"}, "not_a_domain is not a domain."),
        ({"domains": ""}, "Name the domains of your own addresses above"),
        ({"domains": " ".join(f"d{number}.example" for number in range(51))}, "At most 50 domains."),
        ({"acr_values": "x" * 301}, "Field cannot be longer than 300 characters."),
    ],
)
def test_a_wrong_form_says_what_to_mend_and_saves_nothing(
    session: Session, place: Place, sign_in: SignIn, change: dict[str, str], sentence: str
) -> None:
    answer = sign_in(place.admin).post(f"{PAGE}/new", data={**RIGHT, **change})
    assert answer.status_code == 422
    assert sentence in words(answer).replace("&#39;", "'")
    assert one(session, select(func.count()).select_from(IdentityProvider)) == 0


def test_the_same_sign_in_is_added_once(session: Session, place: Place, sign_in: SignIn) -> None:
    admin = sign_in(place.admin)
    assert admin.post(f"{PAGE}/new", data=RIGHT).status_code == 303
    answer = admin.post(f"{PAGE}/new", data=RIGHT)
    assert (answer.status_code, "has a sign-in with that issuer" in words(answer)) == (422, True)
    assert one(session, select(func.count()).select_from(IdentityProvider)) == 1


def test_changing_keeps_the_secret_and_the_issuer_people_are_known_by(
    session: Session, place: Place, sign_in: SignIn
) -> None:
    admin = sign_in(place.admin)
    admin.post(f"{PAGE}/new", data=RIGHT)
    provider = one(session, select(IdentityProvider))
    sealed, address = provider.client_secret, f"{PAGE}/{provider.id}"
    without = {name: value for name, value in RIGHT.items() if name != "client_secret"}
    for data in ({**RIGHT, "client_secret": "", "name": "New name"}, {**without, "name": "New name"}):
        assert admin.post(address, data=data).status_code == 303
        session.refresh(provider)
        session.commit()
        assert (provider.name, provider.client_secret) == ("New name", sealed)
    admin.post(address, data={**RIGHT, "domains": "fjord.example", "issuer": "https://other.example.org"})
    assert session.scalars(select(IdentityProviderDomain.domain)).all() == ["fjord.example"]
    use(session, provider, place.learner)
    answer = admin.post(address, data=RIGHT)
    assert (answer.status_code, "so these two stay" in words(answer)) == (422, True)
    admin.post(address, data={**RIGHT, "issuer": "https://other.example.org", "client_secret": "another"})
    session.refresh(provider)
    assert provider.client_secret != sealed
    assert provider.issuer == "https://other.example.org"
    details = [event.detail for event in session.scalars(select(AuditEvent))]
    assert "client_secret" in details[-1]["fields"]
    assert not any("another" in str(detail) for detail in details)


@pytest.mark.one_database
def test_a_trial_tells_what_is_wrong(session: Session, place: Place, sign_in: SignIn, fake: FakeProvider) -> None:
    provider = factories.make_provider(session, place.agency, issuer=fake.issuer)
    session.commit()
    admin = sign_in(place.admin)

    def trial() -> str:
        answer = admin.get(f"{PAGE}/{provider.id}/try")
        assert answer.status_code == 200
        return words(answer)

    assert "The provider answers" in trial()
    fake.discovery = {"issuer": "https://login.example.org/{tenantid}/v2.0"}
    assert "calls itself something else" in trial()
    assert "{tenantid}" in trial()
    fake.discovery = {"jwks_uri": "http://10.0.0.1/keys"}
    assert "not a public https address" in trial()
    fake.discovery = {"token_endpoint": None}
    assert "token_endpoint" in trial()
    fake.discovery, fake.published = {}, []
    assert "not a complete description" in trial()
    provider.issuer = "http://127.0.0.1:9"
    session.commit()
    assert "does not answer at the issuer address" in trial()


def test_removing_takes_the_secret_and_the_links_along(session: Session, place: Place, sign_in: SignIn) -> None:
    provider = factories.make_provider(session, place.agency, domains=("fjord.example",))
    provider_id = provider.id
    use(session, provider, place.learner)
    admin = sign_in(place.admin)
    assert "1 person signs in with it" in words(admin.get(f"{PAGE}/{provider_id}/remove"))
    assert admin.post(f"{PAGE}/{provider_id}/remove").status_code == 303
    assert admin.post(f"{PAGE}/{provider_id}/remove").status_code == 404
    for model in (IdentityProvider, IdentityProviderDomain, IdentityLink):
        assert one(session, select(func.count()).select_from(model)) == 0


def test_passwords_are_switched_off_by_somebody_who_has_another_way_in_only(
    app: Flask, session: Session, place: Place, sign_in: SignIn
) -> None:
    admin, learner = sign_in(place.admin), sign_in(place.learner)
    off, on = {"allowed": "no"}, {"allowed": "yes"}
    refused = admin.post(f"{PAGE}/passwords", data=off)  # no provider
    assert (refused.status_code, "Sign in once yourself" in words(refused)) == (409, True)
    provider = factories.make_provider(session, place.agency, domains=("fjord.example",))
    session.commit()
    assert admin.post(f"{PAGE}/passwords", data=off).status_code == 409  # not used by the administrator
    use(session, provider, place.admin)
    provider.enabled = False
    session.commit()
    assert admin.post(f"{PAGE}/passwords", data=off).status_code == 409  # not switched on
    provider.enabled = True
    session.commit()
    assert admin.post(f"{PAGE}/passwords", data=off).status_code == 303
    assert "Passwords are switched off" in words(admin.get(PAGE))

    # The same words for everybody, and a pointer by the domain alone.
    fresh = app.test_client()
    pages = []
    for email, password in ((place.learner.email, PASSWORD), (place.learner.email, "wrong"), ("x@fjord.example", "y")):
        answer = fresh.post("/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 422
        pages.append(words(answer).replace(email, ""))
        assert "The address or the password is wrong." in pages[-1]
        assert 'href="/sign-in/fjord"' in pages[-1]
    assert learner.get("/account").status_code == 200  # who is signed in stays so
    assert "Change the password" not in words(learner.get("/account"))

    # What would lock the administrator out is refused until passwords are allowed again.
    for path, data in ((f"{provider.id}/switch", {"on": "no"}), (f"{provider.id}/remove", {})):
        answer = admin.post(f"{PAGE}/{path}", data=data)
        assert (answer.status_code, "Passwords are switched off" in words(answer)) == (409, True), path
    assert admin.post(f"{PAGE}/passwords", data=on).status_code == 303
    assert (
        app.test_client().post("/sign-in", data={"email": place.learner.email, "password": PASSWORD}).status_code == 303
    )
    assert admin.post(f"{PAGE}/{provider.id}/switch", data={"on": "no"}).status_code == 303
    actions = list(session.scalars(select(AuditEvent.action)))
    assert actions.count("passwords.switched-off") == actions.count("passwords.switched-on") == 1


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["passwords", "switch"])
def test_a_switch_without_a_direction_changes_nothing(
    session: Session, place: Place, sign_in: SignIn, path: str
) -> None:
    provider = factories.make_provider(session, place.agency)
    session.commit()
    address = f"{PAGE}/passwords" if path == "passwords" else f"{PAGE}/{provider.id}/switch"
    answer = sign_in(place.admin).post(address, data={"on": "maybe", "allowed": "maybe"})
    assert (answer.status_code, "Choose whether" in words(answer)) == (422, True)


def _switch_off(session: Session, agency: Agency) -> IdentityProvider:
    from learning.access import password_policy

    administrator = factories.make_person(session)
    provider = factories.make_provider(session, agency)
    session.add(IdentityLink(provider_id=provider.id, subject="admin", person_id=administrator.id))
    session.flush()
    password_policy.switch_off(session, agency.id, administrator.id)
    return provider


def test_who_keeps_the_password_when_an_agency_has_switched_them_off(session: Session, place: Place) -> None:
    provider = _switch_off(session, place.agency)
    elsewhere = factories.make_agency(session)
    there = factories.make_unit(session, elsewhere)

    def person(*positions: Unit) -> Person:
        made = factories.make_person(session)
        for unit in positions:
            factories.make_position(session, made, unit)
        return made

    platform = person(place.unit)
    factories.grant(session, platform, Role.PLATFORM_ADMIN, None)
    both, theirs, role_there = person(place.unit, there), person(there), person(place.unit)
    factories.grant(session, role_there, Role.HR, elsewhere)
    assert not may_use_password(session, place.learner.id)
    assert not may_use_password(session, place.admin.id)
    for keeps in (platform, both, theirs, role_there, person()):
        assert may_use_password(session, keeps.id)

    # Off in both: they keep it until they have connected a sign-in, for no provider may sign them in before.
    _switch_off(session, elsewhere)
    assert may_use_password(session, both.id)
    assert may_use_password(session, platform.id)
    assert not may_use_password(session, theirs.id)
    session.add(IdentityLink(provider_id=provider.id, subject="both", person_id=both.id, confirmed=True))
    session.flush()
    assert not may_use_password(session, both.id)
    provider.enabled = False
    session.flush()
    assert may_use_password(session, both.id)


def test_no_links_for_passwords_where_they_are_switched_off(
    app: Flask, client: FlaskClient, session: Session, place: Place, sign_in: SignIn
) -> None:
    token = password_links.sign(session, place.learner, password_links.Purpose.INVITATION)
    assert client.get(f"/password/{token}").status_code == 200
    provider = _switch_off(session, place.agency)
    session.add(IdentityProviderDomain(provider_id=provider.id, domain="fjord.example"))
    factories.grant(session, place.admin, Role.HR, place.agency)
    use(session, provider, place.admin)
    assert client.get(f"/password/{token}").status_code == 404  # the link would have signed them in
    assert client.post("/forgotten", data={"email": place.learner.email}).status_code == 303
    assert "use its sign-in" in words(client.get("/sign-in"))
    session.commit()
    hr = factories.make_person(session)
    factories.grant(session, hr, Role.PLATFORM_ADMIN, None)
    session.commit()
    browser = sign_in(hr)
    person_page = f"/agency/fjord/people/{place.learner.id}"
    assert "Signs in with your own sign-in." in words(browser.get(person_page))
    assert browser.post(f"{person_page}/password-link").status_code == 303
    assert "No link was sent" in words(browser.get(person_page))
    new = {"given_name": "New", "family_name": "One", "email": "new@fjord.example", "language": "nb",
           "unit": place.unit.id, "title": "Leader", "level": "first-line", "starts_on": "2026-01-01"}  # fmt: skip
    added = browser.post("/agency/fjord/people/new", data=new)
    assert added.status_code == 303
    assert "signs in with your own sign-in" in words(browser.get(added.location))
    assert one(session, select(func.count()).select_from(OutboxMessage)) == 0
