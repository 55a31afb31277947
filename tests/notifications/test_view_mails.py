"""Saved views: kept under a name, shared, and mailed once on their days to those who may still see them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock, working_hours
from learning.access.models import Role, RoleGrant
from learning.notifications import view_links, view_mails, worker
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.paths import saved_views
from learning.paths.due_dates import DueRule
from learning.paths.models import DueKind
from learning.paths.saved_view_models import Every, SavedView, ViewPage, ViewSchedule
from tests.factories import grant
from tests.paths.scene import Town, assign, audience, make_course, make_path, make_town, manager

SignIn = Callable[[Person], FlaskClient]
TUESDAY = datetime(2027, 3, 2, 6, 30, tzinfo=UTC)  # 07:30 in Oslo


@dataclass
class Scene:
    town: Town
    hr: Person
    held: RoleGrant
    view: SavedView
    address: str


@pytest.fixture
def scene(session: Session) -> Scene:
    town = make_town(session)
    hr = manager(session, town.top, "Hanne Ress")
    hr.language = "en"
    held = grant(session, hr, Role.HR, town.agency)
    manager(session, town.nursing, "Bo Late")
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, audience(town.health), DueRule(DueKind.FIXED, date(2027, 3, 10)))
    view = saved_views.save(
        session, town.agency.id, hr.id, "Nurses", ViewPage.MEMBERS, {"unit": town.nursing.id}, is_shared=False
    )
    session.commit()
    return Scene(town, hr, held, view, f"/agency/{town.agency.slug}")


def schedule(session: Session, scene: Scene, every: Every = Every.WORKING_DAY, *, also_empty: bool = False) -> None:
    with clock.stopped_at(TUESDAY - timedelta(days=1, hours=3)):
        saved_views.schedule(session, scene.view, scene.hr.id, every, 7, also_empty=also_empty)
    session.commit()


def turn(app: Flask, moment: datetime) -> None:
    with clock.stopped_at(moment), app.app_context():
        worker.mail_views()


def mails(session: Session) -> list[OutboxMessage]:
    session.commit()
    found = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.kind == view_mails.KIND)
        .order_by(OutboxMessage.id)
        .execution_options(populate_existing=True)
    )
    answer = list(found)
    session.commit()
    return answer


def test_a_view_is_saved_opened_shared_and_removed(session: Session, scene: Scene, sign_in: SignIn) -> None:
    auditor = manager(session, scene.town.top, "Aud Itor")
    grant(session, auditor, Role.AUDITOR, scene.town.agency)
    session.commit()
    browser, other, unit = sign_in(scene.hr), sign_in(auditor), scene.town.health.id
    listed = browser.get(f"{scene.address}/members?unit={unit}&status=left").get_data(as_text=True)
    assert f"/views/new?of=members&amp;status=left&amp;unit={unit}" in listed
    for page in ("", "ahead"):
        assert "/views/new?of=" in browser.get(f"{scene.address}/{page}").get_data(as_text=True)
    fields = {"of": "members", "unit": str(unit), "status": "left", "name": " Behind  in health "}
    answers = [browser.post(f"{scene.address}/views", data=fields) for _ in range(2)]  # a double click
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    one = answers[0].location.removesuffix("/edit")
    opened = browser.get(one)
    where, _, choices = str(opened.location).partition("?")
    assert (where, set(choices.split("&"))) == (f"{scene.address}/members", {"status=left", f"unit={unit}"})
    assert "Behind in health" in browser.get(f"{scene.address}/views").get_data(as_text=True)
    for name, words in (("", "Give the view a name"), ("x" * 101, "at most 100"), ("Nurses", "another view of that")):
        answer = browser.post(f"{one}/edit", data={"name": name})
        assert (answer.status_code, words in answer.get_data(as_text=True)) == (422, True)
    assert browser.post(f"{scene.address}/views", data=fields | {"name": "Nurses"}).status_code == 422
    assert browser.post(f"{scene.address}/views", data=fields | {"unit": "987654"}).status_code == 404

    assert other.get(one).status_code == 404
    assert browser.post(f"{one}/edit", data={"name": "Late", "shared": "yes"}).status_code == 303
    assert other.get(one).status_code == 303
    assert other.post(f"{one}/edit", data={"name": "Mine"}).status_code == 403
    assert other.post(f"{one}/remove").status_code == 403
    assert other.post(f"{one}/schedule", data={"every": "monday", "hour": "8"}).status_code == 303
    assert "Every Monday at 08:00" in other.get(f"{scene.address}/views").get_data(as_text=True)
    assert other.post(f"{one}/schedule", data={"every": "monday", "hour": "23"}).status_code == 422
    assert browser.post(f"{one}/edit", data={"name": "Late"}).status_code == 303  # no longer shared
    assert session.scalars(select(ViewSchedule)).all() == []
    session.commit()
    assert browser.post(f"{one}/remove").status_code == 303
    assert browser.get(one).status_code == 404


def test_the_mail_has_numbers_rows_a_link_and_a_way_out(
    app: Flask, session: Session, scene: Scene, client: FlaskClient
) -> None:
    schedule(session, scene)
    turn(app, TUESDAY - timedelta(minutes=31))  # before seven
    assert mails(session) == []
    for _ in range(3):
        turn(app, TUESDAY)
    (mail,) = mails(session)
    assert mail.to_address == scene.hr.email
    assert "1 in all. Done: 0. Under way: 0. Not begun: 1. Overdue: 0." in mail.text_body
    assert "Bo Late: " in mail.text_body
    assert "Due 10 March 2027." in mail.text_body
    assert f"%2Fviews%2F{scene.view.id}" in mail.text_body
    assert mail.calendar is None
    assert mail.stop_path is not None
    assert mail.stop_path in mail.text_body
    turn(app, TUESDAY + timedelta(days=1))
    assert len(mails(session)) == 2
    assert "Do you no longer want" in client.get(mail.stop_path).get_data(as_text=True)
    for _ in range(2):
        assert client.post(mail.stop_path).status_code == 200
    assert client.post("/view-stop/forged").status_code == 404
    assert all(each.cancelled_at for each in mails(session))
    turn(app, TUESDAY + timedelta(days=2))
    assert len(mails(session)) == 2


def test_many_workers_and_a_crash_make_one_mail(
    app: Flask, session: Session, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(session, scene)

    def crash(*_: object) -> int:
        raise RuntimeError("the worker died")

    with monkeypatch.context() as patched:
        patched.setattr(view_mails, "queue", crash)
        with pytest.raises(RuntimeError, match="died"):
            turn(app, TUESDAY)
    assert mails(session) == []

    def work(_: int) -> None:
        with app.app_context():
            worker.mail_views()

    with clock.stopped_at(TUESDAY), ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(work, range(4)))
    assert len(mails(session)) == 1


def test_nothing_is_sent_when_nothing_is_on_the_view_unless_asked_for(
    app: Flask, session: Session, scene: Scene
) -> None:
    scene.view.choices = {"status": "done"}
    schedule(session, scene)
    turn(app, TUESDAY)
    assert mails(session) == []
    schedule(session, scene, also_empty=True)
    turn(app, TUESDAY + timedelta(days=1))
    (mail,) = mails(session)
    assert "Nothing is on the view now." in mail.text_body


def test_who_loses_the_role_gets_no_more_also_of_what_waits(app: Flask, session: Session, scene: Scene) -> None:
    schedule(session, scene)
    turn(app, TUESDAY)
    scene.held.revoked_at = clock.now()
    session.commit()
    with clock.stopped_at(TUESDAY), app.app_context():
        worker.send_due(app)
    (mail,) = mails(session)
    assert (mail.sent_at, mail.cancelled_at is not None) == (None, True)
    turn(app, TUESDAY + timedelta(days=1))
    assert len(mails(session)) == 1
    assert session.scalars(select(ViewSchedule)).all() == []


def test_a_view_of_what_is_gone_is_not_mailed_and_says_so(
    app: Flask, session: Session, scene: Scene, sign_in: SignIn
) -> None:
    scene.view.choices = {"unit": 987654}
    schedule(session, scene)
    turn(app, TUESDAY)
    assert mails(session) == []
    page = sign_in(scene.hr).get(f"{scene.address}/views/{scene.view.id}", follow_redirects=True)
    assert "is gone" in page.get_data(as_text=True)


@pytest.mark.parametrize(("page", "words"), [(ViewPage.BOARD, "Not begun: 1"), (ViewPage.AHEAD, "1 of 1 are left")])
def test_the_overview_and_what_lies_ahead(
    app: Flask, session: Session, scene: Scene, page: ViewPage, words: str
) -> None:
    scene.view.page, scene.view.choices = page, {}
    schedule(session, scene)
    turn(app, TUESDAY)
    (mail,) = mails(session)
    assert words in mail.text_body
    assert "Bo Late" not in mail.text_body


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_a_month_and_a_week_have_their_day_once(day: date) -> None:
    month = [day.replace(day=1) + timedelta(days=number) for number in range(28)]
    assert [saved_views.is_due(Every.MONTH, each) for each in month].count(True) == 1
    for every in Every:
        if saved_views.is_due(every, day):
            assert working_hours.is_working_day(day)
    first = next(each for each in month if working_hours.is_working_day(each))
    assert saved_views.is_due(Every.MONTH, first)
    monday = day - timedelta(days=day.weekday())
    if working_hours.is_working_day(monday):
        assert saved_views.is_due(Every.MONDAY, monday)
    week = [monday + timedelta(days=number) for number in range(7)]
    assert [saved_views.is_due(Every.MONDAY, each) for each in week].count(True) <= 1


def test_a_link_stops_one_view_of_one_person(app: Flask) -> None:
    with app.app_context():
        assert view_links.read(view_links.sign(3, 4)) == (3, 4)
        assert view_links.read(view_links.sign(3, 4) + "x") is None
