"""The pages, as an HR adviser meets them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from learning import clock
from learning.access.models import AuditEvent
from learning.notifications.models import OutboxMessage
from learning.notifications.worker import sweep_people_files
from learning.organisation.models import Person, Position
from learning.people_files.models import PeopleFile
from tests.factories import make_agency, make_position, make_unit
from tests.people_files.towns import Town, file_of, make_town, person, positions, row

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def town(session: Session) -> Town:
    return make_town(session)


def upload(client: FlaskClient, town: Town, data: bytes, **values: str) -> TestResponse:
    fields = {"missing": "leave", "invite": "y", **values}
    return client.post(f"{town.address}/file", data={"file": (io.BytesIO(data), "people.csv"), **fields})


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', html)
    assert found, html
    return found[1]


def tile(html: str, outcome: str) -> int:
    found = re.search(rf'stat__number">(\d+)</span>\s*<span class="stat__label">{outcome}<', html)
    assert found, outcome
    return int(found[1])


def test_an_adviser_uploads_looks_over_and_applies_once(session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    assert f'href="{town.address}/file"' in page(hr, town.address)
    data = file_of([row(), row(email="b@town.example", given="Bo")])
    answer = upload(hr, town, data)
    assert answer.status_code == 303
    html = page(hr, answer.location)
    assert (tile(html, "New"), tile(html, "Unchanged"), tile(html, "Refused")) == (2, 0, 0)
    for words in ("Åse Ødegård", "Level: First-line manager", "2 new people get an invitation", "left alone",
                  "Apply 2 changes"):  # fmt: skip
        assert words in html
    assert person(session, "ase@town.example") is None
    session.commit()
    form = {"seen": seen(html)}
    for _ in range(2):  # a double click
        done = hr.post(answer.location, data=form)
        assert (done.status_code, done.location) == (303, answer.location)
    html = page(hr, answer.location)
    assert "Applied" in html
    assert tile(html, "New") == 2
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 2
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["people.imported", "person.added", "person.added"]
    session.commit()
    again = upload(hr, town, data)
    html = page(hr, again.location)
    assert "nothing to change" in html
    assert 'name="seen"' not in html
    assert "people.csv" in page(hr, f"{town.address}/file")


def test_faults_are_listed_page_by_page_and_whole_in_a_file(session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    rows = [row(email=f"p{place}@town.example", unit=f"Nowhere {place}") for place in range(150)]
    address = upload(hr, town, file_of([*rows, row()])).location
    html = page(hr, address)
    assert "There are 150 faults, so nothing can be applied." in html
    assert html.count("There is no unit") == 100
    assert page(hr, f"{address}?kind=refused&page=2").count("There is no unit") == 50
    assert (tile(html, "Refused"), tile(html, "New")) == (150, 1)
    assert "Åse Ødegård" in page(hr, f"{address}?kind=new")
    assert "No rows of this kind." in page(hr, f"{address}?kind=moved")
    assert page(hr, f"{address}?kind=all&page=2").count("<tr>") == 52
    answer = hr.get(f"{address}/faults.csv")
    told = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"))
    assert told[0] == ["Row", "Column", "What to do"]
    assert [each[0] for each in told[1:]] == [str(number) for number in range(2, 152)]
    assert told[1][1] == "Unit"
    refused = hr.post(address, data={"seen": "x"})
    assert refused.status_code == 409
    assert "Apply" not in refused.get_data(as_text=True).split("</main>")[0].split("<main")[1]
    assert person(session, "ase@town.example") is None


def test_somebody_changed_people_meanwhile(session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    address = upload(hr, town, file_of([row(title="Leader")])).location
    first = seen(page(hr, address))
    other = upload(hr, town, file_of([row()])).location
    hr.post(other, data={"seen": seen(page(hr, other))})
    answer = hr.post(address, data={"seen": first})
    assert answer.status_code == 409
    html = answer.get_data(as_text=True)
    assert "somebody changed people" in html
    assert "Title: Head → Leader" in html
    assert positions(session, "ase@town.example")[0][1] == "Head"
    session.commit()
    assert hr.post(address, data={"seen": seen(html)}).status_code == 303
    assert positions(session, "ase@town.example")[0][1] == "Leader"


def test_ending_more_than_half_is_asked_about(session: Session, town: Town, sign_in: SignIn) -> None:
    hr, today = sign_in(town.hr), clock.today()
    for place in range(3):
        somebody = Person(given_name="G", family_name="F", email=f"old{place}@town.example", language="nb")
        session.add(somebody)
        session.flush()
        make_position(session, somebody, town.school)
    session.commit()
    own = row(email="hr@town.example", unit="1", given="", family="", language="", title="", level="employee")
    answer = upload(hr, town, file_of([own]), missing="end", end_on=today.isoformat())
    html = page(hr, answer.location)
    assert "3 people who are not in the file end." in html
    assert "Yes, 3 of 4 people are to end." in html
    assert "old2@town.example" in page(hr, f"{answer.location}?kind=ended")
    refused = hr.post(answer.location, data={"seen": seen(html)})
    assert refused.status_code == 422
    assert "tick that more than half" in refused.get_data(as_text=True)
    assert positions(session, "old0@town.example")[0][4] is None
    session.commit()
    assert hr.post(answer.location, data={"seen": seen(html), "sure": "yes"}).status_code == 303
    assert positions(session, "old0@town.example")[0][4] == today


@pytest.mark.parametrize(
    ("data", "values", "words"),
    [
        (b"", {}, "The file is empty."),
        (b"Name;Street\r\nA;B\r\n", {}, "Row 1: The first row must hold the names of the columns"),
        (b"E-mail;Unit\r\na@b.no;1\r\n", {}, "Row 1, Level: The column is missing."),
        (b"PK\x03\x04", {}, "cannot be read as an Excel workbook"),
        (b"E-mail;Unit;Level\r\na@b.no;1;top\r\n", {"missing": "end", "end_on": ""}, "Write their last day."),
        (b"E-mail;Unit;Level\r\na@b.no;1;top\r\n", {"missing": "end", "end_on": "2199-01-01"}, "within a year"),
        (b"E-mail;Unit;Level\r\na@b.no;1;top\r\n", {"missing": "end", "end_on": "soon"}, "Not a valid date"),
        (b"E-mail;Unit;Level\r\na@b.no;1;top\r\n", {"missing": "burn"}, "Not a valid choice"),
        (b"x" * (10 * 1024 * 1024 + 1), {}, "larger than 10 MB"),
    ],
)  # fmt: skip
def test_an_upload_that_cannot_be_read_is_told_on_its_field(
    session: Session, town: Town, sign_in: SignIn, data: bytes, values: dict[str, str], words: str
) -> None:
    answer = upload(sign_in(town.hr), town, data, **values)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(PeopleFile)) == 0


def test_no_file_and_a_request_that_is_too_large(session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    nothing = hr.post(f"{town.address}/file", data={"missing": "leave"})
    assert nothing.status_code == 422
    assert "Choose a file." in nothing.get_data(as_text=True)
    assert upload(hr, town, b"x" * (21 * 1024 * 1024)).status_code == 413
    assert hr.post("/my/record", data={"x": b"x" * (5 * 1024 * 1024)}).status_code in (405, 413)


def test_the_last_day_is_not_asked_for_when_nobody_ends(session: Session, town: Town, sign_in: SignIn) -> None:
    assert upload(sign_in(town.hr), town, file_of([row()]), end_on="nonsense").status_code == 303


def test_a_file_is_thrown_away_or_swept_after_a_day(app: Flask, session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    thrown = upload(hr, town, file_of([row()])).location
    assert hr.post(f"{thrown}/discard").status_code == 303
    assert hr.get(thrown).status_code == 404
    kept = upload(hr, town, file_of([row()])).location
    sweep_people_files()
    assert hr.get(kept).status_code == 200
    file = session.scalars(select(PeopleFile)).one()
    file.created_at = clock.now() - timedelta(days=1, seconds=1)
    session.commit()
    assert hr.get(kept).status_code == 404
    assert hr.post(kept, data={"seen": ""}).status_code == 404
    sweep_people_files()
    assert session.scalar(select(func.count()).select_from(PeopleFile)) == 0


def test_the_template_is_read_back_when_it_is_filled_in(session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    answer = hr.get(f"{town.address}/file/template?format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    lists = list(book.worksheets[1].values)
    assert lists[0] == ("Code", "Unit", "The way to the unit", "Level")
    assert ("1.1.1", "Home care north", "Town / Health / Home care north") in [each[:3] for each in lists]
    assert "Elected representative" in [each[3] for each in lists]
    book.worksheets[0].append(row(unit=str(lists[3][2]), starts="01.02.2026"))
    file = io.BytesIO()
    book.save(file)
    html = page(hr, upload(hr, town, file.getvalue()).location)
    assert (tile(html, "New"), tile(html, "Refused")) == (1, 0)
    text = hr.get(f"{town.address}/file/template?format=csv").data
    assert text.startswith(b"\xef\xbb\xbfEmployee number;Given name;")
    assert hr.get(f"{town.address}/file/template?format=pdf").status_code == 404


def test_todays_people_are_taken_out_and_that_is_noted(session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    answer = hr.post(f"{town.address}/file/export", data={"format": "csv"})
    assert answer.status_code == 200
    assert "hr@town.example;en;Town;Manager;Employee;2020-01-01" in answer.get_data(as_text=True)
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.actor_id, event.detail) == ("people.exported", town.hr.id, {"format": "csv"})
    session.commit()
    html = page(hr, upload(hr, town, answer.data).location)
    assert "nothing to change" in html
    assert hr.post(f"{town.address}/file/export", data={"format": "pdf"}).status_code == 404


def test_the_platform_administrator_may_join_and_the_adviser_may_not(
    session: Session, town: Town, sign_in: SignIn
) -> None:
    elsewhere = make_unit(session, make_agency(session))
    theirs = Person(given_name="Åse", family_name="Ødegård", email="ase@town.example", language="nn")
    session.add(theirs)
    session.flush()
    make_position(session, theirs, elsewhere)
    session.commit()
    address = upload(sign_in(town.hr), town, file_of([row()])).location
    assert "belongs to somebody outside this agency" in page(sign_in(town.hr), address)
    platform = sign_in(town.platform)
    html = page(platform, address)
    assert tile(html, "Moved") == 1
    assert platform.post(address, data={"seen": seen(html)}).status_code == 303
    assert session.scalar(select(func.count()).select_from(Position).where(Position.person_id == theirs.id)) == 2


def test_an_agency_without_people_is_shown_the_way(session: Session, town: Town, sign_in: SignIn) -> None:
    for position in session.scalars(select(Position).where(Position.person_id == town.hr.id)):
        position.ends_on = clock.today() - timedelta(days=1)
    session.commit()
    assert "Upload a file with everybody" in page(sign_in(town.hr), town.address)
