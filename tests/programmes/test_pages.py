"""HR's pages: from an empty list to a cohort with participants and gatherings, and what is refused on the way."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.organisation.models import Person
from learning.programmes import attendance, gatherings, participants
from learning.programmes.models import Attended, Cohort, CohortFacilitator, Gathering, Reply
from tests.factories import grant, make_agency, make_unit
from tests.programmes.scene import facts, join, plan, set_up, works

SignIn = Callable[[Person], FlaskClient]


def form(page: str, **values: object) -> dict[str, object]:
    key = re.search(r'name="request_key" value="([^"]+)"', page)
    assert key
    return {"request_key": key[1], **values}


def test_hr_makes_a_programme_and_a_double_click_makes_no_second(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    empty = make_agency(session)
    grant(session, here.hr, Role.HR, empty)
    session.commit()
    hr = sign_in(here.hr)
    assert "You have no programmes yet" in hr.get(f"/agency/{empty.slug}/programmes").get_data(as_text=True)
    assert "You need a learning path" in hr.get(f"/agency/{empty.slug}/programmes/new").get_data(as_text=True)
    base = f"/agency/{here.agency.slug}/programmes"
    values = form(
        hr.get(f"{base}/new").get_data(as_text=True), name="Autumn", path=here.path.id, starts_on="2026-09-01",
        seats="20", facilitators=f"{here.facilitator.email}\n{here.bo.email}",
    )  # fmt: skip
    first, second = hr.post(f"{base}/new", data=values), hr.post(f"{base}/new", data=values)
    assert first.status_code == 303
    assert first.location == second.location
    made = session.scalars(select(Cohort).where(Cohort.name == "Autumn")).one()
    leading = session.scalars(select(CohortFacilitator.person_id).where(CohortFacilitator.cohort_id == made.id)).all()
    assert set(leading) == {here.facilitator.id, here.bo.id}
    session.commit()
    listed = hr.get(base).get_data(as_text=True)
    assert "Autumn" in listed
    assert "0 of 20 seats" in listed
    assert "Fredrik Lie" in hr.get(first.location).get_data(as_text=True)


def test_what_is_wrong_with_a_programme_is_said_at_the_field(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    elsewhere = works(session, make_unit(session, make_agency(session)), "Eva Elv")
    before = session.scalar(select(func.count()).select_from(Cohort))
    session.commit()
    hr = sign_in(here.hr)
    base = f"/agency/{here.agency.slug}/programmes/new"
    good = form(
        hr.get(base).get_data(as_text=True), name="Autumn", path=here.path.id, starts_on="2026-09-01", seats="",
        facilitators="",
    )  # fmt: skip
    unknown = f"Line 2: nobody who works in this agency has the address {elsewhere.email}"
    for wrong, words in (
        ({"name": ""}, "This must be filled in"),
        ({"starts_on": "soon"}, "Write a date"),
        ({"seats": "many"}, "Write a whole number from 1 to 1000"),
        ({"seats": "0"}, "Write a whole number from 1 to 1000"),
        ({"path": "999999"}, "Not a valid choice"),
        ({"facilitators": f"\n{elsewhere.email}\nnobody"}, unknown),
        ({"facilitators": f"\n{elsewhere.email}\nnobody"}, "Line 3: “nobody” is not an e-mail address"),
    ):  # fmt: skip
        answer = hr.post(base, data={**good, **wrong})
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert hr.post(base, data={"name": "No key"}).status_code == 400
    assert session.scalar(select(func.count()).select_from(Cohort)) == before


def test_participants_are_ticked_or_pasted_and_faults_name_the_line(session: Session, sign_in: SignIn) -> None:
    here = set_up(session, seats=2)
    elsewhere = works(session, make_unit(session, make_agency(session)), "Eva Elv")
    session.commit()
    hr = sign_in(here.hr)
    base = f"/agency/{here.agency.slug}/programmes/{here.cohort.id}/participants/new"
    assert "Ada Aas" in hr.get(f"{base}?q=ada").get_data(as_text=True)
    assert "Bo Bakke" not in hr.get(f"{base}?q=ada").get_data(as_text=True)
    assert "Nobody fits" in hr.get(f"{base}?q=zzz").get_data(as_text=True)
    assert "Tick somebody" in hr.post(base).get_data(as_text=True)

    wrong = hr.post(base, data={"person": here.ada.id, "addresses": f"{here.bo.email}\n{elsewhere.email}"})
    assert wrong.status_code == 422
    page = wrong.get_data(as_text=True)
    assert f"Line 2: nobody who works in this agency has the address {elsewhere.email}" in page
    assert f'value="{here.ada.id}" checked' in page
    assert hr.post(base, data={"person": elsewhere.id}).status_code == 422
    assert participants.member_ids(session, here.cohort.id) == set()
    session.commit()

    right = {"person": here.ada.id, "addresses": f"{here.bo.email}\n{here.ada.email}"}
    assert hr.post(base, data=right).status_code == 303
    assert hr.post(base, data=right).status_code == 303
    assert participants.member_ids(session, here.cohort.id) == {here.ada.id, here.bo.id}
    session.commit()

    full = hr.post(base, data={"person": here.hr.id})
    assert full.status_code == 422
    assert "There are 2 seats, and this would make 3 participants" in full.get_data(as_text=True)
    assert "There is no waiting list" in full.get_data(as_text=True)
    assert hr.post(base, data={"person": here.hr.id, "beyond_seats": "yes"}).status_code == 303
    assert participants.count(session, here.cohort.id) == 3


def row(number: int, **values: str) -> dict[str, str]:
    known = {
        "title": f"Day {number}", "day": f"2030-0{number + 1}-12", "starts": "09:00", "ends": "15:00", "place": "Hall",
        "link": "", "notes": "", **values,
    }  # fmt: skip
    return {f"gatherings-{number}-{name}": value for name, value in known.items()}


def test_drafts_a_month_apart_are_mended_and_saved_in_one_go(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    session.commit()
    hr = sign_in(here.hr)
    base = f"/agency/{here.agency.slug}/programmes/{here.cohort.id}/gatherings/new"
    page = hr.get(f"{base}?first=2030-01-08&times=6&starts=08:30&ends=14:00&place=Hall").get_data(as_text=True)
    assert re.findall(r'type="date" value="([\d-]+)"', page) or re.findall(r'value="(2030-[\d-]+)"', page)
    for day in ("2030-01-08", "2030-02-12", "2030-03-12", "2030-04-09", "2030-05-14", "2030-06-11"):
        assert f'value="{day}"' in page
    assert session.scalars(select(Gathering)).all() == []
    session.commit()

    wrong = hr.post(base, data=form(page, **row(0), **row(1, ends="08:00"), **row(2, day="2030-03-31", starts="02:30")))
    assert wrong.status_code == 422
    text = wrong.get_data(as_text=True)
    assert "Gathering 2, To: The gathering must end after it begins." in text
    assert "Gathering 3, From: That hour does not exist" in text
    assert 'href="#gatherings-1-ends"' in text
    assert session.scalars(select(Gathering)).all() == []
    session.commit()

    values = form(page, **row(0), **row(1, title="", skip="y"), **row(2))
    assert hr.post(base, data=values).status_code == 303
    assert hr.post(base, data=values).status_code == 303
    planned = gatherings.of_cohort(session, here.cohort.id)
    assert [each.title for each in planned] == ["Day 0", "Day 2"]
    assert planned[0].starts_at.isoformat() == "2030-01-12T08:00:00+00:00"
    session.commit()
    assert "planned already" in hr.get(base).get_data(as_text=True)  # what the second click was told


def test_odd_wishes_for_drafts_give_a_form_and_no_fault(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    session.commit()
    hr = sign_in(here.hr)
    base = f"/agency/{here.agency.slug}/programmes/{here.cohort.id}/gatherings/new"
    for query in ("first=soon&times=3", "times=999", "first=9999-12-01&times=12", "first=2030-01-08&times=-1&starts=x"):
        assert hr.get(f"{base}?{query}").status_code == 200


def test_a_gathering_is_changed_and_somebody_elses_change_is_not_lost(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    (day,) = plan(session, here.cohort, facts("A day"))
    session.commit()
    hr = sign_in(here.hr)
    base = f"/agency/{here.agency.slug}/programmes/{here.cohort.id}/gatherings/{day.id}/edit"
    values = {
        "title": "Another day", "day": "2030-05-02", "starts": "09:00", "ends": "12:00", "place": "Hall", "link": "",
        "notes": "", "sequence": "0",
    }  # fmt: skip
    assert 'value="A day"' in hr.get(base).get_data(as_text=True)
    assert hr.post(base, data=values).status_code == 303
    late = hr.post(base, data={**values, "title": "Mine"})
    assert late.status_code == 422
    assert "Somebody changed this gathering while you wrote" in late.get_data(as_text=True)
    assert 'name="sequence" value="1"' in late.get_data(as_text=True)
    assert hr.post(base, data={**values, "ends": "08:00", "sequence": "1"}).status_code == 422
    session.refresh(day)
    assert (day.title, day.sequence) == ("Another day", 1)


def test_ending_things_asks_first_and_then_nothing_can_change(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada, here.bo)
    one, two = plan(session, here.cohort, facts("One"), facts("Two", days=40))
    session.commit()
    hr = sign_in(here.hr)
    base = f"/agency/{here.agency.slug}/programmes/{here.cohort.id}"
    assert "Take Ada Aas out" in hr.get(f"{base}/participants/{here.ada.id}/remove").get_data(as_text=True)
    assert hr.post(f"{base}/participants/{here.ada.id}/remove").status_code == 303
    assert hr.post(f"{base}/participants/{here.ada.id}/remove").status_code == 303
    assert hr.get(f"{base}/participants/{here.hr.id}/remove").status_code == 404
    assert "Call off “One”?" in hr.get(f"{base}/gatherings/{one.id}/cancel").get_data(as_text=True)
    hr.post(f"{base}/gatherings/{one.id}/cancel")
    assert "1 participant is told. 1 gathering ahead goes out" in hr.get(f"{base}/cancel").get_data(as_text=True)
    assert hr.post(f"{base}/cancel").status_code == 303
    page = hr.get(base).get_data(as_text=True)
    assert "1 person has left" in page
    assert page.count("Cancelled") >= 3
    assert "Plan gatherings" not in page
    for address in ("edit", "cancel", "participants/new", "gatherings/new", f"gatherings/{two.id}/edit"):
        assert hr.get(f"{base}/{address}").status_code == 303, address
    actions = set(session.scalars(select(AuditEvent.action).where(AuditEvent.agency_id == here.agency.id)))
    assert {
        "programme.created", "programme.joined", "programme.left", "programme.cancelled", "gathering.planned",
        "gathering.cancelled",
    } <= actions  # fmt: skip


def test_the_programme_is_changed_but_never_its_path(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    session.commit()
    hr = sign_in(here.hr)
    base = f"/agency/{here.agency.slug}/programmes/{here.cohort.id}"
    assert here.facilitator.email in hr.get(f"{base}/edit").get_data(as_text=True)
    values = {"name": "Renamed", "starts_on": "2026-10-01", "seats": "", "facilitators": here.bo.email, "path": "1"}
    assert hr.post(f"{base}/edit", data=values).status_code == 303
    assert hr.post(f"{base}/edit", data={**values, "facilitators": "nobody@example.org"}).status_code == 422
    session.refresh(here.cohort)
    assert (here.cohort.name, here.cohort.starts_on) == ("Renamed", date(2026, 10, 1))
    assert here.cohort.path_id == here.path.id
    assert session.scalars(select(CohortFacilitator.person_id)).all() == [here.bo.id]


def test_the_export_has_a_row_a_participant_and_no_formulas(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    here.ada.given_name = "=Ada"
    join(session, here.cohort, here.ada, here.bo)
    (day,) = plan(session, here.cohort, facts("Day", days=1))
    attendance.reply(session, day, here.ada.id, Reply.YES)
    with clock.stopped_at(day.ends_at + timedelta(days=1)):
        attendance.note(session, day, {here.ada.id: Attended.PRESENT}, actor_id=here.hr.id)
    session.commit()
    answer = sign_in(here.hr).post(f"/agency/{here.agency.slug}/programmes/{here.cohort.id}/export")
    assert answer.mimetype == "text/csv"
    head, ada, bo = csv.reader(io.StringIO(answer.get_data(as_text=True)))
    assert head[:5] == ["Name", "E-mail address", "Courses done", "Courses to take", "Status"]
    assert head[5].endswith("Day: reply")
    assert ada == ["'=Ada Aas", here.ada.email, "0", "2", "Not begun", "Comes", "Present"]
    assert bo[5:] == ["No reply", "Not noted"]
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()[-1] == "programme.exported"
