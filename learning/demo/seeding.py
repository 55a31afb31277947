"""Fill an empty database with the demo: two agencies, a manager in each unit, courses under way, an assignment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role, RoleGrant
from learning.access.sign_in import set_password
from learning.database import insert_once
from learning.demo.people import DEMO_PASSWORD, FAMILY, GIVEN, MUNICIPALITY, STATE_AGENCY, DemoUnit
from learning.organisation.models import Agency, AgencyKind, Level, Membership, Person, Position, Unit


def is_seeded(session: Session) -> bool:
    return session.scalar(select(Agency.id).where(Agency.slug == "fjordvik")) is not None


def _add_units(session: Session, agency: Agency, plan: DemoUnit, parent: Unit | None = None) -> Iterator[Unit]:
    unit = Unit(agency_id=agency.id, parent_id=parent.id if parent else None, name=plan.name, code=plan.code)
    session.add(unit)
    session.flush()
    yield unit
    for below in plan.below:
        yield from _add_units(session, agency, below, unit)


def _person(session: Session, name: str, email: str, language: str = "nb") -> Person:
    given, _, family = name.rpartition(" ")
    person = Person(given_name=given, family_name=family, email=email, language=language)
    session.add(person)
    session.flush()
    return person


def _position(
    session: Session,
    person: Person,
    unit: Unit,
    title: str,
    level: Level,
    days: int,
    reports_to: Person | None = None,
) -> Position:
    position = Position(
        person_id=person.id,
        agency_id=unit.agency_id,
        unit_id=unit.id,
        title=title,
        level=level,
        starts_on=clock.today() - timedelta(days=days),
        reports_to_id=reports_to.id if reports_to else None,
    )
    session.add(position)
    session.flush()
    insert_once(session, Membership, agency_id=unit.agency_id, person_id=person.id, created_at=clock.now())
    return position


def _sign_in(session: Session, person: Person, *roles: tuple[Role, Agency | None]) -> None:
    set_password(session, person, DEMO_PASSWORD)
    for role, agency in roles:
        session.add(RoleGrant(person_id=person.id, agency_id=agency.id if agency else None, role=role))
    session.flush()


def _fill(session: Session, units: list[Unit], domain: str, rng: Random, leader: Person) -> list[Person]:
    """A middle manager for each unit with units below, a first-line manager for each other, and some employees."""
    parents = {unit.parent_id for unit in units}
    people = []
    used: set[str] = set()
    leads: dict[int, Person] = {}
    for unit in units[1:]:
        middle = unit.id in parents
        for seat in range(1 if middle else 3):
            while True:
                name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
                if name not in used:
                    break
            used.add(name)
            email = f"{name.lower().replace(' ', '.')}@{domain}".replace("å", "a").replace("ø", "o").replace("æ", "ae")
            person = _person(session, name, email)
            manager = leads.get(unit.parent_id or 0, leader) if seat == 0 else leads[unit.id]
            if seat == 0:
                leads[unit.id] = person
            level = Level.EMPLOYEE if seat else Level.MIDDLE if middle else Level.FIRST_LINE
            title = (
                ("Rådgiver" if domain.startswith("tilsyn") else "Fagarbeider")
                if seat
                else ("Avdelingsleder" if middle else "Enhetsleder")
            )
            _position(session, person, unit, title, level, rng.randint(20, 2000), manager)
            people.append(person)
    return people


def seed_people(session: Session) -> None:
    """The two agencies with their people and sign-ins."""
    rng = Random(7)
    fjordvik = Agency(
        slug="fjordvik", name="Fjordvik kommune", kind=AgencyKind.MUNICIPALITY, organisation_number="999000118"
    )
    tilsynet = Agency(slug="tilsynet", name="Samfunnstilsynet", kind=AgencyKind.STATE, organisation_number="999000207")
    session.add_all([fjordvik, tilsynet])
    session.flush()
    town = list(_add_units(session, fjordvik, MUNICIPALITY))
    state = list(_add_units(session, tilsynet, STATE_AGENCY))
    by_code = {unit.code: unit for unit in town + state}

    director = _person(session, "Ragnhild Aune", "ragnhild@fjordvik.example")
    _position(session, director, town[0], "Kommunedirektør", Level.TOP, 1500)
    ingrid = _person(session, "Ingrid Solheim", "ingrid@fjordvik.example")
    _position(session, ingrid, by_code["1.2"], "Direktør for oppvekst og utdanning", Level.MIDDLE, 900, director)
    samira = _person(session, "Samira Haddad", "samira@fjordvik.example")
    _position(session, samira, by_code["1.1.1"], "Enhetsleder hjemmetjenesten", Level.FIRST_LINE, 400, director)
    kari = _person(session, "Kari Lunde", "kari@fjordvik.example")
    _position(session, kari, by_code["1.4"], "HR-rådgiver", Level.EMPLOYEE, 1200, director)
    arne = _person(session, "Arne Berg", "arne@fjordvik.example")
    _position(session, arne, by_code["1.4"], "Systemansvarlig", Level.EMPLOYEE, 800, director)
    tone = _person(session, "Tone Vik", "tone@fjordvik.example")
    _position(session, tone, by_code["1.4"], "Internrevisor", Level.EMPLOYEE, 600, director)
    _sign_in(session, ingrid)
    _sign_in(session, samira)
    _sign_in(session, kari, (Role.HR, fjordvik))
    _sign_in(session, arne, (Role.AGENCY_ADMIN, fjordvik))
    _sign_in(session, tone, (Role.AUDITOR, fjordvik))
    _fill(session, town, "fjordvik.example", rng, director)

    head = _person(session, "Marit Os", "marit@tilsynet.example")
    _position(session, head, state[0], "Direktør", Level.TOP, 700)
    nils = _person(session, "Nils Ánte Somby", "nils.ante@tilsynet.example")
    _position(session, nils, by_code["T1"], "Avdelingsdirektør", Level.MIDDLE, 500, head)
    jon = _person(session, "Jon-Erik Moen", "jon-erik@tilsynet.example")
    _position(session, jon, by_code["T1.1"], "Seksjonsleder", Level.FIRST_LINE, 300, nils)
    liv = _person(session, "Liv Dahl", "liv@tilsynet.example")
    _position(session, liv, by_code["T3"], "HR-leder", Level.EMPLOYEE, 900, head)
    _sign_in(session, nils)
    _sign_in(session, jon)
    _sign_in(session, liv, (Role.HR, tilsynet), (Role.AUTHOR, tilsynet))
    _fill(session, state, "tilsynet.example", rng, head)

    platform = _person(session, "Per Drift", "drift@handlingsrom.example")
    _sign_in(session, platform, (Role.PLATFORM_ADMIN, None))
