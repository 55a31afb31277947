"""Makes what tests need, with sensible defaults. Everything is flushed, nothing committed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from learning import clock
from learning.access import identity_providers
from learning.access.identity_providers import ProviderFacts
from learning.access.models import IdentityProvider, Role, RoleGrant
from learning.activities.registry import activity_type
from learning.catalogue.models import CourseVersion
from learning.catalogue.publishing import publish
from learning.catalogue.store import load_document
from learning.competences import own_files, published
from learning.competences.models import Framework
from learning.competences.publishing import publish_own
from learning.database import insert_once
from learning.organisation.models import Agency, AgencyKind, Level, Membership, Person, Position, Unit
from learning.progress import answering, assessing, enrolling
from learning.progress.models import Attempt, Completion, Enrolment

_numbers = count(1)
NUMBERS = ("999000118", "999000126", "999000134", "999000142", "999000150", "999000169", "999000177", "999000185")
SAMPLE_COURSE = Path(__file__).parent / "sample_course"
PRACTICE_COURSE = Path(__file__).parent / "sample_course_practice"


def make_agency(session: Session, **values: Any) -> Agency:
    number = next(_numbers)
    agency = Agency(
        **{
            "slug": f"agency-{number}",
            "name": f"Agency {number}",
            "kind": AgencyKind.MUNICIPALITY,
            "organisation_number": f"{number:09d}",
            **values,
        }
    )
    session.add(agency)
    session.flush()
    return agency


def make_unit(session: Session, agency: Agency, parent: Unit | None = None, **values: Any) -> Unit:
    number = next(_numbers)
    unit = Unit(agency_id=agency.id, parent_id=parent.id if parent else None, **{"name": f"Unit {number}", **values})
    session.add(unit)
    session.flush()
    return unit


def make_person(session: Session, **values: Any) -> Person:
    number = next(_numbers)
    person = Person(
        **{
            "given_name": "Given",
            "family_name": f"Family{number}",
            "email": f"person{number}@example.org",
            "language": "en",
            **values,
        }
    )
    session.add(person)
    session.flush()
    return person


def make_position(session: Session, person: Person, unit: Unit, **values: Any) -> Position:
    position = Position(
        person_id=person.id,
        agency_id=unit.agency_id,
        unit_id=unit.id,
        **{"title": "Manager", "level": Level.FIRST_LINE, "starts_on": date(2020, 1, 1), **values},
    )
    session.add(position)
    session.flush()
    insert_once(session, Membership, agency_id=unit.agency_id, person_id=person.id, created_at=clock.now())
    return position


def grant(session: Session, person: Person, role: Role, agency: Agency | None) -> RoleGrant:
    granted = RoleGrant(person_id=person.id, agency_id=agency.id if agency else None, role=role)
    session.add(granted)
    session.flush()
    return granted


def make_provider(session: Session, agency: Agency, *, enabled: bool = True, **values: Any) -> IdentityProvider:
    """A provider of identity, by default at an address where nobody answers."""
    facts = {
        "name": f"Provider {next(_numbers)}", "issuer": "http://127.0.0.1:9", "client_id": "handlingsrom",
        "client_secret": "secret", "scopes": "openid profile email", "acr_values": "", "domains": (),
        "verifies_addresses": False, **values,
    }  # fmt: skip
    administrator = make_person(session)
    provider = identity_providers.add(session, agency.id, ProviderFacts(**facts), administrator.id)
    provider.enabled = enabled
    session.flush()
    return provider


def publish_sample(session: Session, folder: Path | None = None) -> CourseVersion:
    """The sample course, published."""
    return publish(session, folder or SAMPLE_COURSE / "sample-101")[0]


def make_framework(session: Session, agency: Agency, actor: Person, code: str = "OWN") -> Framework:
    """The agency's own framework, in Bokmål, with one competence."""
    data = own_framework_file([f"{code}.1"])
    plan = own_files.read_own(data, taken=()).plan
    assert plan is not None
    publish_own(session, agency.id, own_files.named(plan, "Our way of leading", "What we expect"), actor.id)
    found = published.current(session, code, agency.id)
    assert found is not None
    return found.framework


def own_framework_file(codes: Sequence[str], separator: str = ";") -> bytes:
    """A file as Norwegian Excel writes it, in Bokmål, with a row for each code."""
    header = ["Kode", "Gruppe", "Tittel nb", "Beskrivelse nb", *(f"Nivå {level} nb" for level in (1, 2, 3, 4))]
    rows = [
        [code, "Å lede", f"Tittel på {code}", f"Om {code}", *(f"{code} på nivå {level}" for level in (1, 2, 3, 4))]
        for code in codes
    ]
    return "\r\n".join(separator.join(row) for row in [header, *rows]).encode("cp1252")


def publish_practice(session: Session) -> CourseVersion:
    """The course with a plan, a promise, a sheet, a pre-test and a note to the manager, published."""
    return publish(session, PRACTICE_COURSE / "practice-101")[0]


RIGHT_ANSWERS: dict[str, dict[str, Any]] = {
    "a-one": {"choice": "right"},
    "a-two": {"choices": ["measure", "owner"]},
    "a-three": {"number": "2"},
}


def right_form(session: Session, version: CourseVersion, item_id: str) -> dict[str, list[str]]:
    """The form fields of the right answer to an assessment item of the sample course."""
    if item_id == "a-four":
        item = load_document(session, version.id).texts["en"].assessment.item(item_id)  # type: ignore[union-attr]
        assert item is not None
        kind = activity_type("match")
        public = kind.public(item.data, Random(1))
        wanted = {"hot": "Summer", "cold": "Winter"}
        by_text = {right["text"]: right["token"] for right in public["rights"]}
        return {f"row-{row}": [by_text[text]] for row, text in wanted.items()}
    return {name: value if isinstance(value, list) else [value] for name, value in RIGHT_ANSWERS[item_id].items()}


def finish_lessons(session: Session, enrolment: Enrolment) -> None:
    """Answer what must be answered in the sample course, and finish its lessons."""
    document = load_document(session, enrolment.version_id)
    text = document.text(enrolment.language)
    first, second = text.lessons
    question, steps = first.activity("q-risk"), second.activity("q-steps")
    assert question is not None
    assert steps is not None
    answering.record_response(session, enrolment, first, question, {"choice": ["alarm"]}, "k1")
    places = {f"step-{key}": [str(place)] for place, key in enumerate(("goal", "assess", "decide"), start=1)}
    answering.record_response(session, enrolment, second, steps, places, "k2")
    for lesson in text.lessons:
        answering.finish_lesson(session, enrolment, document, lesson)


def open_attempt(session: Session, enrolment: Enrolment, *, right: bool = True) -> Attempt:
    """An attempt with every drawn item answered, not handed in."""
    document = load_document(session, enrolment.version_id)
    attempt = assessing.start_attempt(session, enrolment, document)
    assessment = document.text(attempt.language).assessment
    assert assessment is not None
    if right:
        for item in assessing.drawn_items(attempt, assessment):
            assessing.save_answer(session, attempt, item, right_form(session, enrolment.version, item.id))
    return attempt


def complete_course(session: Session, person: Person, version: CourseVersion, language: str = "en") -> Completion:
    """Take the sample course from beginning to end."""
    enrolment = enrolling.enrol(session, person, version.course, language)
    finish_lessons(session, enrolment)
    completion = assessing.hand_in(session, enrolment, open_attempt(session, enrolment))
    assert completion is not None
    return completion
