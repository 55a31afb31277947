"""People, units and agencies, as HR and the platform administrator meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.access.sign_in import set_password
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Agency, Person, Position, Unit
from tests.factories import NUMBERS, grant, make_agency, make_person, make_position, make_unit

SignIn = Callable[[Person], FlaskClient]


@dataclass
class Town:
    agency: Agency
    root: Unit
    school: Unit
    hr: Person
    platform: Person
    address: str


@pytest.fixture
def town(session: Session) -> Town:
    agency = make_agency(session, name="Town")
    root = make_unit(session, agency, name="Town")
    school = make_unit(session, agency, root, name="School")
    hr, platform = make_person(session, email="hr@example.org"), make_person(session)
    make_position(session, hr, root)
    grant(session, hr, Role.HR, agency)
    grant(session, platform, Role.PLATFORM_ADMIN, None)
    session.commit()
    return Town(agency, root, school, hr, platform, f"/agency/{agency.slug}")


def new_person(town: Town, **changes: object) -> dict[str, object]:
    return {
        "given_name": "Åse", "family_name": "Ødegård", "email": "ase@example.org", "language": "nn",
        "unit": town.school.id, "title": "Enhetsleder", "level": "first-line", "starts_on": "2026-01-01",
        "manager": "hr@example.org", **changes,
    }  # fmt: skip


def person_by(session: Session, email: str) -> Person | None:
    found = session.scalar(select(Person).where(Person.email == email).execution_options(populate_existing=True))
    session.commit()
    return found


def actions(session: Session) -> list[str]:
    """The audit trail; the session is let go, so that requests get in."""
    found = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    session.commit()
    return found


def mails_to(session: Session, address: str) -> list[OutboxMessage]:
    found = list(session.scalars(select(OutboxMessage).where(OutboxMessage.to_address == address)))
    session.commit()
    return found


def link_in(mail: OutboxMessage) -> str:
    """The address, on this site, of the link to choose a password."""
    found = re.search(r"https?://[^/\s]+(/password/\S+)", mail.words[0])
    assert found, mail.words[0]
    return found[1]


def test_a_new_person_chooses_a_password_with_the_link_in_the_invitation(
    session: Session, town: Town, sign_in: SignIn, client: FlaskClient
) -> None:
    hr = sign_in(town.hr)
    answer = hr.post(f"{town.address}/people/new", data=new_person(town))
    assert answer.status_code == 303
    page = hr.get(answer.location).get_data(as_text=True)
    for words in ("gets an invitation by mail", "Åse Ødegård", "ase@example.org", "Enhetsleder, School",
                  "Line manager: Given", "no end", "Send the invitation again"):  # fmt: skip
        assert words in page
    (mail,) = mails_to(session, "ase@example.org")
    assert mail.subject == "Velkomen til Handlingsrom"
    assert "Town har lagt deg til." in mail.words[0]
    assert "med ase@example.org" in mail.words[0]
    link = link_in(mail)
    assert link not in mail.text_body  # sealed
    assert 'value="ase@example.org"' in client.get(link).get_data(as_text=True)
    form = {"new": "four words in a row", "again": "four words in a row"}
    assert client.post(link, data=form).status_code == 303
    assert '<html lang="nn"' in client.get("/").get_data(as_text=True)
    assert client.get("/my/record").status_code == 200
    assert "Send a link for a new password" in hr.get(answer.location).get_data(as_text=True)
    assert actions(session) == ["person.added", "password.chosen"]


def test_hr_sends_a_link_and_sees_no_password(session: Session, town: Town, sign_in: SignIn) -> None:
    person, gone = make_person(session), make_person(session)
    make_position(session, person, town.school)
    make_position(session, gone, town.school, ends_on=clock.today() - timedelta(days=1))
    set_password(session, person, "four words in a row")
    session.commit()
    hr = sign_in(town.hr)
    address = f"{town.address}/people/{person.id}"
    for _ in range(2):  # a second click sends no second mail
        answer = hr.post(f"{address}/password-link")
        assert (answer.status_code, answer.location) == (303, address)
    page = hr.get(address).get_data(as_text=True)
    assert f"is on its way to {person.email}" in page
    (mail,) = mails_to(session, person.email)
    assert (mail.kind, mail.subject, mail.agency_id) == ("new-password", "New password in Handlingsrom", town.agency.id)
    token = link_in(mail).split("/")[-1]
    assert token not in page
    assert token not in hr.get(f"{town.address}/outbox").get_data(as_text=True)
    assert actions(session) == ["password.link-sent"] * 2
    assert hr.post(f"{town.address}/people/{gone.id}/password-link").status_code == 404


def test_hr_cannot_change_the_address_of_somebody_with_a_role(session: Session, town: Town, sign_in: SignIn) -> None:
    admin = make_person(session, email="admin@example.org")
    make_position(session, admin, town.root)
    grant(session, admin, Role.AGENCY_ADMIN, town.agency)
    session.commit()
    facts = {"given_name": "A", "family_name": "B", "email": "mine@example.org", "language": "nb"}
    hr = sign_in(town.hr)
    answer = hr.post(f"{town.address}/people/{admin.id}/edit", data=facts)
    assert answer.status_code == 422
    assert "has a role in the agency" in answer.get_data(as_text=True)
    own = {**facts, "email": "hr2@example.org"}
    assert hr.post(f"{town.address}/people/{town.hr.id}/edit", data=own).status_code == 303
    assert sign_in(admin).post(f"{town.address}/people/{admin.id}/edit", data=facts).status_code == 303


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"given_name": "  "}, "This must be filled in."),
        ({"email": "no address"}, "This is not an e-mail address."),
        ({"email": "HR@example.org"}, "This address is already in use; ask the platform administrator"),
        ({"unit": 987654321}, "Not a valid choice"),
        ({"unit": "x"}, "Invalid Choice"),
        ({"level": "king"}, "Not a valid choice"),
        ({"language": "xx"}, "Not a valid choice"),
        ({"starts_on": "soon"}, "Write a date."),
        ({"starts_on": "0026-01-01"}, "Write a year between 1950 and 2100."),
        ({"manager": "nobody@example.org"}, "Nobody with a position in this agency has that address."),
        ({"title": "x" * 201}, "Field cannot be longer than 200"),
    ],
)
def test_bad_input_comes_back_with_the_fault_named(
    session: Session, town: Town, sign_in: SignIn, changes: dict[str, object], fault: str
) -> None:
    answer = sign_in(town.hr).post(f"{town.address}/people/new", data=new_person(town, **changes))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert fault in page
    assert 'value="Ødegård"' in page  # what was written is not lost
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    assert actions(session) == []


def test_a_unit_of_another_agency_cannot_be_chosen(session: Session, town: Town, sign_in: SignIn) -> None:
    other = make_unit(session, make_agency(session))
    session.commit()
    hr = sign_in(town.hr)
    assert hr.post(f"{town.address}/people/new", data=new_person(town, unit=other.id)).status_code == 422
    assert hr.post(f"{town.address}/units", data={"name": "X", "parent": other.id}).status_code == 422


def test_somebody_at_work_elsewhere_is_added_by_the_platform_administrator_only(
    session: Session, town: Town, sign_in: SignIn
) -> None:
    elsewhere = make_agency(session, name="Secret Service")
    known = make_person(session, email="ase@example.org", given_name="Known")
    make_position(session, known, make_unit(session, elsewhere))
    session.commit()
    answer = sign_in(town.hr).post(f"{town.address}/people/new", data=new_person(town))
    assert answer.status_code == 422
    assert "Secret" not in answer.get_data(as_text=True)
    assert "Known" not in answer.get_data(as_text=True)
    platform = sign_in(town.platform)
    answer = platform.post(f"{town.address}/people/new", data=new_person(town))
    assert answer.status_code == 303
    assert "was known already" in platform.get(answer.headers["Location"]).get_data(as_text=True)
    assert actions(session) == ["position.added"]
    person = person_by(session, "ase@example.org")
    assert person is not None
    assert person.given_name == "Known"
    assert platform.post(f"{town.address}/people/new", data=new_person(town)).status_code == 422  # the same again

    # Now the name is not this agency's alone to change.
    hr = sign_in(town.hr)
    address = f"{town.address}/people/{person.id}/edit"
    assert "Ask the platform administrator" in hr.get(address).get_data(as_text=True)
    facts = {"given_name": "X", "family_name": "Y", "email": "x@example.org", "language": "nb"}
    assert hr.post(address, data=facts).status_code == 422
    assert platform.post(address, data=facts).status_code == 303
    assert person_by(session, "x@example.org") is not None


def test_hr_changes_name_and_address_of_their_own(session: Session, town: Town, sign_in: SignIn) -> None:
    person = make_person(session, email="old@example.org")
    make_position(session, person, town.school)
    session.commit()
    hr = sign_in(town.hr)
    address = f"{town.address}/people/{person.id}/edit"
    assert 'value="old@example.org"' in hr.get(address).get_data(as_text=True)
    facts = {"given_name": "New", "family_name": "Name", "email": "New@example.org", "language": "nb"}
    assert hr.post(address, data=facts).status_code == 303
    assert person_by(session, "new@example.org") is not None
    (told,) = mails_to(session, "old@example.org")
    assert "fra old@example.org til new@example.org" in told.words[0]
    answer = hr.post(address, data={**facts, "email": "hr@example.org"})
    assert answer.status_code == 422
    assert "already in use" in answer.get_data(as_text=True)
    assert actions(session) == ["person.changed"]


def test_a_platform_administrators_address_is_out_of_hrs_reach(session: Session, town: Town, sign_in: SignIn) -> None:
    make_position(session, town.platform, town.school)
    session.commit()
    page = sign_in(town.hr).get(f"{town.address}/people/{town.platform.id}/edit").get_data(as_text=True)
    assert "Ask the platform administrator" in page


def test_the_address_of_somebody_who_left_is_not_shown(session: Session, town: Town, sign_in: SignIn) -> None:
    gone = make_person(session, email="me@new-employer.example")
    make_position(session, gone, town.school, ends_on=clock.today() - timedelta(days=1))
    session.commit()
    page = sign_in(town.hr).get(f"{town.address}/people/{gone.id}").get_data(as_text=True)
    assert "new-employer" not in page
    assert "Has no position in this agency now." in page


def test_a_move_and_an_end(session: Session, town: Town, sign_in: SignIn) -> None:
    person = make_person(session)
    old = make_position(session, person, town.school, starts_on=date(2026, 1, 1))
    session.commit()
    hr = sign_in(town.hr)
    address = f"{town.address}/people/{person.id}/positions"
    form = {"unit": town.root.id, "title": "Director", "level": "top", "starts_on": "2026-03-01", "replaces": old.id}
    for starts_on, fault in (("2025-01-01", "had not begun by then"), ("", "Write a date.")):
        answer = hr.post(address, data={**form, "starts_on": starts_on})
        assert answer.status_code == 422
        assert fault in answer.get_data(as_text=True)
    answer = hr.post(address, data={**form, "manager": person.email})
    assert answer.status_code == 422
    assert "their own line manager" in answer.get_data(as_text=True)
    assert hr.post(address, data=form).status_code == 303
    session.expire_all()
    assert old.ends_on == date(2026, 2, 28)
    new = session.scalars(select(Position).where(Position.title == "Director")).one()
    session.commit()
    assert hr.post(address, data={**form, "replaces": 0}).status_code == 422  # that position exists

    end = f"{town.address}/positions/{new.id}/end"
    answer = hr.post(end, data={"ends_on": "2026-02-01"})
    assert answer.status_code == 422
    assert "cannot end before it began" in answer.get_data(as_text=True)
    assert hr.post(end, data={"ends_on": "2026-12-31"}).status_code == 303
    session.expire_all()
    assert new.ends_on == date(2026, 12, 31)
    assert actions(session) == ["position.moved", "position.ended"]


def test_units_are_added_and_renamed(session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    assert hr.post(f"{town.address}/units", data={"name": " Night   care ", "parent": town.root.id}).status_code == 303
    rename = f"{town.address}/units/{town.school.id}/rename"
    for name, fault in (("   ", "This must be filled in."), ("x" * 201, "longer than 200")):
        answer = hr.post(rename, data={"name": name})
        assert answer.status_code == 422
        assert fault in answer.get_data(as_text=True)
    assert hr.post(rename, data={"name": "Lia <b>school</b>"}).status_code == 303
    page = hr.get(f"{town.address}/units").get_data(as_text=True)
    assert "Night care" in page
    assert "Lia &lt;b&gt;school&lt;/b&gt;" in page
    assert hr.post(f"{town.address}/units", data={"name": "", "parent": town.root.id}).status_code == 422
    assert actions(session) == ["unit.added", "unit.renamed"]


@pytest.mark.parametrize(
    "query", ["unit=99999999999999999999", "unit=-1", "unit=x", "level=king", "page=99999999999999999999", "page=-3"]
)
def test_odd_filters_are_answered(town: Town, sign_in: SignIn, query: str) -> None:
    assert sign_in(town.hr).get(f"{town.address}/people?{query}").status_code == 200


def test_the_list_is_filtered(session: Session, town: Town, sign_in: SignIn) -> None:
    make_position(session, make_person(session, given_name="Ola", family_name="Nordmann"), town.school)
    session.commit()
    hr = sign_in(town.hr)
    for query, found in (("q=NORD+ola", True), (f"unit={town.school.id}", True), ("level=top", False), ("q=zz", False)):
        page = hr.get(f"{town.address}/people?{query}").get_data(as_text=True)
        assert ("Ola Nordmann" in page) is found, query
        assert ("Nobody fits." in page) is not found, query


def test_an_agency_is_added_with_a_checked_number(session: Session, town: Town, sign_in: SignIn) -> None:
    platform = sign_in(town.platform)
    form = {"name": "New agency", "slug": "new", "kind": "state", "organisation_number": "999 000 126"}
    for changes, fault in (
        ({"organisation_number": "999000127"}, "not a valid organisation number"),
        ({"slug": "Not OK"}, "Use small letters, digits and hyphens."),
        ({"slug": "new\n"}, "Use small letters"),
        ({"kind": "kingdom"}, "Not a valid choice"),
        ({"slug": town.agency.slug}, "in use already"),
    ):
        answer = platform.post("/platform/agencies", data={**form, **changes})
        assert answer.status_code == 422, changes
        assert fault in answer.get_data(as_text=True), changes
    assert session.scalar(select(func.count()).select_from(Agency)) == 1
    session.commit()
    assert platform.post("/platform/agencies", data=form).status_code == 303
    made = session.scalars(select(Agency).where(Agency.slug == "new")).one()
    assert made.organisation_number == NUMBERS[1]
    session.commit()
    page = platform.get("/platform/agencies").get_data(as_text=True)
    assert "New agency" in page
    assert platform.get("/agency/new/people").status_code == 200
    assert actions(session) == ["agency.added"]
