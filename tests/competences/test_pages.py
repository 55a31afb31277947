"""The frameworks as people read them, and which courses build what."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from learning.access.models import Role
from learning.catalogue.frameworks import DELIVERED
from learning.competences import published
from learning.competences.publishing import publish
from tests import factories
from tests.catalogue.frameworks import competence, framework, write

SignIn = Callable[..., FlaskClient]


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def id_of(session: Session, code: str, agency_id: int | None = None) -> int:
    found = published.current(session, code, agency_id)
    assert found is not None
    return found.framework.id


def link(start: str, end: str, relation: str) -> dict[str, Any]:
    return {"from": start, "to": end, "relation": relation}


def test_everybody_who_is_signed_in_reads_the_frameworks(session: Session, sign_in: SignIn) -> None:
    learner = factories.make_person(session)
    publish(session, DELIVERED)
    factories.publish_sample(session)
    rm, gl14 = id_of(session, "RM"), id_of(session, "GL14")
    session.commit()
    client = sign_in(learner)
    told = page(client, "/frameworks")
    assert told.index("Risk competence") < told.index("No longer in use") < told.index("Replaced by")
    told = page(client, f"/frameworks/{rm}")
    assert "Keep an overview of risk" in told
    assert told.count("Does it unaided") == 5
    assert "No course builds it yet." in told
    assert 'href="/courses/sample-101"' in told
    assert "Risikokompetanse" in page(client, f"/frameworks/{rm}?lang=nb")
    assert "This framework is archived." in page(client, f"/frameworks/{gl14}")
    assert "Added by us" in page(client, f"/frameworks/{gl14}")
    assert client.get("/frameworks/999").status_code == 404


def test_links_are_told_at_both_ends(session: Session, sign_in: SignIn, tmp_path: Path) -> None:
    first = framework("AB", crosswalk=[link("AB.1", "CD.2", "part"), link("AB.2", "CD.1", "same")])
    publish(session, write(tmp_path / "frameworks", first, framework("CD")))
    learner = factories.make_person(session)
    ab, cd = id_of(session, "AB"), id_of(session, "CD")
    session.commit()
    client = sign_in(learner)
    told = page(client, f"/frameworks/{ab}")
    assert f'Has something in common with <a class="ds-link" href="/frameworks/{cd}#CD.2">' in told
    assert "Says the same as" in told
    assert f'Has something in common with <a class="ds-link" href="/frameworks/{ab}#AB.1">' in page(
        client, f"/frameworks/{cd}"
    )


def test_an_agencys_own_framework_is_seen_by_its_people_only(session: Session, sign_in: SignIn) -> None:
    ours, theirs = factories.make_agency(session), factories.make_agency(session)
    people = []
    for agency in (ours, theirs):
        person = factories.make_person(session)
        factories.make_position(session, person, factories.make_unit(session, agency))
        people.append(person)
    made = factories.make_framework(session, ours, people[0])
    address, name = f"/frameworks/{made.id}", ours.name
    session.commit()
    client = sign_in(people[0])
    assert "Our way of leading" in page(client, "/frameworks")
    assert name in page(client, address)
    stranger = sign_in(people[1])
    assert "Our way of leading" not in page(stranger, "/frameworks")
    assert stranger.get(address).status_code == 404


def test_no_framework_yet(session: Session, sign_in: SignIn) -> None:
    agency = factories.make_agency(session)
    hr = factories.make_person(session)
    factories.grant(session, hr, Role.HR, agency)
    session.commit()
    client = sign_in(hr)
    assert "No framework is published yet." in page(client, "/frameworks")
    assert "No framework is published yet." in page(client, "/frameworks/coverage")


@pytest.fixture
def author(session: Session, tmp_path: Path) -> Any:
    """An author, a framework whose first competence the sample course builds, and an archived one."""
    agency = factories.make_agency(session)
    person = factories.make_person(session)
    factories.grant(session, person, Role.AUTHOR, agency)
    factories.publish_sample(session)
    risk = framework("RM", competences=[competence("RM.1"), competence("RM.7")])
    publish(session, write(tmp_path / "frameworks", risk, framework("EF", status="archived")))
    session.commit()
    return person


def test_holes_stand_out(author: Any, sign_in: SignIn) -> None:
    client = sign_in(author)
    told = page(client, "/frameworks/coverage")
    assert "1 competence has no course." in told
    assert told.count("No course<") == 1
    assert "Framework EF" not in told
    answer = client.get("/frameworks/coverage.csv")
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert lines[0] == ["Framework", "Code", "Competence", "Course code", "Course", "Outcomes"]
    assert lines[1][:4] == ["RM", "RM.1", "Title of RM.1 (en)", "sample-101"]
    assert lines[1][5] == "o1, o2"
    assert lines[2:] == [["RM", "RM.7", "Title of RM.7 (en)", "", "", ""]]


def test_learners_see_no_coverage(session: Session, sign_in: SignIn) -> None:
    learner = factories.make_person(session)
    session.commit()
    client = sign_in(learner)
    assert client.get("/frameworks/coverage").status_code == 403
    assert "/frameworks/coverage" not in page(client, "/frameworks")
