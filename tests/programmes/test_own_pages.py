"""What participants and facilitators see and do; and that nobody else sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Person
from learning.programmes import attendance, gatherings
from learning.programmes.models import Attended, Reply
from tests.paths.scene import assign, audience, complete
from tests.programmes.scene import facts, join, plan, set_up

SignIn = Callable[[Person], FlaskClient]


def test_a_participant_sees_courses_and_gatherings_and_replies(session: Session, sign_in: SignIn) -> None:
    here = set_up(session, sample=True)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("First day", link="https://meet.example/x"))
    session.commit()
    ada = sign_in(here.ada)
    base = f"/my/programmes/{here.cohort.id}"
    front = ada.get("/").get_data(as_text=True)
    assert "My programmes" in front
    assert "Next gathering:" in front
    assert "First day" in front
    assert "A sample course" in front
    page = ada.get(base).get_data(as_text=True)
    assert "https://meet.example/x" in page
    assert "Facilitators: Fredrik Lie." in page
    assert "0 of 1 courses done" in page
    assert ada.post(f"{base}/gatherings/{day.id}/reply", data={"how": "maybe"}).status_code == 422
    assert ada.post(f"{base}/gatherings/{day.id}/reply", data={"how": "yes"}).status_code == 303
    assert ada.post(f"{base}/gatherings/{day.id}/reply", data={"how": "no"}).status_code == 303
    assert attendance.of_gathering(session, day.id)[here.ada.id].reply is Reply.NO
    gatherings.cancel(session, day, actor_id=None)
    session.commit()
    assert ada.post(f"{base}/gatherings/{day.id}/reply", data={"how": "yes"}).status_code == 422


def test_the_front_page_suggests_the_programmes_course_and_names_it_once(session: Session, sign_in: SignIn) -> None:
    here = set_up(session, sample=True)
    join(session, here.cohort, here.ada)
    assign(session, here.path, audience(here.unit))
    session.commit()
    front = sign_in(here.ada).get("/").get_data(as_text=True)
    assert front.count('<li><a class="ds-link" lang="en" href="/courses/sample-101"') == 1  # the panel repeats nothing


def test_who_is_in_no_programme_has_no_menu_item_and_an_empty_page(session: Session, sign_in: SignIn) -> None:
    here = set_up(session, sample=True)
    session.commit()
    bo = sign_in(here.bo)
    assert "My programmes" not in bo.get("/").get_data(as_text=True)
    assert "You are not in any programme now" in bo.get("/my/programmes").get_data(as_text=True)


def test_a_facilitator_sees_progress_without_answers_and_notes_who_came(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada, here.bo)
    complete(session, here.ada, here.courses[0])
    today, coming = plan(session, here.cohort, facts("Today", days=0.01), facts("Later"))
    attendance.reply(session, today, here.bo.id, Reply.NO)
    session.commit()
    browser = sign_in(here.facilitator)
    base = f"/facilitate/{here.cohort.id}"
    assert "New leaders" in browser.get("/my/programmes").get_data(as_text=True)
    page = browser.get(base).get_data(as_text=True)
    assert "1 of 2" in page
    assert "Coming: 0. Cannot come: 1. No reply: 1." in page
    for words in ("Add participants", "Plan gatherings", "Call off", "CSV", "/people/"):
        assert words not in page
    early = browser.post(f"{base}/gatherings/{coming.id}", data={f"attended-{here.ada.id}": "present"})
    assert early.status_code == 422
    roll = f"{base}/gatherings/{today.id}"
    with clock.stopped_at(today.ends_at):
        assert "Who came?" in browser.get(roll).get_data(as_text=True)
        before = {f"was-{each.id}": "unknown" for each in (here.ada, here.bo)}
        unknown = {f"attended-{here.ada.id}": "unknown", f"attended-{here.bo.id}": "excused"}
        assert browser.post(roll, data={**before, **unknown, "everybody_else": "present"}).status_code == 303
        found = attendance.of_gathering(session, today.id)
        assert found[here.ada.id].attended is Attended.PRESENT
        assert found[here.bo.id] == attendance.Mark(Reply.NO, Attended.EXCUSED)
        session.commit()
        # A colleague's old page, on which only Bo is touched, does not undo what is noted of Ada.
        old = {f"attended-{here.ada.id}": "unknown", f"attended-{here.bo.id}": "absent"}
        browser.post(roll, data={**before, **old})
        found = attendance.of_gathering(session, today.id)
        session.commit()
        assert (found[here.ada.id].attended, found[here.bo.id].attended) == (Attended.PRESENT, Attended.ABSENT)
        assert "Present: 1 of 2." in browser.get(base).get_data(as_text=True)


def test_hr_can_note_who_came_too(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("Held", days=-2))
    session.commit()
    hr = sign_in(here.hr)
    address = f"/agency/{here.agency.slug}/programmes/{here.cohort.id}/gatherings/{day.id}/attendance"
    assert (
        hr.post(address, data={f"attended-{here.ada.id}": "absent", f"was-{here.ada.id}": "unknown"}).status_code == 303
    )
    assert attendance.of_gathering(session, day.id)[here.ada.id].attended is Attended.ABSENT
    session.commit()
    page = hr.get(f"/agency/{here.agency.slug}/programmes/{here.cohort.id}").get_data(as_text=True)
    assert "Absent" in page


def test_everybody_else_is_told_there_is_no_such_page(session: Session, sign_in: SignIn) -> None:
    here, there = set_up(session), set_up(session)
    for each in (here, there):
        join(session, each.cohort, each.ada)
    (day,) = plan(session, here.cohort)
    session.commit()
    facilitate, own = f"/facilitate/{here.cohort.id}", f"/my/programmes/{here.cohort.id}"
    for person in (here.ada, here.bo, there.facilitator, there.hr):
        browser = sign_in(person)
        assert browser.get(facilitate).status_code == 404
        assert browser.post(f"{facilitate}/gatherings/{day.id}").status_code == 404
    for person in (here.bo, here.facilitator, there.ada):
        browser = sign_in(person)
        assert browser.get(own).status_code == 404
        assert browser.post(f"{own}/gatherings/{day.id}/reply", data={"how": "yes"}).status_code == 404
    crossed = sign_in(there.ada)
    assert (
        crossed.post(f"/my/programmes/{there.cohort.id}/gatherings/{day.id}/reply", data={"how": "yes"}).status_code
        == 404
    )
    leading = sign_in(there.facilitator)
    assert leading.get(f"/facilitate/{there.cohort.id}/gatherings/{day.id}").status_code == 404


def test_who_leaves_sees_the_programme_no_more_but_keeps_their_data(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("Held", days=-2))
    attendance.note(session, day, {here.ada.id: Attended.PRESENT}, actor_id=here.facilitator.id)
    session.commit()
    ada, hr = sign_in(here.ada), sign_in(here.hr)
    hr.post(f"/agency/{here.agency.slug}/programmes/{here.cohort.id}/participants/{here.ada.id}/remove")
    assert ada.get(f"/my/programmes/{here.cohort.id}").status_code == 404
    (kept,) = ada.get("/my/data").get_json()["programmes"]
    assert kept["programme"] == "New leaders"
    assert kept["left_at"]
    assert [each["attended"] for each in kept["gatherings"]] == ["present"]


def test_a_facilitator_who_has_left_the_agency_sees_nothing(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    session.commit()
    browser = sign_in(here.facilitator)
    assert browser.get(f"/facilitate/{here.cohort.id}").status_code == 200
    here.facilitator.positions[0].ends_on = clock.today() - timedelta(days=1)
    session.commit()
    assert browser.get(f"/facilitate/{here.cohort.id}").status_code == 404
