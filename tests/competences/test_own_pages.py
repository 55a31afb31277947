"""An agency's own frameworks as HR keeps them: looked over first, all or nothing, the same file changes nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from learning.access.models import AuditEvent, Role
from learning.competences import own, published
from learning.competences.models import Framework, FrameworkVersion
from learning.database import db
from tests import factories
from tests.factories import own_framework_file

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def hr(session: Session, sign_in: SignIn) -> tuple[FlaskClient, str, int]:
    """HR of an agency, its address, and its id."""
    agency = factories.make_agency(session)
    person = factories.make_person(session)
    factories.grant(session, person, Role.HR, agency)
    address, agency_id = f"/agency/{agency.slug}/frameworks", agency.id
    session.commit()
    return sign_in(person), address, agency_id


def check(client: FlaskClient, address: str, data: bytes, **values: str) -> TestResponse:
    sent: dict[str, Any] = {"name": "Our way", **values, "file": (io.BytesIO(data), "own.csv")}
    return client.post(f"{address}/check", data=sent, content_type="multipart/form-data")


def hidden(answer: TestResponse) -> dict[str, str]:
    """What the page that shows a file sends when it is confirmed."""
    text = answer.get_data(as_text=True)
    found = re.findall(r'<input type="hidden" name="(name|about|before|packed)" value="([^"]*)">', text)
    return {name: unescape(value) for name, value in found}


def count(session: Session, model: type[Any]) -> int:
    number = session.scalar(select(func.count()).select_from(model)) or 0
    session.rollback()
    return number


def test_a_file_is_looked_over_and_then_taken_in_once(hr: tuple[FlaskClient, str, int], session: Session) -> None:
    client, address, agency_id = hr
    answer = check(client, address, own_framework_file(["OWN.1", "OWN.2"]), about="What we expect")
    assert answer.status_code == 200
    assert "New competences: OWN.1, OWN.2" in answer.get_data(as_text=True)
    assert count(session, Framework) == 0
    sent = hidden(answer)
    for _ in range(2):  # a double click
        assert client.post(f"{address}/import", data=sent).status_code == 303
    assert count(session, FrameworkVersion) == 1
    found = published.current(session, "OWN", agency_id)
    assert found is not None
    assert (found.plan.titles, found.plan.descriptions) == ({"nb": "Our way"}, {"nb": "What we expect"})
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "framework.published")).one()
    assert event.agency_id == agency_id
    session.rollback()
    told = client.get(address).get_data(as_text=True)
    assert "Our way" in told
    assert "In use" in told


def test_the_same_file_again_changes_nothing_and_another_makes_a_version(
    hr: tuple[FlaskClient, str, int], session: Session
) -> None:
    client, address, agency_id = hr
    client.post(f"{address}/import", data=hidden(check(client, address, own_framework_file(["OWN.1", "OWN.2"]))))
    again = check(client, address, own_framework_file(["OWN.1", "OWN.2"]), name="")
    assert "There is nothing to change." in again.get_data(as_text=True)
    assert "Take it into use" not in again.get_data(as_text=True)
    data = own_framework_file(["OWN.1", "OWN.3"]).replace(b"Om OWN.1", b"Mer om OWN.1")
    answer = check(client, address, data, name="")
    told = answer.get_data(as_text=True)
    assert "Changed: OWN.1" in told
    assert "No longer part of the framework: OWN.2" in told
    client.post(f"{address}/import", data=hidden(answer))
    found = published.current(session, "OWN", agency_id)
    assert found is not None
    assert found.version.number == 2
    assert found.plan.titles == {"nb": "Our way"}
    assert published.competence(session, "OWN.2", agency_id) is not None


def test_a_file_with_faults_changes_nothing(hr: tuple[FlaskClient, str, int], session: Session) -> None:
    client, address, _ = hr
    answer = check(client, address, own_framework_file(["OWN.1", "OWN-2"]))
    assert answer.status_code == 422
    assert "Row 3, Code: “OWN-2” is not a code." in answer.get_data(as_text=True)
    assert count(session, Framework) == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "Write a name."),
        ({"name": "x" * 101}, "Write 100 characters at most."),
        ({"about": "x" * 1001}, "Write 1000 characters at most."),
    ],
)
def test_a_bad_name_is_told_on_its_field(
    hr: tuple[FlaskClient, str, int], values: dict[str, str], message: str
) -> None:
    client, address, _ = hr
    answer = check(client, address, own_framework_file(["OWN.1"]), **values)
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)


def test_no_file_at_all(hr: tuple[FlaskClient, str, int]) -> None:
    client, address, _ = hr
    answer = client.post(f"{address}/check", data={"name": "Our way"})
    assert answer.status_code == 422
    assert "Choose a file." in answer.get_data(as_text=True)


@pytest.mark.parametrize("packed", ["", "not base64!", "AAAA"])
def test_a_confirmation_without_its_file_is_refused(hr: tuple[FlaskClient, str, int], packed: str) -> None:
    client, address, _ = hr
    answer = client.post(f"{address}/import", data={"name": "Our way", "packed": packed})
    assert answer.status_code == 422


def test_two_tabs_one_framework(hr: tuple[FlaskClient, str, int], session: Session) -> None:
    client, address, _ = hr
    first = hidden(check(client, address, own_framework_file(["OWN.1"])))
    second = hidden(check(client, address, own_framework_file(["OWN.2"])))
    assert client.post(f"{address}/import", data=first).status_code == 303
    answer = client.post(f"{address}/import", data=second)
    assert answer.status_code == 409
    assert "Somebody changed the framework meanwhile." in answer.get_data(as_text=True)
    assert count(session, FrameworkVersion) == 1
    assert client.post(f"{address}/import", data=hidden(answer)).status_code == 303
    assert count(session, FrameworkVersion) == 2


def test_a_framework_is_retired_and_taken_back(hr: tuple[FlaskClient, str, int], session: Session) -> None:
    client, address, agency_id = hr
    client.post(f"{address}/import", data=hidden(check(client, address, own_framework_file(["OWN.1"]))))
    found = published.current(session, "OWN", agency_id)
    assert found is not None
    framework_id = found.framework.id
    session.rollback()
    for wish, in_use in (("no", False), ("no", False), ("yes", True)):
        assert client.post(f"{address}/{framework_id}/use", data={"in_use": wish}).status_code == 303
        session.expire_all()
        assert ("OWN" in [each.plan.framework for each in published.in_use(session, (agency_id,))]) == in_use
        session.rollback()
    assert client.post(f"{address}/{framework_id}/use").status_code == 400
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert [each for each in actions if each.startswith("framework.")] == [
        "framework.published", "framework.retired", "framework.restored",
    ]  # fmt: skip


@pytest.mark.one_database
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_taken_out_says_the_same_when_it_comes_back(
    hr: tuple[FlaskClient, str, int], session: Session, form: str
) -> None:
    client, address, agency_id = hr
    client.post(f"{address}/import", data=hidden(check(client, address, own_framework_file(["OWN.1", "OWN.2"]))))
    found = published.current(session, "OWN", agency_id)
    assert found is not None
    framework_id = found.framework.id
    session.rollback()
    data = client.get(f"{address}/{framework_id}/file?format={form}").data
    assert "There is nothing to change." in check(client, address, data, name="").get_data(as_text=True)
    assert client.get(f"{address}/{framework_id}/file?format=pdf").status_code == 404


@pytest.mark.one_database
def test_the_template_is_a_file_without_competences(hr: tuple[FlaskClient, str, int]) -> None:
    client, address, _ = hr
    data = client.get(f"{address}/template?format=xlsx").data
    assert "There are no competences below the names of the columns." in check(client, address, data).get_data(
        as_text=True
    )


def test_two_agencies_may_use_the_same_code(hr: tuple[FlaskClient, str, int], session: Session) -> None:
    client, address, agency_id = hr
    other = factories.make_agency(session)
    factories.make_framework(session, other, factories.make_person(session), "OWN")
    session.commit()
    answer = check(client, address, own_framework_file(["OWN.1"]))
    assert "The agency gets a new framework." in answer.get_data(as_text=True)
    assert client.post(f"{address}/import", data=hidden(answer)).status_code == 303
    assert count(session, Framework) == 2
    with client.application.app_context():
        assert own.framework_of(db.session, agency_id, 0) is None
