"""Following up: numbers that lead to lists, lists that go out as CSV, and reminders that HR sends."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.catalogue.models import Course
from learning.notifications.models import OutboxMessage
from learning.organisation import bounces
from learning.organisation.models import Person
from learning.paths import reminding
from learning.paths.due_dates import DueRule, Status
from learning.paths.member_list import Wanted, listing
from learning.paths.models import Assignment, AssignmentMember, DueKind, MemberReminder
from tests.factories import grant
from tests.paths.scene import (
    NO_DUE_DATE,
    Town,
    assign,
    audience,
    complete,
    counted,
    make_course,
    make_path,
    make_town,
    manager,
)

SignIn = Callable[[Person], FlaskClient]


@dataclass
class Scene:
    town: Town
    course: Course
    assignment: Assignment
    hr: Person
    done: Person
    late: Person
    fresh: Person
    address: str


@pytest.fixture
def scene(session: Session) -> Scene:
    town, course = make_town(session), make_course(session, "Risk")
    hr = manager(session, town.top, "Hanne Ress")
    grant(session, hr, Role.HR, town.agency)
    done = manager(session, town.health, "Ada Done")
    late, fresh = manager(session, town.home_care, "=Bo Late"), manager(session, town.nursing, "Cato Fresh")
    complete(session, done, course)
    due = DueRule(DueKind.FIXED, clock.today())
    assignment = assign(session, make_path(session, town.agency, course), audience(town.health), due)
    members = {each.person_id: each for each in session.scalars(select(AssignmentMember))}
    members[late.id].due_on = clock.today() - timedelta(days=5)
    session.commit()
    return Scene(town, course, assignment, hr, done, late, fresh, f"/agency/{town.agency.slug}")


def reminders(session: Session) -> dict[str, str]:
    """Address -> text of the mails that HR asked for."""
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "reminded"))
    texts = {mail.to_address: mail.text_body for mail in found}
    session.commit()
    return texts


def form_fields(page: str, action: str) -> dict[str, str]:
    found = re.search(rf'<form method="post"[^>]* action="{re.escape(action)}".*?</form>', page, re.S)
    assert found, page
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[0]))


def test_each_number_of_the_unit_table_leads_to_the_list_behind_it(scene: Scene, sign_in: SignIn) -> None:
    browser, town = sign_in(scene.hr), scene.town
    page = browser.get(f"{scene.address}/?unit={town.health.id}").get_data(as_text=True)
    links = re.findall(r'<td class="number"[^>]*><a class="ds-link" href="([^"]+)">(\d+)<', page)
    assert len(links) == 7  # three units with one person each: a status and the sum; and one overdue
    for href, number in links:
        found = browser.get(href.replace("&amp;", "&")).get_data(as_text=True)
        assert f"{number} result" in found, href
    alone = f"unit={town.health.id}&amp;alone=yes"
    assert alone in page
    found = browser.get(f"{scene.address}/members?unit={town.health.id}&alone=yes").get_data(as_text=True)
    assert "1 result" in found
    assert 'name="alone" value="yes" checked' in found
    inside = browser.get(f"{scene.address}/assignments/{scene.assignment.id}").get_data(as_text=True)
    behind = f"members?assignment={scene.assignment.id}&amp;unit={town.health.id}&amp;status=overdue"
    assert behind in inside


def test_the_list_alone_and_with_units_below(session: Session, scene: Scene) -> None:
    agency, unit = scene.town.agency.id, scene.town.health.id
    assert listing(session, agency, Wanted(unit_id=unit)).total == 3
    assert [row.person_id for row in listing(session, agency, Wanted(unit_id=unit, alone=True)).rows] == [scene.done.id]


def test_addresses_are_for_those_who_may_see_people(session: Session, scene: Scene, sign_in: SignIn) -> None:
    auditor = manager(session, scene.town.top)
    grant(session, auditor, Role.AUDITOR, scene.town.agency)
    session.commit()
    for person, is_seen in ((scene.hr, True), (auditor, False)):
        browser = sign_in(person)
        page = browser.get(f"{scene.address}/members").get_data(as_text=True)
        assert (scene.late.email in page) is is_seen
        answer = browser.post(f"{scene.address}/members/export")
        assert (scene.late.email in answer.get_data(as_text=True)) is is_seen
        assert ("Remind now" in page) is is_seen


def test_the_list_goes_out_as_csv_and_the_audit_trail_notes_it(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser = sign_in(scene.hr)
    shown = browser.get(f"{scene.address}/members?status=overdue&unit={scene.town.health.id}")
    fields = form_fields(shown.get_data(as_text=True), f"{scene.address}/members/export")
    answer = browser.post(f"{scene.address}/members/export", data=fields)
    assert answer.mimetype == "text/csv"
    assert f"members-{scene.town.agency.slug}-" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    due = (clock.today() - timedelta(days=5)).isoformat()
    assert rows == [
        ["Name", "E-mail address", "Unit", "Level", "Learning path", "Courses done", "Courses to do", "Due date",
         "Status"],
        ["'=Bo Late", scene.late.email, "Home care", "First-line manager", scene.assignment.path.title, "0", "1", due,
         "Overdue"],
    ]  # fmt: skip
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "members.exported")).one()
    assert (event.actor_id, event.detail["status"], event.detail["unit"]) == (
        scene.hr.id, "overdue", scene.town.health.id,
    )  # fmt: skip
    session.commit()
    assert event.detail["format"] == "csv"
    everything = browser.post(f"{scene.address}/members/export").get_data(as_text=True)
    assert len(everything.splitlines()) == 4
    assert browser.post(f"{scene.address}/members/export", data={"unit": "987654321"}).status_code == 404


def test_the_list_as_a_workbook(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser = sign_in(scene.hr)
    answer = browser.post(f"{scene.address}/members/export", data={"status": "overdue", "format": "xlsx"})
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    header, row = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active.iter_rows()
    cells = dict(zip([cell.value for cell in header], row, strict=True))
    assert (cells["Name"].value, cells["Name"].data_type) == ("=Bo Late", "s")
    assert cells["Due date"].value.date() == clock.today() - timedelta(days=5)
    assert (cells["Courses done"].value, cells["Courses to do"].value) == (0, 1)
    assert browser.post(f"{scene.address}/members/export", data={"format": "pdf"}).status_code == 400


def test_somebody_with_two_assignments_counts_once_among_the_people(session: Session, scene: Scene) -> None:
    assign(session, make_path(session, scene.town.agency, make_course(session)), audience(scene.town.home_care))
    found = reminding.reach(session, scene.town.agency.id, Wanted())
    assert (found.reached, found.people) == (3, 2)


def test_hr_reminds_those_who_are_not_done_once_a_day(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, address = sign_in(scene.hr), f"{scene.address}/members/remind"
    page = browser.get(address).get_data(as_text=True)
    assert "2 people get a mail now" in page
    assert "1 on the list is done" in page
    assert reminders(session) == {}
    answer = browser.post(address, data=form_fields(page, address))
    assert (answer.status_code, answer.location) == (303, f"{scene.address}/members")
    assert "2 reminders are on their way." in browser.get(answer.location).get_data(as_text=True)
    sent = reminders(session)
    assert set(sent) == {scene.late.email, scene.fresh.email}
    assert f"{scene.town.agency.name} reminds you of" in sent[scene.late.email]
    assert "It was due" in sent[scene.late.email]
    assert "It is due" in sent[scene.fresh.email]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "assignment.reminded")).one()
    assert (event.actor_id, event.subject_id, event.detail["members"]) == (scene.hr.id, str(scene.assignment.id), 2)
    session.commit()

    again = browser.post(address, data=form_fields(page, address))  # a second click
    assert again.status_code == 409
    assert "2 were reminded earlier today" in again.get_data(as_text=True)
    assert "Nobody on the list is to be reminded now." in browser.get(f"{address}?status=overdue").get_data(
        as_text=True
    )
    assert len(reminders(session)) == 2
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        tomorrow = browser.get(f"{address}?status=overdue").get_data(as_text=True)
        assert "2 people get a mail now" in tomorrow  # the other's due day has passed too
        assert browser.post(address, data=form_fields(tomorrow, address)).status_code == 303
    assert session.scalar(select(func.count()).select_from(MemberReminder)) == 4


def test_a_list_that_has_changed_is_looked_at_again(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, address = sign_in(scene.hr), f"{scene.address}/members/remind"
    page = browser.get(address).get_data(as_text=True)
    complete(session, scene.fresh, scene.course)
    session.commit()
    answer = browser.post(address, data=form_fields(page, address))
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "The list has changed" in text
    assert "1 person gets a mail now" in text
    assert reminders(session) == {}
    assert browser.post(address, data=form_fields(text, address)).status_code == 303
    assert set(reminders(session)) == {scene.late.email}


def test_two_who_remind_at_once_send_one_mail_each(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, address = sign_in(scene.hr), f"{scene.address}/members/remind"
    cookie = browser.get_cookie("handlingsrom")
    assert cookie is not None

    def press(_: int) -> int:
        client = browser.application.test_client()
        client.set_cookie("handlingsrom", cookie.value)
        return client.post(address, data={"expected": "2"}).status_code

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert sorted(pool.map(press, range(4))) == [303, 409, 409, 409]
    assert len(reminders(session)) == 2


def test_the_deactivated_and_another_agencys_people_are_not_reminded(session: Session, scene: Scene) -> None:
    elsewhere = make_town(session)
    manager(session, elsewhere.school)
    assign(session, make_path(session, elsewhere.agency, scene.course), audience(elsewhere.top))
    scene.fresh.deactivated_at = clock.now()
    session.flush()
    here = scene.town.agency.id
    assert reminding.reach(session, here, Wanted()) == reminding.Reach(1, 1, 1, 0, 0)
    with pytest.raises(reminding.ListChanged):
        reminding.remind(session, here, Wanted(), actor_id=None, expected=2)
    assert reminding.remind(session, here, Wanted(status=Status.DONE), actor_id=None, expected=0) == 0
    assert reminding.remind(session, here, Wanted(), actor_id=None, expected=1) == 1


def test_whom_mail_does_not_reach_is_counted_apart_and_not_reminded(
    session: Session, scene: Scene, sign_in: SignIn
) -> None:
    bounces.note(session, scene.late.id, scene.late.email, code="5.1.1", reason="No such user")
    session.commit()
    browser, address = sign_in(scene.hr), f"{scene.address}/members/remind"
    page = browser.get(address).get_data(as_text=True)
    assert "1 person gets a mail now" in page
    assert "Mail does not reach 1 person on the list" in page
    assert browser.post(address, data=form_fields(page, address)).status_code == 303
    assert set(reminders(session)) == {scene.fresh.email}
    # With an address that works again, they can be reminded the same day.
    bounces.try_again(session, scene.late.id, actor_id=None)
    session.commit()
    page = browser.get(address).get_data(as_text=True)
    assert browser.post(address, data=form_fields(page, address)).status_code == 303
    assert set(reminders(session)) == {scene.fresh.email, scene.late.email}


def test_reminding_many_takes_few_statements(session: Session) -> None:
    numbers = []
    for size in (10, 60):
        town = make_town(session)
        for _ in range(size):
            manager(session, town.school)
        assign(session, make_path(session, town.agency, make_course(session)), audience(town.top), NO_DUE_DATE)
        session.commit()
        with counted(session) as statements:
            assert reminding.remind(session, town.agency.id, Wanted(), actor_id=None, expected=size) == size
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
