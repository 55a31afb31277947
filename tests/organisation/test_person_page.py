"""A person's page shows HR what they are assigned and have completed here, and nothing they have answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.certificates.issuing import revoke
from learning.certificates.models import Certificate
from learning.organisation.models import Person, Position
from learning.paths.due_dates import DueRule
from learning.paths.models import AssignmentMember, DueKind
from tests.factories import complete_course, grant, make_agency, make_person, make_position, make_unit, publish_sample
from tests.paths.scene import assign, audience, complete, make_course, make_path, make_town, manager

SignIn = Callable[[Person], FlaskClient]


def test_hr_sees_what_a_person_is_assigned_and_has_completed(session: Session, sign_in: SignIn) -> None:
    town, sample = make_town(session), publish_sample(session)
    hr, person = manager(session, town.top, "Hanne Ress"), manager(session, town.school, "Ada Berg")
    grant(session, hr, Role.HR, town.agency)
    done, late = make_path(session, town.agency, sample.course), make_path(session, town.agency, make_course(session))
    assign(session, done, audience(town.school))
    behind = assign(session, late, audience(town.school), DueRule(DueKind.FIXED, clock.today()))
    complete_course(session, person, sample)
    (member,) = session.scalars(select(AssignmentMember).where(AssignmentMember.assignment_id == behind.id))
    member.due_on = clock.today() - timedelta(days=3)
    (certificate,) = session.scalars(select(Certificate))
    session.commit()
    browser, address = sign_in(hr), f"/agency/{town.agency.slug}/people/{person.id}"
    page = browser.get(address).get_data(as_text=True)
    for words in (done.title, late.title, "Done", "Overdue", "1 of 1 courses done.", "0 of 1 courses done.",
                  "A sample course", f'href="/certificates/{certificate.code}"', certificate.serial):  # fmt: skip
        assert words in page, words
    assert "Revoked" not in page
    for private in ("alarm", "answer"):  # the words of an answer, or of the page that would show it
        assert private not in page.split("<main")[1].split("</main>")[0]
    session.refresh(certificate)
    revoke(session, certificate, "It was a mistake", hr.id)
    session.commit()
    assert "Revoked" in browser.get(address).get_data(as_text=True)


def test_what_was_done_or_assigned_elsewhere_is_not_shown(session: Session, sign_in: SignIn) -> None:
    town, elsewhere, course = make_town(session), make_town(session), make_course(session, "Secret course")
    hr = manager(session, town.top)
    grant(session, hr, Role.HR, town.agency)
    person = manager(session, elsewhere.top)
    path = make_path(session, elsewhere.agency, course)
    assign(session, path, audience(elsewhere.top))
    complete(session, person, course)
    make_position(session, person, town.school)
    session.commit()
    page = sign_in(hr).get(f"/agency/{town.agency.slug}/people/{person.id}").get_data(as_text=True)
    assert path.title not in page
    assert "A course" not in page
    assert "Nothing is assigned to them now." in page
    assert "Nothing is completed here yet." in page


def test_names_lead_to_the_persons_page_for_those_who_may_see_people(session: Session, sign_in: SignIn) -> None:
    town, sample = make_town(session), publish_sample(session)
    hr, auditor = manager(session, town.top), manager(session, town.top)
    person = manager(session, town.school, "Ada Berg")
    grant(session, hr, Role.HR, town.agency)
    grant(session, auditor, Role.AUDITOR, town.agency)
    path = make_path(session, town.agency, sample.course)
    assignment = assign(session, path, audience(town.school))
    complete_course(session, person, sample)
    session.commit()
    here = f"/agency/{town.agency.slug}"
    link = f'href="{here}/people/{person.id}"'
    board = [f"{here}/members", f"{here}/assignments/{assignment.id}", f"{here}/records"]
    for_hr, for_auditor = sign_in(hr), sign_in(auditor)
    for address in board:
        assert link in for_hr.get(address).get_data(as_text=True), address
        page = for_auditor.get(address).get_data(as_text=True)
        assert "Ada Berg" in page
        assert "/people/" not in page, address
    assert link in for_hr.get(f"{here}/certificates").get_data(as_text=True)
    choices = {"path": path.id, "unit": town.school.id, "due_kind": "none"}
    assert for_hr.post(f"{here}/assignments/new", data=choices).get_data(as_text=True).count(link) == 2


def test_an_administrator_comes_from_a_role_to_its_holder(session: Session, sign_in: SignIn) -> None:
    agency = make_agency(session)
    admin, gone = make_person(session), make_person(session)
    held: Position = make_position(session, admin, make_unit(session, agency))
    grant(session, admin, Role.AGENCY_ADMIN, agency)
    grant(session, gone, Role.HR, agency)
    session.commit()
    page = sign_in(admin).get(f"/agency/{agency.slug}/roles").get_data(as_text=True)
    assert f'href="/agency/{agency.slug}/people/{held.person_id}"' in page
    assert f"/people/{gone.id}" not in page
