"""The pages as HR, an administrator and somebody with a link see them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.culture import campaigns, results, sharing, statements
from learning.culture.models import Became, CultureCampaign, CultureMeasure, CultureTally
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from tests.culture.scene import STATEMENTS, Town, answer, make_town, open_campaign, token_of
from tests.factories import grant, publish_sample

SignIn = Callable[[Person], FlaskClient]


def form(town: Town, page: str, **values: object) -> dict[str, object]:
    key = re.search(r'name="request_key" value="([^"]+)"', page)
    assert key
    today = clock.today()
    return {
        "request_key": key[1], "name": "Autumn", "units": [town.top.id], "languages": ["nb", "en"], "opens_on": today,
        "closes_on": today + timedelta(days=14), "message": "Why", **values,
    }  # fmt: skip


def text(client: FlaskClient, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def test_hr_sees_who_would_be_asked_before_anybody_is_and_a_double_click_asks_once(
    session: Session, sign_in: SignIn
) -> None:
    town = make_town(session)
    session.commit()
    hr, base = sign_in(town.hr), f"/agency/{town.agency.slug}/culture"
    assert "You have no campaigns yet" in text(hr, base)
    values = form(town, text(hr, f"{base}/new"))
    shown = hr.post(f"{base}/new", data=values).get_data(as_text=True)
    assert "17 people will be asked" in shown
    assert "Office" in shown
    assert session.scalar(select(func.count()).select_from(CultureCampaign)) == 0
    session.rollback()
    again = hr.post(f"{base}/new", data={**values, "back": "yes"})
    assert again.status_code == 200
    assert 'value="Autumn"' in again.get_data(as_text=True)
    confirmed = {**values, "confirmed": "yes"}
    first, second = hr.post(f"{base}/new", data=confirmed), hr.post(f"{base}/new", data=confirmed)
    assert first.status_code == 303
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(CultureCampaign)) == 1
    session.rollback()
    assert "There are no results before that" in text(hr, first.location)
    assert "Open for answers" in text(hr, base)


def test_what_is_wrong_with_a_campaign_is_said_at_the_field(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    elsewhere = make_town(session)
    session.commit()
    hr, base = sign_in(town.hr), f"/agency/{town.agency.slug}/culture/new"
    good, today = form(town, text(hr, base), confirmed="yes"), clock.today()
    for wrong, words in (
        ({"name": ""}, "This must be filled in"),
        ({"units": []}, "Choose at least one unit"),
        ({"units": [elsewhere.top.id]}, "valid choice"),
        ({"units": ["x"]}, "Choose at least one unit"),
        ({"languages": []}, "Choose at least one language"),
        ({"opens_on": today - timedelta(days=1)}, "Choose today or a day within a year"),
        ({"closes_on": today}, "The last day must come after the first"),
        ({"closes_on": today + timedelta(days=61)}, "at most 60 days later"),
        ({"closes_on": "soon"}, "Write a date"),
        ({"message": "x" * 2001}, "At most 2000 characters"),
    ):
        answered = hr.post(base, data={**good, **wrong})
        assert answered.status_code == 422, wrong
        assert words in answered.get_data(as_text=True), wrong
    few = hr.post(base, data={**good, "units": [town.office.id]}).get_data(as_text=True)
    assert "At least 5 people must be asked" in few
    assert hr.post(base, data={**good, "request_key": "x"}).status_code == 400
    assert session.scalar(select(func.count()).select_from(CultureCampaign)) == 0


def test_without_statements_no_campaign_can_be_made(
    session: Session, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = make_town(session)
    session.commit()

    def nothing() -> None:
        raise statements.NoStatements

    monkeypatch.setattr(statements, "scales", nothing)
    assert "statements of the compass are missing" in text(sign_in(town.hr), f"/agency/{town.agency.slug}/culture/new")


def test_somebody_with_a_link_answers_once_without_signing_in(app: Flask, session: Session) -> None:
    town = make_town(session)
    open_campaign(session, town)
    address = f"/compass/{token_of(session, town.people['Health'][0])}"
    session.commit()
    client = app.test_client()
    page = text(client, address)
    assert page.count("<fieldset") == 24
    assert "Statement IC.P4 3 (en)" in page
    nothing = client.post(address, data={"s-s1": "9", "s-c1": "x", "other": "5"})
    assert nothing.status_code == 422
    assert "Answer at least one statement" in nothing.get_data(as_text=True)
    sent = client.post(address, data={"s-s1": "5", "s-s2": ""})
    assert sent.status_code == 303
    assert client.post(address, data={"s-s1": "1"}).status_code == 200
    assert "Thank you" in text(client, address)
    assert session.scalar(select(func.sum(CultureTally.answered_5))) == 1
    assert session.scalar(select(func.sum(CultureTally.answered_1))) == 0
    assert client.get("/compass/nobody").status_code == 404


def test_hr_cannot_see_in_the_list_of_mails_who_is_reminded(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    with clock.stopped_at(clock.now() - timedelta(days=7)):
        open_campaign(session, town)
    answer(session, town.hr, 3)
    campaigns.run(session, clock.today())
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "culture-reminded")).all()
    assert len(told) == 16
    address = town.people["Health"][0].email
    session.commit()
    assert address not in text(sign_in(town.hr), f"/agency/{town.agency.slug}/outbox")


def test_ones_own_data_say_that_one_was_asked_and_nothing_of_the_answer(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    open_campaign(session, town)
    answer(session, town.hr, 3)
    session.commit()
    data = sign_in(town.hr).get("/my/data").get_json()
    today = clock.today().isoformat()
    assert data["culture_campaigns"] == [{"campaign": "Autumn", "asked_on": today, "answered_on": today}]


def closed(session: Session, town: Town, key: str = "key", **others: int) -> CultureCampaign:
    campaign = open_campaign(session, town, key=key)
    for place, person in enumerate((town.hr, *(each for people in town.people.values() for each in people))):
        answer(session, person, 3 + place % 2, **others)
    campaigns.close(session, campaign, actor_id=None)
    return campaign


def test_the_result_tells_what_it_is_worked_out_from(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    publish_sample(session)
    campaign_id = closed(session, town, p31=1, p32=1).id
    session.commit()
    hr, base = sign_in(town.hr), f"/agency/{town.agency.slug}/culture/{campaign_id}"
    assert hr.get(base).status_code == 303
    page = text(hr, f"{base}/result")
    assert "has not been tried on enough people" in page
    assert "The weakest scale is Scale IC.P3 (en)" in page
    assert "The practice with the lowest score is Scale IC.P3 (en)" in page
    assert "<svg" in page
    assert "Schools" not in page, "too small beside the office's two"
    guide = text(hr, f"{base}/guide?group=0")
    assert "One change, one owner, one day" in guide
    assert "Statement IC.P3 1 (en)" in guide
    assert "Profile of Health" in text(hr, f"{base}/result?group=2") + text(hr, f"{base}/result?group=1")
    assert hr.get(f"{base}/result?group=999999").status_code == 200


def test_files_hold_exactly_what_is_shown(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    campaign = closed(session, town)
    expected = sum(len(group.figures) for group in results.shown_groups(campaign))
    campaign_id = campaign.id
    session.commit()
    hr, base = sign_in(town.hr), f"/agency/{town.agency.slug}/culture/{campaign_id}"
    taken = hr.post(f"{base}/export", data={"format": "csv"})
    rows = list(csv.reader(io.StringIO(taken.get_data(as_text=True))))
    assert len(rows) == expected + 1
    page = text(hr, f"{base}/result")
    for row in rows[1:]:
        assert row[3] in page
    workbook = load_workbook(io.BytesIO(hr.post(f"{base}/export", data={"format": "xlsx"}).data))
    assert workbook.active.max_row == expected + 1
    assert hr.post(f"{base}/export", data={"format": "pdf"}).status_code == 400
    noted = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "culture.exported")).all()
    assert [each["format"] for each in noted] == ["csv", "xlsx"]


def test_nothing_is_shown_when_too_few_have_answered(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    campaign = open_campaign(session, town)
    answer(session, town.hr, 5)
    campaign_id = campaign.id
    session.commit()
    hr, base = sign_in(town.hr), f"/agency/{town.agency.slug}/culture/{campaign_id}"
    assert "You cannot undo this" in text(hr, f"{base}/close")
    assert hr.get(f"{base}/result").status_code == 303
    assert hr.post(f"{base}/close").status_code == 303
    assert hr.post(f"{base}/close").status_code == 303
    assert "Too few answered" in text(hr, f"{base}/result")
    assert hr.get(f"{base}/guide").status_code == 303


def test_measures_are_chosen_once_and_followed_up_at_the_next_campaign(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    with clock.stopped_at(clock.now() - timedelta(days=200)):
        first_id = closed(session, town).id
    second_id = closed(session, town, key="second").id
    session.commit()
    hr, base = sign_in(town.hr), f"/agency/{town.agency.slug}/culture"
    page = text(hr, f"{base}/{first_id}/result")
    key = re.search(r'name="request_key" value="([^"]+)"', page)
    assert key
    good = {
        "request_key": key[1], "text": "Show drafts on Fridays", "owner": "Kari", "scale": "IC.P2",
        "due_on": clock.today() + timedelta(days=28),
    }  # fmt: skip
    for _ in range(2):
        assert hr.post(f"{base}/{first_id}/measures", data=good).status_code == 303
    wrong = hr.post(f"{base}/{first_id}/measures", data={**good, "owner": "", "scale": "IC.X"})
    assert wrong.status_code == 422
    measure = session.scalars(select(CultureMeasure)).one()
    measure_id = measure.id
    session.commit()
    assert "Show drafts on Fridays" in text(hr, f"{base}/{second_id}/result")
    told = hr.post(
        f"{base}/{first_id}/measures/{measure_id}",
        data={"became": "done", "said": "Every Friday", "next_campaign": second_id},
    )
    assert told.location.endswith(f"/{second_id}/result#measures")
    assert "Every Friday" in text(hr, f"{base}/{second_id}/result")
    session.refresh(measure)
    assert measure.became is Became.DONE
    session.rollback()
    assert hr.post(f"{base}/{second_id}/measures/{measure_id}", data={"became": "done"}).status_code == 404


def test_a_planned_campaign_can_be_taken_away(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    campaign_id = open_campaign(session, town, opens_on=clock.today() + timedelta(days=3)).id
    session.commit()
    hr, base = sign_in(town.hr), f"/agency/{town.agency.slug}/culture/{campaign_id}"
    assert "Planned" in text(hr, base)
    assert "Nobody has been told" in text(hr, f"{base}/remove")
    assert hr.get(f"{base}/close").status_code == 303
    assert hr.post(f"{base}/remove").status_code == 303
    assert hr.get(base).status_code == 404


def test_an_administrator_says_whether_the_agency_is_compared(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    grant(session, town.people["Health"][0], Role.AGENCY_ADMIN, town.agency)
    session.commit()
    admin, address = sign_in(town.people["Health"][0]), f"/agency/{town.agency.slug}/culture/sharing"
    assert "does not take part" in text(admin, address)
    for _ in range(2):
        admin.post(address, data={"share": "yes"})
    assert "has taken part since" in text(admin, address)
    assert sharing.shares(session, town.agency.id) is not None
    session.rollback()
    admin.post(address, data={"share": "no"})
    assert "does not take part" in text(admin, address)
    assert STATEMENTS[0] == "s1"
