"""What the tests of this room share: a framework on disk, an agency with units of different sizes, a campaign."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.culture import answering, campaigns, statements
from learning.culture.campaigns import CampaignDraft
from learning.culture.models import CultureCampaign
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Agency, Person, Unit
from tests.factories import grant, make_agency, make_person, make_position, make_unit

CODES = ("IC.S", "IC.C", "IC.O", "IC.M", "IC.P1", "IC.P2", "IC.P3", "IC.P4")
STATEMENTS = [f"{code[3:].lower()}{place}" for code in CODES for place in (1, 2, 3)]


def _all(words: str) -> dict[str, str]:
    return {language: f"{words} ({language})" for language in ("nb", "nn", "en")}


def framework() -> dict[str, object]:
    """The framework of innovation culture in small."""
    return {
        "framework": "IC",
        "version": 1,
        "status": "current",
        "languages": ["nb", "nn", "en"],
        "titles": _all("Innovation culture"),
        "descriptions": _all("About it"),
        "groups": [{"id": each, "titles": _all(each)} for each in ("drivers", "practices")],
        "competences": [
            {
                "code": code,
                "group": "practices" if ".P" in code else "drivers",
                "titles": _all(f"Scale {code}"),
                "descriptions": _all("About it"),
                "levels": [_all(f"Level {level}") for level in (1, 2, 3, 4)],
                "statements": [
                    {"id": f"{code[3:].lower()}{place}", **_all(f"Statement {code} {place}")} for place in (1, 2, 3)
                ],
            }
            for code in CODES
        ],
    }


def put_on_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the framework beside a folder of courses, and let it be read there."""
    (folder / "frameworks").mkdir()
    (folder / "frameworks" / "ic.yaml").write_text(yaml.safe_dump(framework(), allow_unicode=True), "utf-8")
    monkeypatch.setattr(statements, "folder", lambda: folder / "ic")


@dataclass
class Town:
    """The top unit has nobody of its own but HR; health and schools are large, the mayor's office is small."""

    agency: Agency
    top: Unit
    health: Unit
    schools: Unit
    office: Unit
    hr: Person
    people: dict[str, list[Person]]


def make_town(session: Session, sizes: Mapping[str, int] | None = None) -> Town:
    agency = make_agency(session)
    top = make_unit(session, agency, name="Town")
    units = {name: make_unit(session, agency, top, name=name) for name in ("Health", "Schools", "Office")}
    hr = make_person(session, given_name="Hedda", family_name="Rud")
    make_position(session, hr, top)
    grant(session, hr, Role.HR, agency)
    people = {}
    for name, size in (sizes or {"Health": 8, "Schools": 6, "Office": 2}).items():
        people[name] = [make_person(session) for _ in range(size)]
        for person in people[name]:
            make_position(session, person, units[name])
    return Town(agency, top, units["Health"], units["Schools"], units["Office"], hr, people)


def draft(town: Town, *, opens_on: date | None = None, days: int = 14, units: tuple[Unit, ...] = ()) -> CampaignDraft:
    opens = opens_on or clock.today()
    chosen = tuple(unit.id for unit in units or (town.top,))
    return CampaignDraft("Autumn", "We ask because", chosen, ("nb", "nn", "en"), opens, opens + timedelta(days=days))


def open_campaign(session: Session, town: Town, key: str = "key", **values: object) -> CultureCampaign:
    return campaigns.plan(
        session,
        town.agency.id,
        draft(town, **values),
        request_key=key,
        actor_id=town.hr.id,  # type: ignore[arg-type]
    )


def token_of(session: Session, person: Person, kind: str = "culture-invited") -> str:
    """The token in the person's newest mail of the kind."""
    mail = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.person_id == person.id, OutboxMessage.kind == kind)
        .order_by(OutboxMessage.id.desc())
    ).first()
    assert mail is not None
    found = re.search(r"/compass/([\w-]+)", mail.words[0])
    assert found
    return found[1]


def answer(session: Session, person: Person, value: int, **others: int) -> None:
    """The person answers ``value`` to all statements, or what ``others`` says; 0 is skipped."""
    asked = answering.asked_by(session, token_of(session, person))
    assert asked is not None
    wanted = {each: others.get(each, value) for each in STATEMENTS}
    answering.answer(session, asked, {name: each for name, each in wanted.items() if each})
